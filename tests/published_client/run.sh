#!/bin/sh
# Runs the published client against one server, from the directory into which
# tests/npm/install.sh has put it.
#
#   run.sh NPM_DIR MUSTER PREFIX COMMAND…
#
# MUSTER is the command that fills the store; PREFIX is where the server mounts the
# API, or empty; the COMMAND has {store} and {port} in its words. Exits with 77,
# which ctest takes for "skipped", where the client could not be installed.
set -eu
npm=$1 muster=$2 prefix=$3
shift 3

if [ ! -e "$npm/installed.json" ]; then
  echo "skipped: the client is not installed"
  exit 77
fi
cd "$npm"
MUSTER=$muster PREFIX=$prefix exec node published_client.test.mjs "$@"
