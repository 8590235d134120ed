#!/bin/sh
# python.sh PYTHON MAIN_PY PREFIX DIRECTORY VERSION WORK_DIR
# Runs a program with the Python package that lies in DIRECTORY below the prefix.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$1 main=$2 prefix=$3 directory=$4 version=$5 work=$6

# Whoever installs to where Python looks has to set nothing.
"$python" - "$directory" <<'PROGRAM'
import os, sys
places = [os.path.join(prefix, sys.argv[1]) for prefix in (sys.prefix, "/usr/local")]
assert any(place in sys.path for place in places), f"{places}: not in {sys.path}"
PROGRAM

export PYTHONPATH="$prefix/$directory" PYTHONDONTWRITEBYTECODE=1
mkdir -p "$work"
cd "$work"
"$python" "$main" >out
diff "$here/expected.json" out
"$python" - "$PYTHONPATH" "$version" <<'PROGRAM'
import importlib.metadata, sys, muster
assert muster.__file__.startswith(sys.argv[1]), muster.__file__
assert importlib.metadata.version("muster") == muster.__version__ == sys.argv[2]
PROGRAM
