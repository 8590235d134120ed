#!/bin/sh
# header.sh LANGUAGE COMPILER INCLUDE_DIR
# Compiles muster.h by itself, as c99 or c++17 and without a warning.
set -eu
standard=$1 compiler=$2 include=$3
case $standard in c++*) language=c++ ;; *) language=c ;; esac
printf '#include "muster.h"\nint main(void) { return muster_version() == 0; }\n' |
  "$compiler" "-std=$standard" -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
    -I "$include" -x "$language" -
