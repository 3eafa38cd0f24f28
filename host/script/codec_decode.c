/*
** Codec, the way in: bytes to Lua values.
**
** The bytes may come from a file or another machine, so nothing in them is
** believed: every read is checked against the end, nesting is bounded, and a
** count never makes more room than the bytes that are left could fill. The
** numbers that room was made by are compared with what was found, so that a
** short string of lies is refused at its first one.
**
** All that is held is on the Lua stack: any step may raise.
*/
#include <lauxlib.h>
#include <limits.h>
#include <string.h>

#include "base/check.h"
#include "codec/format.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/finaliser.h"
#include "script/handle.h"
#include "script/module.h"
#include "script/value.h"

struct decoder {
  lua_State *L;
  const unsigned char *at;
  const unsigned char *end;
  const unsigned char *bytes;
  int depth;
  int tables; /* stack index of the list of tables; 0: none are shared */
  lua_Integer table_count;
  bool portable;
};

static const struct codec_userdata *const userdata_codecs[] = {
    &value_from_codec, &value_address_codec, &handle_codec};

const struct codec_userdata *codec_userdata_of(unsigned tag) {
  size_t count = sizeof userdata_codecs / sizeof *userdata_codecs;
  if (tag < TAG_FROM || tag - TAG_FROM >= count) return NULL;
  ASSERT(userdata_codecs[tag - TAG_FROM]->tag == tag, "in order of tags");
  return userdata_codecs[tag - TAG_FROM];
}

static void get_value(struct decoder *d);

static _Noreturn void malformed(struct decoder *d) {
  failure_raise(d->L, FAILURE_BADARGUMENT,
                "not an encoded value (at byte %I)",
                (LUAI_UACINT)(d->at - d->bytes));
  __builtin_unreachable();
}

static inline size_t left(const struct decoder *d) {
  return (size_t)(d->end - d->at);
}

/* The next `size` bytes. */
static inline const unsigned char *get_bytes(struct decoder *d, size_t size) {
  const unsigned char *bytes = d->at;
  if (unlikely(left(d) < size)) malformed(d);
  d->at += size;
  return bytes;
}

static inline uint64_t get_varint(struct decoder *d) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    unsigned char byte = *get_bytes(d, 1);
    value |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return value;
  }
  malformed(d);
}

/* A size, and that many bytes. */
static const char *get_sized(struct decoder *d, size_t *size) {
  *size = get_varint(d);
  return (const char *)get_bytes(d, *size);
}

static int64_t get_integer(struct decoder *d, unsigned tag) {
  int64_t value;
  int32_t half;
  int16_t quarter;
  switch (tag) {
    case TAG_INTEGER_1: return (int8_t)*get_bytes(d, 1);
    case TAG_INTEGER_2: memcpy(&quarter, get_bytes(d, 2), 2); return quarter;
    case TAG_INTEGER_4: memcpy(&half, get_bytes(d, 4), 4); return half;
    default: memcpy(&value, get_bytes(d, 8), 8); return value;
  }
}

static void get_float(struct decoder *d) {
  lua_Number value;
  memcpy(&value, get_bytes(d, sizeof value), sizeof value);
  lua_pushnumber(d->L, value);
}

static void get_pid(struct decoder *d) {
  uint64_t pid;
  memcpy(&pid, get_bytes(d, sizeof pid), sizeof pid);
  if (d->portable || !id_valid(pid)) malformed(d);
  value_push_pid(d->L, pid);
}

static void get_userdata(struct decoder *d, unsigned tag) {
  const struct codec_userdata *codec = codec_userdata_of(tag);
  const char *bytes;
  size_t size;
  if (codec == NULL || d->portable) malformed(d);
  bytes = get_sized(d, &size);
  codec->unpack(d->L, bytes, size);
}

/* --- Tables --------------------------------------------------------------- */

