#!/bin/sh
# Usage: run.sh GAME [STEP...]
#
# Runs the game (main.c says what steps are). Where there is no display, in one
# that nobody sees; and if no steps say otherwise it types a line into the
# console, for a picture of it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
game=$1
shift

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$game" "$here" "$@"
fi

if [ $# -eq 0 ]; then
  set -- --answered --key F1 --type "1 + 1" --answered \
    --type "call dot7 where" --answered \
    --type "while true do end" --frames 60 --key Ctrl+C --answered \
    --type "actors limit=5" --answered --shot "$game.bmp"
  echo "no display: a picture of the game is $game.bmp"
fi
SDL_VIDEODRIVER=x11 xvfb-run -a -s "-screen 0 1024x768x24" \
  "$game" "$here" "$@"
