#!/bin/sh
# Usage: place.sh install BINARY PREFIX [DESTDIR]
#        place.sh uninstall PREFIX [DESTDIR]
#
# Copies a binary that has been built, the library beside it if there is one,
# and what belongs to them, to where they are found: LIBDIR=lib below PREFIX
# for the library; below DESTDIR if it is for another place than this. Builds
# nothing, and writes nothing elsewhere. What it has made, files and folders,
# it writes down in PREFIX/share/troupe/installed; uninstall removes just that.
# UNLISTED=1: writes no list, for a package that has one of its own.
set -eu
umask 022

fail() {
  echo "$1" >&2
  exit 1
}

action=$1
shift
binary=
if [ "$action" = install ]; then
  binary=$1
  shift
  [ -x "$binary" ] || fail "There is no $binary yet: make build first."
  binary=$(cd "$(dirname "$binary")" && pwd)/$(basename "$binary")
fi
prefix=${1%/}
root=${2:-}
root=${root%/}
case $prefix in
  /* | "") ;;
  *) fail "Expected PREFIX to be an absolute path, got $prefix" ;;
esac

libdir=${LIBDIR:-lib}

here=$(cd "$(dirname "$0")/../.." && pwd)
list=$prefix/share/troupe/installed

# --- install -----------------------------------------------------------------

# What is made from the binary, by the paths that it gets below PREFIX.
make_texts() {
  completions=share/bash-completion/completions
  mkdir -p "$1/share/man/man1" "$1/$completions" \
    "$1/share/zsh/site-functions" "$1/share/fish/vendor_completions.d" \
    "$1/share/pkgconfig"
  (
    cd /
    "$binary" help --man >"$1/share/man/man1/troupe.1"
    "$binary" completion bash >"$1/$completions/troupe"
    "$binary" completion zsh >"$1/share/zsh/site-functions/_troupe"
    "$binary" completion fish \
      >"$1/share/fish/vendor_completions.d/troupe.fish"
  )
  # It says where the headers are; a C module gets lua_* from the binary.
  cat >"$1/share/pkgconfig/troupe-module.pc" <<END
prefix=$prefix
exec_prefix=\${prefix}
bindir=\${exec_prefix}/bin
datadir=\${prefix}/share
troupe=\${bindir}/troupe
metadir=\${datadir}/troupe/meta
lua_version=5.4

Name: Troupe for C modules
Description: Host for Lua actors; what a C module needs that it loads
Version: $("$binary" --version | sed 's/.* //')
Requires.private: lua5.4
END
}

# For who embeds it. Its name without a number is what a linker looks for.
copy_library() {
  from=$(dirname "$binary")
  version=$("$binary" --version | sed 's/.* //')
  [ -e "$from/libtroupe.so" ] || return 0
  mkdir -p "$1/include" "$1/$libdir/pkgconfig"
  cp "$here/host/troupe.h" "$1/include/troupe.h"
  cp "$from/libtroupe.a" "$1/$libdir/libtroupe.a"
  cp "$from/libtroupe.so" "$1/$libdir/libtroupe.so.$version"
  if command -v strip >/dev/null; then
    strip --strip-debug --enable-deterministic-archives \
      "$1/$libdir/libtroupe.a"
    strip --strip-unneeded --remove-section=.comment \
      "$1/$libdir/libtroupe.so.$version"
  fi
  ln -s "libtroupe.so.$version" "$1/$libdir/libtroupe.so.${version%%.*}"
  ln -s "libtroupe.so.${version%%.*}" "$1/$libdir/libtroupe.so"
  cat >"$1/$libdir/pkgconfig/troupe.pc" <<END
prefix=$prefix
exec_prefix=\${prefix}
libdir=\${exec_prefix}/$libdir
includedir=\${prefix}/include

Name: Troupe
Description: Host for Lua actors, to embed
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -ltroupe
Libs.private: -lm -ldl -lpthread
END
}

copy_files() {
  mkdir -p "$1/bin" "$1/share/troupe" "$1/share/doc/troupe/lua"
  cp "$binary" "$1/bin/troupe"
  # Debugging information is most of it; lua_* stay, which C modules need.
  if command -v strip >/dev/null; then
    strip --strip-unneeded --remove-section=.comment "$1/bin/troupe"
  fi
  cp -r "$here/lua/meta" "$1/share/troupe/meta"
  cp "$here/LICENSE" "$here/README.md" "$1/share/doc/troupe"
  cp "$here/lua/README.md" "$1/share/doc/troupe/lua"
  cp -r "$here/scripts/account" "$1/share/doc/troupe/account"
}

# A line is "/a/path" of a file, "/a/folder/" of a folder that was not there.
listed() {
  if [ -e "$root$list" ]; then cat "$root$list"; fi
}

make_folder() {
  [ -d "$root$1" ] && return
  case $1 in */*) make_folder "${1%/*}" ;; esac
  mkdir "$root$1"
  echo "$1/" >>"$made"
}

place() {
  make_folder "$prefix${1%/*}"
  # Not over the file: it may be running.
  cp -P "$scratch/new$1" "$root$prefix$1.new"
  case $1 in
    /bin/*) chmod 755 "$root$prefix$1.new" ;;
    *) [ -L "$root$prefix$1.new" ] ||
      chmod 644 "$root$prefix$1.new" ;;
  esac
  mv -f "$root$prefix$1.new" "$root$prefix$1"
  echo "$prefix$1" >>"$made"
}

# What the version before had, and this one has not.
remove_others() {
  listed | grep '[^/]$' | LC_ALL=C sort >"$scratch/before" || true
  LC_ALL=C sort "$made" | LC_ALL=C comm -23 "$scratch/before" - |
    while read -r file; do rm -f "$root$file"; done
}

install_all() {
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  made=$scratch/made
  make_texts "$scratch/new"
  copy_files "$scratch/new"
  copy_library "$scratch/new"
  if [ -z "${UNLISTED:-}" ]; then echo "$list"; fi >"$made"
  [ -z "$root" ] || mkdir -p "$root"
  # A list in a variable would break at blanks.
  (cd "$scratch/new" && find . ! -type d | LC_ALL=C sort) >"$scratch/files"
  while read -r file; do place "${file#.}"; done <"$scratch/files"
  remove_others
  if [ -z "${UNLISTED:-}" ]; then
    listed | grep '/$' >>"$made" || true
    LC_ALL=C sort -u "$made" >"$scratch/installed"
    cp "$scratch/installed" "$root$list"
  fi
  echo "$root$prefix/bin/troupe"
}

# --- uninstall ---------------------------------------------------------------

# Folders after what is in them; one that others use is left.
uninstall_all() {
  [ -e "$root$list" ] ||
    fail "Nothing is installed there: there is no $root$list"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  listed | LC_ALL=C sort -r >"$scratch/installed"
  while read -r path; do
    case $path in
      */../*) ;;
      */) rmdir "$root$path" 2>/dev/null || true ;;
      *) rm -f "$root$path" ;;
    esac
  done <"$scratch/installed"
}

case $action in
  install) install_all ;;
  uninstall) uninstall_all ;;
  *) fail "usage: place.sh install|uninstall" ;;
esac
