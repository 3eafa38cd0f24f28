#include "script/face_archive.h"

#include <lauxlib.h>
#include <lualib.h>

#include "base/archive.h"
#include "script/body.h"
#include "script/failure.h"
#include "script/lazy.h"
#include "script/library.h"

static lua_Integer count_files(lua_State *L, int index) {
  lua_Integer count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING ||
        (lua_type(L, -1) != LUA_TSTRING && !lua_isboolean(L, -1)))
      return luaL_error(L, "expected files to be strings by their names");
    count++;
  }
  return count;
}

/* What they point to is held by the table. */
static void fill(lua_State *L, int index, struct archive_file *files) {
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    files->name = lua_tostring(L, -2);
    files->bytes = lua_tolstring(L, -1, &files->size); /* true: NULL, 0 */
    files++;
  }
}

/* Who may not write files otherwise may not do so here. */
static int lua_write(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct archive_file *files;
  lua_Integer count;
  uint64_t size;
  char why[512];
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (!(body_of(L)->libraries & library_bit(LUA_IOLIBNAME)))
    return failure_raise(L, FAILURE_BADARGUMENT, "this actor has no files");
  count = count_files(L, 2);
  if (count > INT32_MAX) return luaL_error(L, "too many files");
  files = lua_newuserdatauv(L, (size_t)count * sizeof *files + 1, 0);
  fill(L, 2, files);
  size = archive_write(path, files, (uint32_t)count, why, sizeof why);
  if (size > 0) {
    lua_pushinteger(L, (lua_Integer)size);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

static const struct lazy_field fields[] = {{"write", lua_write, NULL},
                                           {NULL, NULL, NULL}};

static const struct lazy_table table = {"troupe.archive", fields};

void archive_open_face(lua_State *L) { lazy_push(L, &table); }
