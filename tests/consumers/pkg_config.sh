#!/bin/sh
# pkg_config.sh shared|static COMPILER MAIN_CC PREFIX WORK_DIR
# Builds one program with nothing but what pkg-config says, and runs it.
set -eu
form=$1 compiler=$2 main=$3 prefix=$4 work=$5

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
mkdir -p "$work"
case $form in
  shared)
    "$compiler" -std=c++17 -o "$work/consumer" "$main" $(pkg-config --cflags --libs muster)
    export LD_LIBRARY_PATH="$prefix/lib"
    ;;
  static)
    "$compiler" -std=c++17 -static -o "$work/consumer" "$main" \
      $(pkg-config --static --cflags --libs muster)
    ;;
esac
"$work/consumer" >"$work/out"
diff "$(dirname "$0")/expected.json" "$work/out"
