#!/bin/sh
# Lints an OpenAPI document.
#
#   lint.sh NPM_DIR CONFIG DOCUMENT
#
# Exits with 77, which ctest takes for "skipped", where the linter could not be
# installed.
set -eu
npm=$1 config=$2 document=$3

if [ ! -e "$npm/installed.json" ]; then
  echo "skipped: the linter is not installed"
  exit 77
fi

# It reports to its makers otherwise.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
exec node "$npm/node_modules/@redocly/cli/bin/cli.js" lint --config "$config" "$document"
