#include "script/hook.h"

/* As Lua itself raises it: no message handler runs, no memory is needed. */
static int raise_memory(lua_State *L) {
  lua_pushliteral(L, "not enough memory");
  return lua_error(L);
}

void hook_stuck(lua_State *L) {
  struct body *body = body_of(L);
  atomic_store_explicit(&body->interrupted, false, memory_order_relaxed);
  if (body->dying) raise_memory(L);
}
