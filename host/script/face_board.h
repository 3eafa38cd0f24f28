/*
** Face board: troupe.board, a view of a board of the host's (core/board.h).
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_BOARD_H
#define TROUPE_SCRIPT_FACE_BOARD_H

#include <lua.h>

/*
** board(name, {rows, columns}) -> the board, made if it is not there; without a
** size nil and a reason then. With another size than it has badargument.
** Its values are numbers, at first 0:
**   board:set(row, value, ...) from the first column on; nil leaves one alone
**   board:get(row) -> all of the row; board:get(row, column) -> that one
**   #board -> rows; board:columns()
*/
int board_lua_board(lua_State *L);

#endif
