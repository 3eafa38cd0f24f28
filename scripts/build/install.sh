#!/bin/sh
# Usage: install.sh PACKAGE...
#
# Installs the Debian packages that are missing, and says so first. Where it
# may not, it prints the line to type and exits with status 1.
set -eu

missing=
for package in "$@"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) ||
    status=
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "This is not Debian: going on in the hope that what these Debian" >&2
  echo "packages hold is there:$missing" >&2
  exit 0
fi

options="-o DPkg::Lock::Timeout=120"
line="apt-get install -y --no-install-recommends$missing"

as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  [ -t 0 ] || as_root="sudo -n"
  if ! command -v sudo >/dev/null; then
    echo "Some packages are missing, and there is no sudo. As root, type:" >&2
    echo "  $line" >&2
    exit 1
  fi
fi

# The variables are lists of words: no quotes.
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get $options "$@"
}

echo "Installing from Debian:$missing"
apt install -y --no-install-recommends $missing && exit 0
echo "That failed; once more with fresh package lists."
apt update && apt install -y --no-install-recommends $missing && exit 0

echo "The packages could not be installed. As root, type:" >&2
echo "  $line" >&2
exit 1
