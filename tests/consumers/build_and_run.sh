#!/bin/sh
# build_and_run.sh SOURCE_DIR BINARY_DIR "PROGRAM…" CMAKE_OPTION…
# Builds the programs of a CMake project and compares what they print.
set -eu
source=$1 binary=$2 programs=$3
shift 3

rm -rf "$binary"
cmake -S "$source" -B "$binary" -G Ninja "$@"
# For ccache, where it is the launcher and there is a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros
cmake --build "$binary" --target $programs
here=$(dirname "$0")
for program in $programs; do
  "$binary/$program" >"$binary/$program.out"
  diff "$here/expected.json" "$binary/$program.out"
done
