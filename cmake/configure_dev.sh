#!/bin/sh
# configure_dev.sh PYTHON: configure build/dev for that interpreter, anew when it is another than the last time.
set -eu
python=$1
chosen=build/dev/.python

if [ ! -f build/dev/CMakeCache.txt ] || [ "$(cat "$chosen" 2>/dev/null)" != "$python" ]; then
    rm -rf build/dev
    cmake --preset dev --log-level=WARNING -DPython_EXECUTABLE="$python"
    echo "$python" >"$chosen"
fi
