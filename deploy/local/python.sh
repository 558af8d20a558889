#!/bin/sh
# Runs a script with the first Python of the supported versions that is here: sh python.sh SCRIPT ARGUMENTS…
# PYTHON names another. A name on the path is not enough: shims of version managers are there and do not run.

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
complete="$fits or __import__('importlib.util').util.find_spec('ensurepip') is None"

runs() {
    "$1" -c "$2" >/dev/null 2>&1
}

if [ -n "$PYTHON" ]; then
    if runs "$PYTHON" "$fits"; then
        exec "$PYTHON" "$@"
    fi
    found=$("$PYTHON" -c 'import sys; print("is Python %d.%d" % sys.version_info[:2])' 2>/dev/null || echo "does not run")
    echo "anju: PYTHON=$PYTHON $found; Python 3.11, 3.12 or 3.13 is needed: set PYTHON to one of these." >&2
    exit 1
fi

candidates="python3.13 python3.12 python3.11 python3 python"
for wanted in "$complete" "$fits"; do
    for candidate in $candidates; do
        if command -v "$candidate" >/dev/null 2>&1 && runs "$candidate" "$wanted"; then
            exec "$candidate" "$@"
        fi
    done
done
echo "anju: no Python 3.11, 3.12 or 3.13 was found: install one, or set PYTHON to where it is." >&2
exit 1
