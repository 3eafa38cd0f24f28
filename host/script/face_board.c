#include "script/face_board.h"

#include <lauxlib.h>
#include <limits.h>
#include <string.h>

#include "core/board.h"
#include "script/body.h"
#include "script/class.h"
#include "script/failure.h"
#include "script/option.h"
#include "script/script.h"

/* A userdata that points to the board, which outlives all actors. */
static const struct class board_class;

static const struct board *check_board(lua_State *L, int index) {
  struct board *const *view = failure_check(L, index, &board_class, "board");
  return *view;
}

/* The number of a row or a column, from 0. */
static size_t check_place(lua_State *L, int index, const char *what,
                          size_t count) {
  int whole = 0;
  lua_Integer place = 0;
  if (lua_type(L, index) == LUA_TNUMBER)
    place = lua_tointegerx(L, index, &whole);
  if (whole && place >= 1 && (size_t)place <= count) return (size_t)place - 1;
  failure_raise(L, FAILURE_BADARGUMENT, "expected %s to be 1 to %I, got %s",
                what, (lua_Integer)count, failure_describe(L, index));
  return 0;
}

/* --- Reading and writing -------------------------------------------------- */

/* All are looked at before the first is written. */
static void check_values(lua_State *L, const struct board *board, int first,
                         int last) {
  if (last >= first && (size_t)(last - first) >= board->columns)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected at most %I values, as columns, got %d",
                  (lua_Integer)board->columns, last - first + 1);
  for (int i = first; i <= last; i++)
    if (lua_type(L, i) != LUA_TNUMBER && !lua_isnil(L, i))
      failure_expected(L, "value", "a number", i);
}

static int lua_set(lua_State *L) {
  const struct board *board = check_board(L, 1);
  size_t cell = check_place(L, 2, "row", board->rows) * board->columns;
  int last = lua_gettop(L);
  check_values(L, board, 3, last);
  for (int i = 3; i <= last; i++, cell++)
    if (!lua_isnil(L, i)) board_set(board, cell, lua_tonumber(L, i));
  return 0;
}

static int get_row(lua_State *L, const struct board *board, size_t cell) {
  int columns = board->columns > INT_MAX ? INT_MAX : (int)board->columns;
  luaL_checkstack(L, columns, "too many columns");
  for (int i = 0; i < columns; i++)
    lua_pushnumber(L, board_get(board, cell + (size_t)i));
  return columns;
}

static int lua_get(lua_State *L) {
  const struct board *board = check_board(L, 1);
  size_t cell = check_place(L, 2, "row", board->rows) * board->columns;
  if (lua_isnoneornil(L, 3)) return get_row(L, board, cell);
  cell += check_place(L, 3, "column", board->columns);
  lua_pushnumber(L, board_get(board, cell));
  return 1;
}

static int lua_rows(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_board(L, 1)->rows);
  return 1;
}

static int lua_columns(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_board(L, 1)->columns);
  return 1;
}

static int lua_same(lua_State *L) {
  struct board *const *one = class_test(L, 1, &board_class);
  struct board *const *other = class_test(L, 2, &board_class);
  lua_pushboolean(L, one != NULL && other != NULL && *one == *other);
  return 1;
}

static int lua_text(lua_State *L) {
  lua_pushfstring(L, "board %s", check_board(L, 1)->name);
  return 1;
}

static const luaL_Reg events[] = {{"__len", lua_rows},
                                  {"__eq", lua_same},
                                  {"__tostring", lua_text},
                                  {NULL, NULL}};
static const luaL_Reg methods[] = {
    {"set", lua_set}, {"get", lua_get}, {"columns", lua_columns}, {NULL, NULL}};
static const struct class board_class = {"board", "a board", events, methods,
                                         NULL,    false};

/* --- Finding and making --------------------------------------------------- */

static const char *check_name(lua_State *L, int index) {
  size_t size = 0;
  const char *name = NULL;
  if (lua_type(L, index) == LUA_TSTRING) name = lua_tolstring(L, index, &size);
  if (name == NULL || size == 0 || size > BOARD_NAME_LARGEST ||
      size != strlen(name))
    failure_expected(L, "name", "a string of 1 to 255 bytes without a zero",
                     index);
  return name;
}

static size_t check_size(lua_State *L, int index, const char *name) {
  int whole = 0;
  lua_Integer size = 0;
  if (lua_getfield(L, index, name) == LUA_TNUMBER)
    size = lua_tointegerx(L, -1, &whole);
  if (!whole || size < 1) failure_expected(L, name, "an integer above 0", -1);
  lua_pop(L, 1);
  return (size_t)size;
}

static int refuse(lua_State *L, const char *why) {
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

static int push_found(lua_State *L, const char *name) {
  struct board **view = class_new(L, &board_class, sizeof *view);
  *view = boards_find(body_of(L)->script->boards, name);
  return *view != NULL ? 1 : refuse(L, "there is no such board");
}

static int push_made(lua_State *L, const char *name, size_t rows,
                     size_t columns) {
  struct board **view = class_new(L, &board_class, sizeof *view);
  switch (boards_open(body_of(L)->script->boards, name, rows, columns, true,
                      view)) {
    case STATUS_OK:
      return 1;
    case STATUS_EXISTS:
      return failure_raise(
          L, FAILURE_BADARGUMENT,
          "expected the board \"%s\" to have %I rows of %I columns, got %I "
          "of %I",
          name, (lua_Integer)(*view)->rows, (lua_Integer)(*view)->columns,
          (lua_Integer)rows, (lua_Integer)columns);
    case STATUS_INVALID:
      return refuse(L, "the board is too large");
    case STATUS_FULL:
      return refuse(L, "actors have made as many boards as they may");
    default:
      return luaL_error(L, "not enough memory");
  }
}

int board_lua_board(lua_State *L) {
  static const char *const names[] = {"rows", "columns", NULL};
  const char *name;
  size_t rows, columns;
  lua_settop(L, 2);
  name = check_name(L, 1);
  if (lua_isnil(L, 2)) return push_found(L, name);
  if (lua_type(L, 2) != LUA_TTABLE)
    return failure_expected(L, "options", "a table", 2);
  option_check_names(L, 2, names);
  rows = check_size(L, 2, "rows");
  columns = check_size(L, 2, "columns");
  return push_made(L, name, rows, columns);
}
