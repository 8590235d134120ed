#!/bin/sh
# Installs what the package.json of a folder asks for into a directory of the
# build, together with the folder's own programs: a module is looked for beside
# the file that imports it.
#
#   install.sh SOURCE_DIR WORK_DIR
#
# Exits with 77, which ctest takes for "skipped", where it is not installed yet
# and the network is not to be had.
set -eu
source=$1 work=$2

mkdir -p "$work"
cp "$source/package.json" "$(dirname "$0")/.npmrc" "$work/"
for program in "$source"/*.mjs; do
  [ ! -e "$program" ] || cp "$program" "$work/"
done
cd "$work"

# A copy of what was asked for, made when it was installed in full.
cmp -s package.json installed.json && exit 0
rm -rf node_modules installed.json

# Node.js has its own list of authorities; a machine may have more.
authorities=/etc/ssl/certs/ca-certificates.crt
[ ! -e $authorities ] || export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$authorities}"

if ! npm install --prefer-offline --no-progress >npm.log 2>&1; then
  cat npm.log
  if grep -q -E 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT' npm.log; then
    echo "skipped: npm cannot reach its registry"
    exit 77
  fi
  exit 1
fi
cp package.json installed.json
