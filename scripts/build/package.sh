#!/bin/sh
# Usage: package.sh BINARY FOLDER
#
# Makes Debian packages of a binary that has been built, and of the library
# beside it, in the folder: FOLDER/troupe_VERSION_ARCHITECTURE.deb, libtroupe0
# and libtroupe-dev. What they hold is what `make install` would place below
# /usr. The same commit, built by the same tools, gives the
# same bytes.
set -eu
umask 022

binary=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)

# The packages whose archives are linked in.
LINKED="liblua5.4-dev libuv1-dev libedit-dev libbsd-dev libmd-dev
  libncurses-dev"

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  # The clone may be another user's; a tree without git has no better time.
  SOURCE_DATE_EPOCH=$(git -c safe.directory='*' -C "$here" log -1 \
    --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH

version=$("$binary" --version | sed 's/.* //')
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-Troupe authors} <${DEBEMAIL:-troupe@example.org}>"

root=$folder/debian/troupe
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
soname=libtroupe.so.${version%%.*}
library=libtroupe${version%%.*}
rm -rf "$folder/debian" "$folder"/*troupe*.deb
mkdir -p "$root"

# --- What they hold ----------------------------------------------------------

UNLISTED=1 LIBDIR=lib/$multiarch sh "$here/place.sh" install "$binary" /usr \
  "$root" >/dev/null
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
rm "$root/usr/share/doc/troupe/LICENSE"
gzip -9n "$root/usr/share/man/man1/troupe.1"
mkdir -p "$root/usr/share/lintian/overrides"
cat >"$root/usr/share/lintian/overrides/troupe" <<END
# One file that runs where only the C library is: troupe build copies it.
troupe: embedded-library ncurses [usr/bin/troupe]
END

# Moves what is named, below usr/, to another package.
give() {
  to=$folder/debian/$1
  shift
  for path in "$@"; do
    mkdir -p "$to/usr/$(dirname "$path")"
    mv "$root/usr/$path" "$to/usr/$path"
  done
}

# The library, if there is one beside the binary.
lib=lib/$multiarch
packages=troupe
if [ -e "$root/usr/$lib/$soname" ]; then
  packages="troupe $library libtroupe-dev"
  give libtroupe-dev include/troupe.h "$lib/libtroupe.a" "$lib/libtroupe.so" \
    "$lib/pkgconfig/troupe.pc"
  give "$library" "$lib/$soname" "$lib/libtroupe.so.$version"
  rm -r "$root/usr/include" "$root/usr/lib"
fi

# What every package has to have.
add_documents() {
  documents=$folder/debian/$1/usr/share/doc/$1
  mkdir -p "$documents/linked"
  cp "$here/debian/copyright" "$documents/copyright"
  for name in $LINKED; do
    cp -L "/usr/share/doc/$name/copyright" "$documents/linked/$name"
  done
  cat >"$documents/changelog" <<END
troupe ($version) unstable; urgency=medium

  * Troupe $version.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
  gzip -9n "$documents/changelog"
}

# --- What they say -----------------------------------------------------------

sources() {
  for name in $LINKED; do
    dpkg-query -W -f='${source:Package} (= ${source:Version})\n' "$name"
  done | LC_ALL=C sort -u | paste -sd, | sed 's/,/, /g'
}

# dpkg-shlibdeps wants to see packages that are being made of their sources.
{
  echo "Source: troupe"
  for name in $packages; do
    printf '\nPackage: %s\nArchitecture: any\n' "$name"
    mkdir "$folder/debian/$name/DEBIAN"
  done
} >"$folder/debian/control"

needs() {
  (cd "$folder" && dpkg-shlibdeps -O "$1") | sed 's/.*shlibs:Depends=//'
}

describe_troupe() {
  cat <<END
Depends: $(needs debian/troupe/usr/bin/troupe)
Suggests: lua-busted, lua-check, luarocks, liblua5.4-dev
Built-Using: $(sources)
Section: interpreters
Description: host for servers written in Lua, each an actor
 Troupe runs actors written in Lua 5.4: each is a Lua state of its own with
 a mailbox, and handles one message at a time. Calls have deadlines, names
 lead to actors, supervisors start again what has died, and a console shows
 what any of them is doing.
 .
 The same command makes new projects, runs them and their tests, and builds
 them into one file. Tests need lua-busted, dependencies luarocks.
END
}

describe_library() {
  echo "libtroupe ${version%%.*} $library (>= $version)" \
    >"$folder/debian/$library/DEBIAN/shlibs"
  echo "activate-noawait ldconfig" >"$folder/debian/$library/DEBIAN/triggers"
  cat <<END
Depends: $(needs "debian/$library/usr/$lib/libtroupe.so.$version")
Multi-Arch: same
Built-Using: $(sources)
Section: libs
Description: host for actors written in Lua, inside another program
 Troupe runs actors written in Lua 5.4 beside a program's own work: in games
 and tools they are entities and services, on the cores that are left.
 .
 This is the shared library. It needs no Lua, and meets no other one in the
 process.
END
}

describe_development() {
  cat <<END
Depends: $library (= $version)
Multi-Arch: same
Built-Using: $(sources)
Section: libdevel
Description: host for actors written in Lua, to embed (development files)
 Troupe runs actors written in Lua 5.4 beside a program's own work: in games
 and tools they are entities and services, on the cores that are left.
 .
 This is the header, for C and C++, and the static library.
END
}

# --- The packages ------------------------------------------------------------

make_package() {
  tree=$folder/debian/$1
  add_documents "$1"
  (cd "$tree" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) \
    >"$tree/DEBIAN/md5sums"
  {
    echo "Package: $1"
    [ "$1" = troupe ] || echo "Source: troupe"
    echo "Version: $version"
    echo "Architecture: $architecture"
    echo "Maintainer: $maintainer"
    echo "Installed-Size: $(du -sk --apparent-size "$tree/usr" | cut -f 1)"
    echo "Priority: optional"
    "$2"
  } >"$tree/DEBIAN/control"
  find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  file=$folder/$1_${version}_$architecture.deb
  dpkg-deb --root-owner-group --build "$tree" "$file" >/dev/null
  echo "$file"
}

make_package troupe describe_troupe
if [ "$packages" != troupe ]; then
  make_package "$library" describe_library
  make_package libtroupe-dev describe_development
fi
