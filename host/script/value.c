#include "script/value.h"

#include <lauxlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/check.h"
#include "codec/format.h"
#include "script/class.h"
#include "script/codec.h"

/* --- Pids ----------------------------------------------------------------- */

void value_push_pid(lua_State *L, uint64_t pid) {
  if (pid == ID_NONE)
    lua_pushnil(L);
  else
    lua_pushlightuserdata(L, (void *)(uintptr_t)pid);
}

uint64_t value_pid(lua_State *L, int index) {
  uint64_t word;
  if (lua_type(L, index) != LUA_TLIGHTUSERDATA) return ID_NONE;
  word = (uintptr_t)lua_touserdata(L, index);
  return id_valid(word) ? word : ID_NONE;
}

bool value_is_pid(lua_State *L, int index) {
  return value_pid(L, index) != ID_NONE;
}

static int light_tostring(lua_State *L) {
  char text[ID_TEXT_SIZE];
  uint64_t pid = value_pid(L, 1);
  if (pid != ID_NONE)
    lua_pushstring(L, id_text(pid, text));
  else
    lua_pushfstring(L, "userdata: %p", lua_topointer(L, 1));
  return 1;
}

void value_install(lua_State *L) {
  lua_pushlightuserdata(L, NULL);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, light_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, "pid");
  lua_setfield(L, -2, "__name");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

/* --- Userdata ------------------------------------------------------------- */

/* --- From ----------------------------------------------------------------- */

static const struct class from_class;

void value_push_from(lua_State *L, struct waiter from) {
  *(struct waiter *)class_new(L, &from_class, sizeof from) = from;
}

bool value_from(lua_State *L, int index, struct waiter *from) {
  const struct waiter *waiter = class_test(L, index, &from_class);
  if (waiter != NULL) *from = *waiter;
  return waiter != NULL;
}

static int from_index(lua_State *L) {
  struct waiter from;
  if (!value_from(L, 1, &from) || lua_type(L, 2) != LUA_TSTRING ||
      strcmp(lua_tostring(L, 2), "pid") != 0)
    return 0;
  value_push_pid(L, from.pid);
  return 1;
}

static int from_equal(lua_State *L) {
  struct waiter a, b;
  lua_pushboolean(L, value_from(L, 1, &a) && value_from(L, 2, &b) &&
                         a.pid == b.pid && a.epoch == b.epoch);
  return 1;
}

static int from_tostring(lua_State *L) {
  struct waiter from = {ID_NONE, 0};
  char text[ID_TEXT_SIZE];
  value_from(L, 1, &from);
  lua_pushfstring(L, "from %s",
                  from.pid != ID_NONE ? id_text(from.pid, text) : "outside");
  return 1;
}

/* The codec knows the class by the same key. */
static const luaL_Reg from_events[] = {{"__index", from_index},
                                       {"__eq", from_equal},
                                       {"__tostring", from_tostring},
                                       {NULL, NULL}};

static const struct class from_class = {
    "from", "what from() returned", from_events, NULL, &value_from_codec,
    false};

static bool from_pack(lua_State *L, int index, struct buffer *out) {
  const struct waiter *from = lua_touserdata(L, index);
  return buffer_append(out, from, sizeof *from);
}

static void from_unpack(lua_State *L, const void *bytes, size_t size) {
  struct waiter from;
  if (size != sizeof from) luaL_error(L, "not an encoded from");
  memcpy(&from, bytes, sizeof from);
  if (from.pid != ID_NONE && !id_valid(from.pid))
    luaL_error(L, "not an encoded from");
  value_push_from(L, from);
}

const struct codec_userdata value_from_codec = {TAG_FROM, from_pack,
                                                from_unpack};

/* --- Address -------------------------------------------------------------- */

/* The three strings follow: module and its NUL, key, start. */
struct address {
  uint32_t kind; /* enum address_kind */
  uint32_t module_size;
  uint32_t key_size;
  uint32_t start_size;
};

static const struct class address_class;

static void read_address(const struct address *at,
                         struct address_value *address) {
  const char *bytes = (const char *)(at + 1);
  address->kind = (enum address_kind)at->kind;
  address->module = bytes;
  address->module_size = at->module_size;
  bytes += at->module_size + 1;
  address->key = (const unsigned char *)bytes;
  address->key_size = at->key_size;
  bytes += at->key_size;
  address->start = (const unsigned char *)bytes;
  address->start_size = at->start_size;
}

/* Bytes of the userdata with these sizes: each fits in 32 bits. */
static size_t address_size(const struct address *at) {
  return sizeof *at + at->module_size + 1 + (size_t)at->key_size +
         at->start_size;
}

