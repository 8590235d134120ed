#!/bin/sh
# Makes a store from a catalog document, unless there is one.
#
#   create-store.sh MUSTER STORE DOCUMENT
#
# The store is filled beside its place and then put there in one step: whatever
# interrupts this leaves no store rather than an empty one, and of two that run
# at once the first to finish wins.
set -eu
muster=$1 store=${2%/} document=$3

[ ! -e "$store/data.mdb" ] || exit 0

mkdir -p "$(dirname "$store")"
new=$store.new.$$
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
"$muster" import "$document" --db "$new"
# Refused where something has come to be there meanwhile.
mv --no-target-directory "$new" "$store" 2>/dev/null || [ -e "$store/data.mdb" ] || {
  echo "$store is something else than a store: name another directory" >&2
  exit 1
}
