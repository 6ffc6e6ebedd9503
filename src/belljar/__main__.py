"""``python -m belljar`` is the command line."""

import sys

from belljar.clients.cli import main

sys.exit(main())