static void get_items(struct decoder *d, int table, lua_Integer count) {
  lua_State *L = d->L;
  for (lua_Integer i = 1; i <= count; i++) {
    if (likely(d->at < d->end) && *d->at < TAG_STRING)
      lua_pushinteger(L, (lua_Integer)*d->at++ + TAG_INTEGER_LEAST);
    else
      get_value(d);
    lua_rawseti(L, table, i);
  }
}

/* A key that Lua would refuse: nil and what is not equal to itself. */
static bool is_key(lua_State *L, int index) {
  return lua_type(L, index) != LUA_TNIL &&
         (lua_type(L, index) != LUA_TNUMBER || lua_rawequal(L, index, index));
}

static void get_pairs(struct decoder *d, int table, unsigned class) {
  lua_State *L = d->L;
  uint64_t pairs = 0;
  while (left(d) == 0 || *d->at != TAG_END) {
    get_value(d);
    if (unlikely(lua_type(L, -1) != LUA_TSTRING) && !is_key(L, -1))
      malformed(d);
    get_value(d);
    lua_rawset(L, table);
    pairs++;
  }
  d->at++;
  if (codec_pairs_class(pairs) != class) malformed(d);
}

/* A new table of the size that is announced, as far as it can be true. */
static void push_table(struct decoder *d, uint64_t items, unsigned class) {
  size_t pairs = class != 0 ? (size_t)1 << (class - 1) : 0;
  if (items > left(d)) malformed(d);
  if (pairs > left(d) / 2) pairs = left(d) / 2;
  lua_createtable(d->L, items < INT_MAX ? (int)items : INT_MAX, (int)pairs);
}

static void get_table(struct decoder *d, unsigned tag) {
  lua_State *L = d->L;
  unsigned class = tag & TAG_PAIRS_MASK;
  uint64_t items = get_varint(d);
  int table;
  if (d->depth == CODEC_DEPTH) malformed(d);
  luaL_checkstack(L, 6, "an encoded value");
  push_table(d, items, class);
  table = lua_gettop(L);
  if (d->tables != 0) {
    lua_pushvalue(L, table);
    lua_rawseti(L, d->tables, ++d->table_count);
  }
  d->depth++;
  get_items(d, table, (lua_Integer)items);
  if (class != 0) get_pairs(d, table, class);
  d->depth--;
}

/* A table must follow: a tag that says what it is. */
static void get_plain_table(struct decoder *d) {
  unsigned tag = *get_bytes(d, 1);
  if (tag < TAG_TABLE || tag >= TAG_NIL) malformed(d);
  get_table(d, tag);
}

static void get_reference(struct decoder *d) {
  uint64_t number = get_varint(d);
  if (d->tables == 0 || number == 0 || number > (uint64_t)d->table_count)
    malformed(d);
  lua_rawgeti(d->L, d->tables, (lua_Integer)number);
}

static void get_error(struct decoder *d) {
  get_plain_table(d);
  failure_metatable(d->L);
  finaliser_setmetatable(d->L, -2);
}

/* --- Modules -------------------------------------------------------------- */

