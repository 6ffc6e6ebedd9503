#!/bin/sh
# configure_dev.sh PYTHON: configure build/dev by the preset for that interpreter, anew when it is another than before.
#
# Always, since it takes a moment: an editable install configures the same folder without the preset, and a preset that
# changed must reach a folder that was configured before.
set -eu
python=$1
chosen=build/dev/.python

if [ -d build/dev ] && [ "$(cat "$chosen" 2>/dev/null)" != "$python" ]; then
    rm -rf build/dev
fi
mkdir -p build
cmake --preset dev --log-level=WARNING -DPython_EXECUTABLE="$python" >build/configure_dev.log 2>&1 || {
    cat build/configure_dev.log >&2
    exit 1
}
echo "$python" >"$chosen"
