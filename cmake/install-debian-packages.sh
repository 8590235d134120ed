#!/bin/sh
# Installs those of the named Debian packages that are missing; with none
# missing it does not touch the system and needs no rights.
set -eu

if ! command -v dpkg-query >/dev/null; then
  echo "not a Debian system: what these packages hold must be there: $*" >&2
  exit 0
fi

missing=
for package in "$@"; do
  status=$(dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null) || status=
  case $status in
    *" ok installed") ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "neither root nor sudo; as root: apt-get install$missing" >&2
    exit 1
  fi
  as_root=sudo
fi

echo "installing$missing"
# Another apt-get may be at work; what goes well need not be read.
options='-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0'
$as_root apt-get $options update -qq
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get $options install -qq -y --no-install-recommends $missing >/dev/null
