#include "script/target.h"

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
