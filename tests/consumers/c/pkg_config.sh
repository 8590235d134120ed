#!/bin/sh
# pkg_config.sh shared|static C_COMPILER CXX_COMPILER PREFIX WORK_DIR
# Builds the program in C with nothing but what pkg-config says, and runs it. Put
# together statically, it is linked by the C++ compiler, which knows its library.
set -eu
form=$1 compiler=$2 linker=$3 prefix=$4 work=$5
here=$(cd "$(dirname "$0")" && pwd)

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
mkdir -p "$work"
cd "$work"
"$compiler" -std=c99 -Wall -Wextra -Wpedantic -Werror -c -o main.o "$here/main.c" \
  $(pkg-config --cflags muster_c)
case $form in
  shared)
    "$compiler" -o consumer main.o $(pkg-config --libs muster_c)
    export LD_LIBRARY_PATH="$prefix/lib"
    ;;
  static)
    "$linker" -static -o consumer main.o $(pkg-config --static --libs muster_c)
    ;;
esac
./consumer >out
diff "$here/../expected.json" out
