#include "script/entity.h"

#include <lauxlib.h>
#include <string.h>

#include "base/buffer.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/option.h"
#include "script/seat.h"
#include "script/value.h"

bool entity_owns(struct key key) {
  const unsigned char *bytes = key.bytes;
  return key.size > 0 && (*bytes == ENTITY_MARK || *bytes == SEAT_MARK);
}

void entity_push_key(lua_State *L, const struct address_value *address) {
  size_t skip = 1 + address->module_size + 1;
  codec_push_key(L, address->key + skip, address->key_size - skip);
}

int entity_lua_at(lua_State *L) {
  unsigned char bytes[KEY_LARGEST];
  struct address_value address = {.kind = ADDRESS_ENTITY, .key = bytes};
  const char *key;
  size_t key_size;
  address.module = luaL_checklstring(L, 1, &address.module_size);
  address.start =
      (const unsigned char *)luaL_optlstring(L, 3, "", &address.start_size);
  if (!codec_key(L, 2))
    return failure_expected(L, "key",
                            "a string, an integer or a list of these", 2);
  key = lua_tolstring(L, -1, &key_size);
  address.key_size = 1 + address.module_size + 1 + key_size;
  if (address.key_size > sizeof bytes)
    return failure_raise(L, FAILURE_BADARGUMENT, "the key is too long");
  bytes[0] = ENTITY_MARK;
  memcpy(bytes + 1, address.module, address.module_size + 1);
  memcpy(bytes + 2 + address.module_size, key, key_size);
  value_push_address(L, &address);
  return 1;
}

int entity_lua_options(lua_State *L) {
  struct body *body = body_of(L);
  struct option_start options;
  unsigned char flags = 0;
  lua_settop(L, 1);
  option_read_shared(L, 1, &options);
  if (lua_isnil(L, 1)) {
    lua_pushliteral(L, "");
    return 1;
  }
  buffer_clear(&body->scratch);
  codec_encode(L, 1, "options", &body->scratch, &flags);
  lua_pushlstring(L, buffer_bytes(&body->scratch),
                  buffer_size(&body->scratch));
  return 1;
}

void entity_push_seat(lua_State *L, struct key pool, uint32_t seat) {
  unsigned char bytes[KEY_LARGEST];
  struct key key = seat_key(bytes, pool, seat);
  struct address_value address = {.kind = ADDRESS_SEAT,
                                  .key = bytes,
                                  .key_size = key.size,
                                  .module = "",
                                  .start = (const unsigned char *)""};
  if (key.size == 0)
    failure_raise(L, FAILURE_BADARGUMENT, "the name is too long");
  value_push_address(L, &address);
}

int entity_lua_seat(lua_State *L) {
  lua_Integer seat = luaL_checkinteger(L, 2);
  struct key pool;
  if (!codec_key(L, 1))
    return failure_expected(L, "name",
                            "a string, an integer or a list of these", 1);
  pool.bytes = lua_tolstring(L, -1, &pool.size);
  entity_push_seat(L, pool, (uint32_t)seat);
  return 1;
}
