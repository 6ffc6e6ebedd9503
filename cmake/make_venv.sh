#!/bin/sh
# make_venv.sh BASE_PYTHON VENV: a virtual environment with Belljar (editable) and all that working on it takes.
#
# Needs a Python 3.10+ with its headers and a C compiler. cmake and ninja come from PyPI. Ends with one clear line,
# and status 1, when something is missing.
set -eu
base=$1
venv=$2

fail() {
    echo "make venv: $1" >&2
    exit 1
}

command -v "$base" >/dev/null 2>&1 ||
    fail "'$base' not found: install Python 3.10 or newer, or name one with BASE_PYTHON=/path/to/python3"
"$base" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "Python 3.10 or newer is needed, $base is $("$base" -V 2>&1): name another with BASE_PYTHON=/path/to/python3"
"$base" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
    fail "the headers of $base are missing: install python3-dev (Debian, Ubuntu) or python3-devel (Fedora)"
command -v "${CC:-cc}" >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 ||
    fail "no C compiler found: install gcc or clang"

if "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "updating $venv"
else
    echo "making $venv from $("$base" -V 2>&1)"
    rm -rf "$venv"
    if "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        "$base" -m venv "$venv"
    elif "$base" -m pip --version >/dev/null 2>&1; then
        # Debian splits what puts pip into an environment off into python3-venv; a pip outside can do it as well.
        "$base" -m venv --without-pip "$venv"
        "$base" -m pip --python "$venv/bin/python" install --quiet pip
    else
        fail "$base can make no virtual environments: install python3-venv (Debian, Ubuntu)"
    fi
fi

# Dependency groups need pip 25.1.
python=$(pwd)/$venv/bin/python
"$python" -m pip install --quiet --upgrade 'pip>=25.1'
# Python compiles what is imported when it is: all of these packages together would take half a minute.
"$python" -m pip install --quiet --no-compile --group dev
# Without isolation the editable install compiles with the tools just installed, in the directory `make dev` goes on with.
"$python" -m pip install --quiet --no-build-isolation --config-settings=build-dir=build/dev --editable .
echo "$python" >build/dev/.python
