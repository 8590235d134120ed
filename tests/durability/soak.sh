#!/bin/sh
# soak.sh BUILD SECONDS [COUNT]: the long forms of what `make check` does in short. Half of
# SECONDS for kills, half for power cuts, or COUNT of each where it is given; then bytes
# are flipped, as many as took SECONDS / 20 here. Ends with the first that fails.
set -eu
build=$1
seconds=$2
count=${3:-}
if [ -n "$count" ]; then
  long="--count=$count"
else
  long="--seconds=$((seconds / 2))"
fi
"$build/tests/durability/durability_kills" "$long" "--check=$build/muster"
"$build/tests/durability/durability_power_cuts" "$long" "--check=$build/muster"
"$build/tests/durability/durability_power_cuts" --self-test
MUSTER_DURABILITY_FLIPS=${count:-$((seconds * 10))} MUSTER_DURABILITY_CHECK="$build/muster" \
  "$build/tests/durability/durability_damage_test" --gtest_brief=1 \
  --gtest_filter='*OfAnyByteNeverGivesAWrongRow'
