#!/bin/sh
# Usage: package.sh BINARY FOLDER
#
# Makes a Debian package of a binary that has been built, in the folder:
# FOLDER/troupe_VERSION_ARCHITECTURE.deb. What it holds is what `make install`
# would place below /usr. The same commit, built by the same tools, gives the
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
documents=$root/usr/share/doc/troupe
rm -rf "$folder/debian" "$folder"/troupe_*.deb
mkdir -p "$root"

# --- What it holds -----------------------------------------------------------

UNLISTED=1 sh "$here/place.sh" install "$binary" /usr "$root" >/dev/null
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
rm "$documents/LICENSE"
cp "$here/debian/copyright" "$documents/copyright"
mkdir "$documents/linked"
for package in $LINKED; do
  cp -L "/usr/share/doc/$package/copyright" "$documents/linked/$package"
done
cat >"$documents/changelog" <<END
troupe ($version) unstable; urgency=medium

  * Troupe $version.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
gzip -9n "$documents/changelog" "$root/usr/share/man/man1/troupe.1"

mkdir -p "$root/usr/share/lintian/overrides"
cat >"$root/usr/share/lintian/overrides/troupe" <<END
# One file that runs where only the C library is: troupe build copies it.
troupe: embedded-library ncurses [usr/bin/troupe]
END

# --- What it says ------------------------------------------------------------

sources() {
  for package in $LINKED; do
    dpkg-query -W -f='${source:Package} (= ${source:Version})\n' "$package"
  done | LC_ALL=C sort -u | paste -sd, | sed 's/,/, /g'
}

# dpkg-shlibdeps wants to see a package that is being made of its sources.
mkdir "$root/DEBIAN"
printf 'Source: troupe\n\nPackage: troupe\nArchitecture: any\n' \
  >"$folder/debian/control"
needs=$(cd "$folder" && dpkg-shlibdeps -O debian/troupe/usr/bin/troupe)
needs=${needs#*shlibs:Depends=}

(cd "$root" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) \
  >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/control" <<END
Package: troupe
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: $needs
Suggests: lua-busted, lua-check, luarocks, liblua5.4-dev
Built-Using: $(sources)
Section: interpreters
Priority: optional
Description: host for servers written in Lua, each an actor
 Troupe runs actors written in Lua 5.4: each is a Lua state of its own with
 a mailbox, and handles one message at a time. Calls have deadlines, names
 lead to actors, supervisors start again what has died, and a console shows
 what any of them is doing.
 .
 The same command makes new projects, runs them and their tests, and builds
 them into one file. Tests need lua-busted, dependencies luarocks.
END

# --- The package -------------------------------------------------------------

package=$folder/troupe_${version}_$architecture.deb
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
