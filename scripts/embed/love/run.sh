#!/bin/sh
# Usage: run.sh LIBTROUPE [ARGUMENT...]
#
# Runs the game with that library. Where there is no display, in one that
# nobody sees, without a graphics card; and if no arguments say otherwise, for
# ten seconds, after which it tells what the frames took.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
LIBTROUPE=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
export LIBTROUPE
shift

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec love "$here" "$@"
fi

[ $# -gt 0 ] || set -- --frames 600
# SDL wants a folder for sockets, whatever it may do there.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=$(mktemp -d)
  export XDG_RUNTIME_DIR
  trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
  trap 'exit 1' INT TERM
fi
# OpenGL by this thread alone: threads for it are in each other's way where the
# actors' want the cores, too.
export SDL_VIDEODRIVER=x11 LIBGL_ALWAYS_SOFTWARE=1 LP_NUM_THREADS=0
xvfb-run -a -s "-screen 0 1024x768x24" love "$here" "$@"
