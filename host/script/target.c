#include "script/target.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/script.h"
#include "script/value.h"

struct key target_key(const struct address_value *address) {
  return (struct key){address->key, address->key_size};
}

uint64_t target_find(struct body *body, struct key key) {
  uint64_t pid;
  registry_find(body->script->scheduler->registry, key, &pid);
  return pid;
}

uint64_t target_pid(lua_State *L, int index) {
  struct body *body = body_of(L);
  uint64_t pid = value_pid(L, index);
  struct address_value address;
  struct key key;
  if (likely(pid != ID_NONE)) return pid;
  if (value_address(L, index, &address))
    return target_find(body, target_key(&address));
  if (!codec_key(L, index))
    failure_expected(L, "target", "a pid, a key or an address", index);
  key.bytes = lua_tolstring(L, -1, &key.size);
  pid = target_find(body, key);
  lua_pop(L, 1);
  return pid;
}

/* A list that is a key, as one would write it. */
static void push_list(lua_State *L, int index) {
  luaL_Buffer out;
  lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  luaL_buffinit(L, &out);
  luaL_addchar(&out, '{');
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    failure_describe(L, -1);
    lua_remove(L, -2);
    luaL_addvalue(&out);
    if (i < count) luaL_addstring(&out, ", ");
  }
  luaL_addchar(&out, '}');
  luaL_pushresult(&out);
}

const char *target_describe(lua_State *L, int index) {
  struct address_value address;
  index = lua_absindex(L, index);
  if (value_address(L, index, &address)) return luaL_tolstring(L, index, NULL);
  if (lua_type(L, index) != LUA_TTABLE) return failure_describe(L, index);
  push_list(L, index);
  return lua_tostring(L, -1);
}

void target_push_absent(lua_State *L, uint64_t pid) {
  struct directory *directory = body_of(L)->script->scheduler->directory;
  char text[ID_TEXT_SIZE];
  if (!value_is_pid(L, 1))
    failure_push(L, FAILURE_NOACTOR, "nobody is registered as %s",
                 target_describe(L, 1));
  else
    failure_push(L, FAILURE_NOACTOR, "there is no actor %s: %s",
                 id_text(pid, text),
                 id_slot(pid) < directory_slots(directory)
                     ? "it has ended"
                     : "nobody has had that pid");
  failure_set_begun(L, -1, false);
}
