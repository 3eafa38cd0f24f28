#include "script/face_supervise.h"

#include <lauxlib.h>

#include "base/buffer.h"
#include "core/scheduler.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/option.h"
#include "script/order.h"
#include "script/script.h"
#include "script/target.h"
#include "script/wait.h"

int supervise_lua_check(lua_State *L) {
  lua_settop(L, 1);
  option_check_child(L, 1);
  return 0;
}

int supervise_lua_shutdown(lua_State *L) {
  switch (order_shutdown(body_of(L)->script, target_pid(L, 1))) {
    case STATUS_OK:
      lua_pushboolean(L, true);
      return 1;
    case STATUS_NOMEM:
      return luaL_error(L, "not enough memory");
    default:
      lua_pushnil(L);
      lua_pushliteral(L, "noactor");
      return 2;
  }
}

int supervise_lua_dismiss(lua_State *L) {
  lua_pushboolean(L, order_stop(body_of(L)->script, target_pid(L, 1)) ==
                         STATUS_OK);
  return 1;
}

int supervise_lua_orphan(lua_State *L) {
  struct directory *directory = body_of(L)->script->scheduler->directory;
  lua_pushboolean(L, directory_orphan(directory, target_pid(L, 1)));
  return 1;
}

int supervise_lua_key(lua_State *L) {
  lua_settop(L, 1);
  if (!codec_key(L, 1)) return 0;
  target_describe(L, 1);
  lua_replace(L, 1);
  lua_insert(L, 1);
  return 2;
}

int supervise_lua_task(lua_State *L) {
  body_of(L)->task = true;
  return 0;
}

int supervise_lua_expected(lua_State *L) {
  return failure_expected(L, luaL_checkstring(L, 1), luaL_checkstring(L, 2),
                          3);
}

int supervise_lua_misuse(lua_State *L) {
  return failure_raise(L, FAILURE_BADARGUMENT, "%s", luaL_checkstring(L, 1));
}

int supervise_lua_failure(lua_State *L) {
  const char *const kinds[] = {"exit", "exists", NULL};
  const enum failure failures[] = {FAILURE_EXIT, FAILURE_EXISTS};
  int kind = luaL_checkoption(L, 1, NULL, kinds);
  failure_push(L, failures[kind], "%s", luaL_checkstring(L, 2));
  return 1;
}

int supervise_lua_caught(lua_State *L) {
  struct body *body = body_of(L);
  const char *request = luaL_checkstring(L, 2);
  lua_pushvalue(L, 1);
  failure_from(L);
  buffer_clear(&body->scratch);
  failure_stack(L, 2, &body->scratch); /* above this and the handler */
  failure_add_hop(L, -1, request, buffer_bytes(&body->scratch),
                  buffer_size(&body->scratch));
  return 1;
}

int supervise_lua_raise(lua_State *L) {
  lua_settop(L, 1);
  failure_from(L);
  return wait_throw(L);
}
