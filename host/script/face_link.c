#include "script/face_link.h"

#include <lauxlib.h>

#include "core/links.h"
#include "script/body.h"
#include "script/failure.h"
#include "script/script.h"
#include "script/target.h"
#include "script/value.h"

typedef enum status relate(struct scheduler *scheduler, struct actor *actor,
                           uint64_t target);

/* Relations are with an actor, not with whoever serves a name later: a key is
** looked up here and now, and nobody there is noactor. */
static int apply(lua_State *L, relate *act) {
  struct body *body = body_of(L);
  uint64_t pid = target_pid(L, 1);
  if (pid == ID_NONE) {
    lua_pushnil(L);
    lua_pushliteral(L, "noactor");
    return 2;
  }
  if (act(body->script->scheduler, body->actor, pid) != STATUS_OK)
    return luaL_error(L, "not enough memory");
  value_push_pid(L, pid);
  return 1;
}

int link_lua_link(lua_State *L) { return apply(L, links_link); }

int link_lua_unlink(lua_State *L) { return apply(L, links_unlink); }

int link_lua_monitor(lua_State *L) { return apply(L, links_monitor); }

int link_lua_demonitor(lua_State *L) { return apply(L, links_demonitor); }

int link_lua_trap(lua_State *L) {
  struct actor *actor = body_of(L)->actor;
  if (lua_type(L, 1) != LUA_TBOOLEAN)
    return failure_expected(L, "trap", "true or false", 1);
  lua_pushboolean(L, actor->trap);
  actor->trap = lua_toboolean(L, 1);
  return 1;
}
