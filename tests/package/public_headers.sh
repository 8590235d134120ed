#!/bin/sh
# public_headers.sh COMPILER INCLUDE_DIR
# Compiles each public header by itself, as C++17 and without a warning.
set -eu
compiler=$1 include=$2

failed=0
for header in "$include"/muster/*.h; do
  printf '#include "muster/%s"\n' "${header##*/}" |
    "$compiler" -std=c++17 -Wall -Wextra -Wpedantic -Werror -fno-exceptions -fno-rtti \
      -fsyntax-only -I "$include" -x c++ - || failed=1
done
exit $failed
