#!/bin/sh
# Usage: piece.sh PIECE SHIM OBJECT...     (CC: the compiler)
#
# Makes one object of the library's objects, Lua and libuv, in which nothing is
# visible but troupe_*: so it meets no other Lua, and no other libuv, in the
# process that it is linked into. Where one of them refers to what a library
# must not use it gets host/base/shim.c instead.
set -eu

piece=$1
shim=$2
shift 2
mkdir -p "$piece.parts"
parts=$piece.parts
cc=${CC:-gcc}

# Lua's own memory is counted, and the engine's if it wants that.
objcopy --redefine-sym realloc=memory_resize --redefine-sym free=memory_free \
  "$($cc -print-file-name=liblua5.4.a)" "$parts/liblua.a"

cat >"$parts/shim.list" <<END
stdin shim_stdin
stdout shim_stdout
stderr shim_stderr
abort shim_abort
exit shim_exit
_exit shim_quit
__assert_fail shim_assert_fail
dlopen shim_dlopen
dlsym shim_dlsym
dlclose shim_dlclose
dlerror shim_dlerror
in6addr_any shim_in6addr_any
environ shim_environ
END

ld -r --wrap=luaS_hash -o "$parts/inside.o" "$@" \
  --whole-archive "$parts/liblua.a" --no-whole-archive \
  "$($cc -print-file-name=libuv_a.a)"
objcopy --redefine-syms="$parts/shim.list" "$parts/inside.o"
ld -r -o "$parts/whole.o" "$parts/inside.o" "$shim"
objcopy --wildcard --keep-global-symbol='troupe_*' "$parts/whole.o" "$piece"
rm -rf "$parts"
