#include "script/codec_text.h"

#include <stdio.h>
#include <string.h>

static size_t written(int length) {
  if (length < 0) return 0;
  return length < CODEC_TEXT_SIZE ? (size_t)length : CODEC_TEXT_SIZE - 1;
}

static size_t of_function(lua_State *L, int index, char *text) {
  lua_Debug info;
  lua_pushvalue(L, index);
  lua_getinfo(L, ">S", &info);
  if (*info.what == 'C')
    return written(snprintf(text, CODEC_TEXT_SIZE, "<function>"));
  return written(snprintf(text, CODEC_TEXT_SIZE, "<function %s:%d>",
                          info.short_src, info.linedefined));
}

/* Leaves the value of __name on the stack for as long as it is used. To look it
** up by its name would take memory. */
static const char *name_of(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return NULL;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING &&
        strcmp(lua_tostring(L, -2), "__name") == 0)
      return lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  return NULL;
}

size_t codec_text(lua_State *L, int index, const char *kind,
                  char text[CODEC_TEXT_SIZE]) {
  int top = lua_gettop(L);
  const char *name;
  size_t size;
  if (lua_type(L, index) == LUA_TFUNCTION) return of_function(L, index, text);
  name = name_of(L, index);
  size = written(snprintf(text, CODEC_TEXT_SIZE, name != NULL ? "<%s %s>"
                                                              : "<%s>",
                          kind, name));
  lua_settop(L, top);
  return size;
}
