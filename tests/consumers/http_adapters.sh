#!/bin/sh
# http_adapters.sh find_package|pkg_config EXAMPLES WORK_DIR PREFIX COMPILER "ADAPTER…"
# Builds the adapters' examples against the installed package, and runs each far
# enough to see that it finds its libraries: up to a store that is none.
set -eu
how=$1 examples=$2 work=$3 prefix=$4 compiler=$5 adapters=$6
here=$(dirname "$0")

rm -rf "$work"
mkdir -p "$work"
case $how in
  find_package)
    cmake -S "$here/http_adapters" -B "$work" -G Ninja -DCMAKE_CXX_STANDARD=17 \
      -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" -DEXAMPLES="$examples" \
      "-DADAPTERS=$(echo "$adapters" | tr ' ' ';')"
    cmake --build "$work"
    ;;
  pkg_config)
    export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
    for adapter in $adapters; do
      "$compiler" -std=c++17 -o "$work/$adapter" "$examples/$adapter/example.cc" \
        $(pkg-config --cflags --libs "muster_http_$adapter") -pthread
    done
    ;;
esac

echo "not a folder" >"$work/no-store"
for adapter in $adapters; do
  if "$work/$adapter" "$work/no-store" 1 >"$work/said" 2>&1; then
    echo "$adapter served a file for a store"
    exit 1
  fi
  grep -q no-store "$work/said" || { cat "$work/said"; exit 1; }
done
