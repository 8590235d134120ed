#!/bin/bash
# build.sh NGINX_SOURCE WORK_DIR MUSTER_H_DIR MUSTER_C_LIBRARY
# Builds the module in WORK_DIR/objs, for the nginx whose package the sources of
# Debian's nginx-dev are of.
set -eu
source=$1 work=$2 include=$3 library=$4
here=$(cd "$(dirname "$0")" && pwd)

export MUSTER_C_FLAGS="-I$include"
export MUSTER_C_LIBS="$library -Wl,-rpath,$(dirname "$library")"
# Anew for another nginx, and for another list of files or libraries.
if [ ! "$work/objs/Makefile" -nt "$source/conf_flags" ] ||
  [ ! "$work/objs/Makefile" -nt "$here/config" ]; then
  rm -rf "$work"
  cp -r "$source" "$work"
  cd "$work"
  . ./conf_flags
  ./configure "${NGX_CONF_FLAGS[@]}" --add-dynamic-module="$here" >configure.log
fi
cd "$work"
make -s -f objs/Makefile modules
