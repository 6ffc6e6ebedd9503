#!/bin/sh
# build.sh [PYTHON...]: build and prove a manylinux wheel per Python; without arguments for each 3.10 to 3.13 found here.
#
# Ends with a line per Python; the status is 1 when any of them failed or none was found.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
out=$root/wheels/out
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
# An empty environment sees the wheel, not this checkout.
unset PYTHONPATH

# Prints the path of the first interpreter of a minor version that can build: with headers and ensurepip.
find_python() {
    for candidate in "python$1" "$HOME/.pyenv/versions/$1".*/bin/python "$HOME/.local/share/uv/python/cpython-$1".*/bin/python; do
        "$candidate" - "$1" 2>/dev/null <<'CHECK' && return
import ensurepip, os, sys, sysconfig, venv
assert "%d.%d" % sys.version_info[:2] == sys.argv[1]
assert os.path.exists(sysconfig.get_path("include") + "/Python.h")
print(os.path.realpath(sys.executable))
CHECK
    done
    return 1
}

# Builds with the interpreter $1, repairs, installs in an empty environment, runs the smoke test there.
prove() {
    place=$work/$2
    "$1" -m venv "$place/build"
    "$place/build/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
    (cd "$root" && "$place/build/bin/python" -m pip install --quiet --group wheels)
    "$place/build/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$place/raw" "$sdist"
    PATH="$place/build/bin:$PATH" auditwheel repair --wheel-dir "$place/repaired" "$place"/raw/*.whl >"$place/auditwheel.log" 2>&1 || {
        cat "$place/auditwheel.log" >&2
        return 1
    }
    "$1" -m venv "$place/empty"
    "$place/empty/bin/python" -m pip install --quiet "$place"/repaired/*.whl
    mkdir "$place/elsewhere"
    (cd "$place/elsewhere" && "$place/empty/bin/python" -I "$root/wheels/smoke.py")
    cp "$place"/repaired/*.whl "$out"
}

mkdir -p "$out"
rm -f "$out"/*.whl "$out"/*.tar.gz

if [ $# -eq 0 ]; then
    for version in 3.10 3.11 3.12 3.13; do
        if found=$(find_python "$version"); then set -- "$@" "$found"; fi
    done
fi
[ $# -gt 0 ] || {
    echo "wheels/build.sh: no Python 3.10 to 3.13 with headers and ensurepip found" >&2
    exit 1
}

"$1" -m venv "$work/sdist"
"$work/sdist/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
"$work/sdist/bin/python" -m pip install --quiet --group wheels
"$work/sdist/bin/python" -m build --sdist --outdir "$out" . >"$work/sdist.log" 2>&1 || {
    cat "$work/sdist.log" >&2
    exit 1
}
sdist=$(ls "$out"/*.tar.gz)
echo "sdist: ${sdist##*/}"

status=0
number=0
for python in "$@"; do
    number=$((number + 1))
    version=$("$python" -V 2>&1)
    # A subshell of its own: `set -e` holds inside it, and one Python's failure leaves the others their turn.
    (prove "$python" "$number") &
    if wait $!; then
        echo "$version: built, repaired, proved: $(basename "$work/$number"/repaired/*.whl)"
    else
        echo "$version: FAILED" >&2
        status=1
    fi
    rm -rf "${work:?}/$number"
done
exit $status
