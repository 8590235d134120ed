#!/bin/sh
# Installs the published client into a directory of the build and runs the test
# there, since a module is looked for beside the file that imports it.
#
#   run.sh SOURCE_DIR WORK_DIR MUSTER
#
# Exits with 77, which ctest takes for "skipped", where the client is not there
# yet and the network is not to be had.
set -eu
source=$1 work=$2 muster=$3

mkdir -p "$work"
cp "$source/package.json" "$source/.npmrc" "$source"/*.mjs "$work/"
cd "$work"

# Node.js has its own list of authorities; a machine may have more.
authorities=/etc/ssl/certs/ca-certificates.crt
[ ! -e $authorities ] || export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$authorities}"

# A copy of what was asked for, made when it was installed in full.
if ! cmp -s package.json installed.json; then
  rm -rf node_modules
  if ! npm install --prefer-offline --no-progress >npm.log 2>&1; then
    cat npm.log
    if grep -q -E 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT' npm.log; then
      echo "skipped: npm cannot reach its registry to install the client"
      exit 77
    fi
    exit 1
  fi
  cp package.json installed.json
fi

MUSTER=$muster exec node published_client.test.mjs