static void *put(void *to, const void *bytes, size_t size) {
  if (size != 0) memcpy(to, bytes, size); /* a SEAT's strings may be NULL */
  return (char *)to + size;
}

void value_push_address(lua_State *L, const struct address_value *address) {
  struct address head = {(uint32_t)address->kind,
                         (uint32_t)address->module_size,
                         (uint32_t)address->key_size,
                         (uint32_t)address->start_size};
  char *at;
  CHECK(address->module_size < UINT32_MAX && address->key_size < UINT32_MAX &&
            address->start_size < UINT32_MAX,
        "sizes are kept in 32 bits");
  at = class_new(L, &address_class, address_size(&head));
  at = put(at, &head, sizeof head);
  at = put(at, address->module, address->module_size);
  *at++ = '\0';
  at = put(at, address->key, address->key_size);
  put(at, address->start, address->start_size);
}

bool value_address(lua_State *L, int index, struct address_value *address) {
  const struct address *at = class_test(L, index, &address_class);
  if (at != NULL) read_address(at, address);
  return at != NULL;
}

/* The key alone says who is meant; the rest says how to start it. */
static int address_equal(lua_State *L) {
  struct address_value a, b;
  lua_pushboolean(L, value_address(L, 1, &a) && value_address(L, 2, &b) &&
                         a.kind == b.kind && a.key_size == b.key_size &&
                         memcmp(a.key, b.key, a.key_size) == 0);
  return 1;
}

/* Takes the value at the top. It is text or a number in a key of ours; an
** address from elsewhere may hold anything. */
static void add_part(lua_State *L, luaL_Buffer *out) {
  luaL_tolstring(L, -1, NULL);
  lua_remove(L, -2);
  luaL_addvalue(out);
}

/* Adds the parts of the key at `key`, a space before each. */
static void add_key(lua_State *L, luaL_Buffer *out, int key) {
  if (lua_type(L, key) != LUA_TTABLE) {
    luaL_addchar(out, ' ');
    lua_pushvalue(L, key);
    add_part(L, out);
    return;
  }
  for (lua_Unsigned i = 1; i <= lua_rawlen(L, key); i++) {
    luaL_addchar(out, ' ');
    lua_rawgeti(L, key, (lua_Integer)i);
    add_part(L, out);
  }
}

/* "entity account 17", "pool rates 2". The key is a mark, then an entity's
** module, NUL and own key, or a pool's key and the seat: entity.h, seat.h. */
static int address_tostring(lua_State *L) {
  struct address_value address;
  bool entity;
  size_t skip, tail;
  uint32_t seat;
  luaL_Buffer out;
  if (!value_address(L, 1, &address)) return 0;
  entity = address.kind == ADDRESS_ENTITY;
  skip = entity ? 1 + address.module_size + 1 : 1;
  tail = entity ? 0 : sizeof seat;
  if (address.key_size < skip + tail) return luaL_error(L, "not an address");
  codec_push_key(L, address.key + skip, address.key_size - skip - tail);
  luaL_buffinit(L, &out);
  luaL_addstring(&out, entity ? "entity " : "pool");
  if (entity) luaL_addstring(&out, address.module);
  add_key(L, &out, 2);
  if (!entity) {
    memcpy(&seat, address.key + address.key_size - tail, tail);
    lua_pushfstring(L, " %d", (int)seat);
    luaL_addvalue(&out);
  }
  luaL_pushresult(&out);
  return 1;
}

static const luaL_Reg address_events[] = {{"__eq", address_equal},
                                          {"__tostring", address_tostring},
                                          {NULL, NULL}};

static const struct class address_class = {
    "address", "an address", address_events, NULL, &value_address_codec,
    false};

static bool address_pack(lua_State *L, int index, struct buffer *out) {
  const struct address *at = lua_touserdata(L, index);
  return buffer_append(out, at, address_size(at));
}

static void address_unpack(lua_State *L, const void *bytes, size_t size) {
  struct address head;
  const char *at = (const char *)bytes + sizeof head;
  if (size >= sizeof head) memcpy(&head, bytes, sizeof head);
  if (size < sizeof head || address_size(&head) != size ||
      head.kind > ADDRESS_SEAT || at[head.module_size] != '\0')
    luaL_error(L, "not an encoded address");
  memcpy(class_new(L, &address_class, size), bytes, size);
}

const struct codec_userdata value_address_codec = {TAG_ADDRESS, address_pack,
                                                   address_unpack};
