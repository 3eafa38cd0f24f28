#include "script/visit_table.h"

#include <lua.h>

#include "script/body.h"
#include "script/enter.h"
#include "script/face_test.h"

/* A full collection: () -> bytes before, bytes after. It takes as long as there
** is much to look at, and cannot be interrupted. */
static int collect(lua_State *L) {
  const struct body *body = body_of(L);
  size_t before = body->memory;
  lua_gc(L, LUA_GCCOLLECT);
  lua_pushinteger(L, (lua_Integer)before);
  lua_pushinteger(L, (lua_Integer)body->memory);
  return 2;
}

const struct visit_entry visit_table[] = {
    {"gc", collect, VISIT_BOUNDARY},
    {"state", enter_state, VISIT_NOW | VISIT_SHOWS},
    {"enter", enter_run, VISIT_BOUNDARY | VISIT_SHOWS},
    {"enter now", enter_run_now, VISIT_NOW | VISIT_SHOWS},
    {"ask", test_ask, VISIT_NOW},
    {NULL, NULL, VISIT_BOUNDARY}};
