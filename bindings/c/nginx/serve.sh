#!/bin/sh
# serve.sh MODULE STORE_DIR PORT
# nginx with two workers and nothing but Muster, for a look and for the tests.
set -eu
module=$1 store=$2 port=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/muster-nginx.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'kill -TERM "$nginx"' TERM INT
cat >"$work/nginx.conf" <<CONF
load_module $module;
user $(id -un) $(id -gn);  # who may read and write the store
worker_processes 2;
daemon off;
pid $work/pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path $work;
  proxy_temp_path $work;
  fastcgi_temp_path $work;
  uwsgi_temp_path $work;
  scgi_temp_path $work;
  muster_store $store;
  server {
    listen 127.0.0.1:$port;
    muster on;
    muster_not_found on;
  }
}
CONF
nginx -p "$work" -c "$work/nginx.conf" &
nginx=$!
echo "listening on http://127.0.0.1:$port"
wait "$nginx" || wait "$nginx"
