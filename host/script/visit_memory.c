#include "script/visit_memory.h"

#include "script/body.h"

int visit_gc(lua_State *L) {
  const struct body *body = body_of(L);
  size_t before = body->memory;
  lua_gc(L, LUA_GCCOLLECT);
  lua_pushinteger(L, (lua_Integer)before);
  lua_pushinteger(L, (lua_Integer)body->memory);
  return 2;
}
