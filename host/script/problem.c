#include "script/problem.h"

#include "io/fault.h"

int problem_push(lua_State *L, int error) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", fault_name(error), fault_text(error));
  lua_pushstring(L, fault_name(error));
  return 3;
}
