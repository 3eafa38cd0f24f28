#include "script/class.h"

#include <string.h>

#include "core/scheduler.h"
#include "script/preempt.h"

static const void *key_of(const struct class *class) {
  return class->key != NULL ? class->key : class;
}

/* Upvalue: the function. An error, or a yield, leaves the worker kept until the
** script is resumed. */
static int keep_worker(lua_State *L) {
  int results;
  worker_keep();
  results = lua_tocfunction(L, lua_upvalueindex(1))(L);
  worker_let();
  return results;
}

static void set_functions(lua_State *L, const struct class *class,
                          const luaL_Reg *function) {
  for (; function->name != NULL; function++) {
    if (class->keeps_worker) {
      lua_pushcfunction(L, function->func);
      lua_pushcclosure(L, keep_worker, 1);
    } else {
      preempt_push(L, class->name, function->name, function->func);
    }
    lua_setfield(L, -2, function->name);
  }
}

static void push_metatable(lua_State *L, const struct class *class) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key_of(class)) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 6);
  set_functions(L, class, class->events);
  if (class->methods != NULL) {
    lua_newtable(L);
    set_functions(L, class, class->methods);
    lua_setfield(L, -2, "__index");
  }
  lua_pushstring(L, class->name);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key_of(class));
}

void *class_new(lua_State *L, const struct class *class, size_t size) {
  void *block = lua_newuserdatauv(L, size, 0);
  memset(block, 0, size);
  push_metatable(L, class);
  lua_setmetatable(L, -2);
  return block;
}

void *class_test(lua_State *L, int index, const struct class *class) {
  int same;
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
    return NULL;
  lua_rawgetp(L, LUA_REGISTRYINDEX, key_of(class));
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? lua_touserdata(L, index) : NULL;
}

void class_push_weak(lua_State *L, const void *key) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}