/* What require would find without looking further: true and it is pushed. */
static bool push_loaded(lua_State *L, const char *name, size_t size) {
  if (lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE) == LUA_TTABLE) {
    lua_pushlstring(L, name, size);
    if (lua_rawget(L, -2) == LUA_TTABLE) {
      lua_replace(L, -2);
      return true;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return false;
}

static void push_module(lua_State *L, const char *name, size_t size) {
  if (push_loaded(L, name, size)) return;
  lua_pushcfunction(L, module_require);
  lua_pushlstring(L, name, size);
  lua_call(L, 1, 1);
  if (lua_type(L, -1) == LUA_TTABLE) return;
  lua_pushlstring(L, name, size);
  failure_raise(L, FAILURE_BADARGUMENT,
                "expected module '%s' to return a table, got a %s",
                lua_tostring(L, -1), luaL_typename(L, -2));
}

/* The module comes before the table is read: its code may run for the first
** time, and must not meet a half-made object. */
static void get_module(struct decoder *d) {
  size_t size;
  const char *name = get_sized(d, &size);
  luaL_checkstack(d->L, 6, "an encoded value");
  push_module(d->L, name, size);
  get_plain_table(d);
  lua_insert(d->L, -2);
  finaliser_setmetatable(d->L, -2);
}

/* --- Values --------------------------------------------------------------- */

static void get_other(struct decoder *d, unsigned tag) {
  const char *bytes;
  size_t size;
  switch (tag) {
    case TAG_NIL: lua_pushnil(d->L); return;
    case TAG_FALSE: lua_pushboolean(d->L, 0); return;
    case TAG_TRUE: lua_pushboolean(d->L, 1); return;
    case TAG_INTEGER_1:
    case TAG_INTEGER_2:
    case TAG_INTEGER_4:
    case TAG_INTEGER_8: lua_pushinteger(d->L, get_integer(d, tag)); return;
    case TAG_FLOAT: get_float(d); return;
    case TAG_LONG_STRING:
      bytes = get_sized(d, &size);
      lua_pushlstring(d->L, bytes, size);
      return;
    case TAG_REFERENCE: get_reference(d); return;
    case TAG_PID: get_pid(d); return;
    case TAG_MODULE: get_module(d); return;
    case TAG_ERROR: get_error(d); return;
    case TAG_END: malformed(d); return;
    default: get_userdata(d, tag); return;
  }
}

/* Pushes one value. */
static void get_value(struct decoder *d) {
  unsigned tag = *get_bytes(d, 1);
  if (tag < TAG_STRING) {
    lua_pushinteger(d->L, (lua_Integer)tag + TAG_INTEGER_LEAST);
  } else if (tag < TAG_TABLE) {
    size_t size = tag - TAG_STRING;
    lua_pushlstring(d->L, (const char *)get_bytes(d, size), size);
  } else if (tag < TAG_NIL) {
    get_table(d, tag);
  } else {
    get_other(d, tag);
  }
}

/* Pushes `count` values, which must be all there is. */
static void decode(lua_State *L, const unsigned char *bytes, size_t size,
                   int count, unsigned flags, bool portable) {
  struct decoder d = {.L = L, .at = bytes, .end = bytes + size,
                      .bytes = bytes, .portable = portable};
  luaL_checkstack(L, count + 4, "too many values");
  if (flags & MESSAGE_TABLES) {
    lua_createtable(L, 0, 0);
    d.tables = lua_gettop(L);
  }
  for (int i = 0; i < count; i++) get_value(&d);
  if (d.at != d.end) malformed(&d);
  codec_count(size);
  if (d.tables != 0) lua_remove(L, d.tables);
}

int codec_unpack(lua_State *L, const struct message *message) {
  return codec_unpack_rest(L, message, 0, message->count);
}

size_t codec_short_string(size_t size) {
  return size < TAG_STRING_LIMIT ? 1 + size : 0;
}

int codec_unpack_rest(lua_State *L, const struct message *message,
                      size_t skip, int count) {
  ASSERT(skip <= message->size && count <= message->count,
         "what is skipped is part of the payload");
  decode(L, message->bytes + skip, message->size - skip, count,
         message->flags, false);
  return count;
}

void codec_decode_values(lua_State *L, const void *bytes, size_t size,
                         int count, unsigned char flags) {
  decode(L, bytes, size, count, flags, false);
}

void codec_decode(lua_State *L, const void *bytes, size_t size,
                  unsigned char flags) {
  decode(L, bytes, size, 1, flags, false);
}

int codec_lua_decode(lua_State *L) {
  size_t size;
  const unsigned char *bytes;
  if (lua_type(L, 1) != LUA_TSTRING)
    return failure_expected(L, "bytes", "a string", 1);
  bytes = (const unsigned char *)lua_tolstring(L, 1, &size);
  if (size < 2 || bytes[0] != CODEC_VERSION)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected a string that troupe.encode has made");
  lua_settop(L, 1);
  decode(L, bytes + 2, size - 2, 1, bytes[1], true);
  return 1;
}
