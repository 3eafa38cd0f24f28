#include "script/enter.h"

#include <lauxlib.h>
#include <string.h>

#include "script/dispatch.h"
#include "script/doing.h"
#include "script/failure.h"
#include "script/visit.h"

#define CHUNK "=enter"

/* --- What it sees --------------------------------------------------------- */

static bool is_state(lua_State *L, int key) {
  return lua_type(L, key) == LUA_TSTRING &&
         strcmp(lua_tostring(L, key), "state") == 0 &&
         body_of(L)->has_behaviour;
}

/* (environment, name) */
static int get_global(lua_State *L) {
  if (is_state(L, 2)) {
    dispatch_push_state(L);
    return 1;
  }
  lua_pushglobaltable(L);
  lua_insert(L, 2);
  lua_gettable(L, 2);
  return 1;
}

/* (environment, name, value) */
static int set_global(lua_State *L) {
  if (is_state(L, 2)) {
    dispatch_set_state(L, 3);
    return 0;
  }
  lua_pushglobaltable(L);
  lua_insert(L, 2);
  lua_settable(L, 2);
  return 0;
}

/* As `print`, but to the list that is its upvalue. */
static int collect(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer line;
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&line, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  lua_rawseti(L, lua_upvalueindex(1),
              (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)) + 1);
  return 0;
}

/* [..., the list of what is printed] -> [..., list, environment] */
static void push_environment(lua_State *L) {
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, -2);
  lua_pushcclosure(L, collect, 1);
  lua_setfield(L, -2, "print");
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, get_global);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, set_global);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
}

/* Pushes all that has been printed, one text. */
static void push_output(lua_State *L, int list) {
  luaL_Buffer text;
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  luaL_buffinit(L, &text);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    luaL_addvalue(&text);
  }
  luaL_pushresult(&text);
}

/* --- The chunk ------------------------------------------------------------ */

static int load(lua_State *L, const char *text, size_t size) {
  return luaL_loadbufferx(L, text, size, CHUNK, "t");
}

/* Pushes the function of the source at index 1: an expression first, as its
** value is what one wants to see. Raises what is wrong with it. */
static void compile(lua_State *L) {
  size_t size;
  const char *text;
  lua_pushliteral(L, "return ");
  lua_pushvalue(L, 1);
  lua_concat(L, 2);
  text = lua_tolstring(L, -1, &size);
  if (load(L, text, size) != LUA_OK) {
    text = lua_tolstring(L, 1, &size);
    if (load(L, text, size) != LUA_OK) {
      failure_push(L, FAILURE_BADARGUMENT, "%s", lua_tostring(L, -1));
      lua_error(L);
    }
  }
}

/* The message handler: where it has been raised is on the stack still. */
static int caught(lua_State *L) {
  struct body *body = body_of(L);
  const char *request;
  lua_settop(L, 1);
  failure_from(L);
  request = doing_push(L);
  buffer_clear(&body->scratch);
  failure_stack(L, 1, &body->scratch);
  failure_add_hop(L, 1, request, buffer_bytes(&body->scratch),
                  buffer_size(&body->scratch));
  lua_settop(L, 1);
  return 1;
}

/* The stack: source, list, handler, then what came of it. */
static int finish(lua_State *L, int status, lua_KContext context) {
  (void)context;
  push_output(L, 2);
  if (status == LUA_OK || status == LUA_YIELD) {
    lua_replace(L, 3);
    return lua_gettop(L) - 2;
  }
  if (failure_is(L, -2) && lua_rawlen(L, -1) > 0)
    lua_setfield(L, -2, "output");
  else
    lua_pop(L, 1);
  return lua_error(L);
}

int enter_run(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  lua_newtable(L);
  lua_pushcfunction(L, caught);
  compile(L);
  lua_replace(L, 4);
  lua_settop(L, 4);
  lua_pushvalue(L, 2);
  push_environment(L);
  lua_setupvalue(L, 4, 1);
  lua_settop(L, 4);
  return finish(L, lua_pcallk(L, 0, LUA_MULTRET, 3, 0, finish), 0);
}

int enter_run_now(lua_State *L) {
  visit_free_hands(body_of(L));
  return enter_run(L);
}

/* --- The state ------------------------------------------------------------ */

int enter_state(lua_State *L) {
  const struct body *body = body_of(L);
  if (!body->has_behaviour)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "there is no state: this is a script without a "
                         "behaviour, or has not come to its behaviour yet");
  dispatch_push_state(L);
  if (lua_isnil(L, -1) && !body->started)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "there is no state yet: init has not returned");
  return 1;
}
