#include "script/probe_values.h"

#ifdef TROUPE_ASSERTS

#include <lauxlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/values.h"
#include "script/codec.h"
#include "script/value.h"

#define STEPS 300 /* of a look at bytes that may lead round in circles */

/* What is given back however the function ends. */
struct held {
  struct troupe_writer *writer;
  struct message *message;
  void *bytes;
};

static int let_go(lua_State *L) {
  struct held *held = lua_touserdata(L, 1);
  troupe_writer_free(held->writer);
  message_free(held->message);
  memory_free(held->bytes);
  *held = (struct held){NULL, NULL, NULL};
  return 0;
}

static struct held *hold(lua_State *L) {
  struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = (struct held){NULL, NULL, NULL};
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, let_go);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, let_go);
  lua_setfield(L, -2, "__close");
  lua_setmetatable(L, -2);
  lua_toclose(L, -1);
  return held;
}

/* --- Reading -------------------------------------------------------------- */

static void push_next(lua_State *L, struct troupe_reader *reader);

static void push_table(lua_State *L, struct troupe_reader *reader) {
  bool is_error = troupe_peek(reader) == TROUPE_ERROR;
  size_t items;
  luaL_checkstack(L, 6, NULL);
  if (!troupe_enter(reader, &items)) {
    troupe_skip(reader);
    lua_pushliteral(L, "deeper");
    return;
  }
  lua_createtable(L, 0, 0);
  for (size_t i = 1; i <= items; i++) {
    push_next(L, reader);
    lua_rawseti(L, -2, (lua_Integer)i);
  }
  while (troupe_peek(reader) != TROUPE_NONE) {
    push_next(L, reader);
    push_next(L, reader);
    lua_rawset(L, -3);
  }
  if (!troupe_leave(reader)) luaL_error(L, "a table has no end");
  if (!is_error) return;
  lua_createtable(L, 0, 1);
  lua_insert(L, -2);
  lua_setfield(L, -2, "error");
}

static void push_handle(lua_State *L, struct troupe_reader *reader) {
  const char *type;
  size_t size;
  uint64_t id;
  if (!troupe_read_handle(reader, &type, &size, &id))
    luaL_error(L, "a handle cannot be read");
  lua_createtable(L, 0, 2);
  lua_pushlstring(L, type, size);
  lua_setfield(L, -2, "handle");
  lua_pushinteger(L, (lua_Integer)id);
  lua_setfield(L, -2, "id");
}

static bool push_scalar(lua_State *L, struct troupe_reader *reader,
                        enum troupe_kind kind) {
  const char *bytes;
  size_t size;
  int64_t integer;
  double number;
  uint64_t pid;
  bool boolean;
  if (kind == TROUPE_BOOLEAN && troupe_read_boolean(reader, &boolean))
    lua_pushboolean(L, boolean);
  else if (kind == TROUPE_INTEGER && troupe_read_integer(reader, &integer))
    lua_pushinteger(L, integer);
  else if (kind == TROUPE_NUMBER && troupe_read_number(reader, &number))
    lua_pushnumber(L, number);
  else if (kind == TROUPE_STRING && troupe_read_string(reader, &bytes, &size))
    lua_pushlstring(L, bytes, size);
  else if (kind == TROUPE_PID && troupe_read_pid(reader, &pid))
    value_push_pid(L, pid);
  else
    return false;
  return true;
}

static void push_next(lua_State *L, struct troupe_reader *reader) {
  enum troupe_kind kind = troupe_peek(reader);
  luaL_checkstack(L, 6, NULL);
  if (kind == TROUPE_TABLE || kind == TROUPE_ERROR) {
    push_table(L, reader);
  } else if (kind == TROUPE_HANDLE) {
    push_handle(L, reader);
  } else if (!push_scalar(L, reader, kind)) {
    if (!troupe_skip(reader)) luaL_error(L, "a value cannot be read");
    if (kind == TROUPE_OTHER)
      lua_pushliteral(L, "other");
    else
      lua_pushnil(L);
  }
}

static struct message *pack(lua_State *L, int first, int count) {
  return codec_pack(L, first, count, MESSAGE_CAST);
}

/* How many. */
static int push_all(lua_State *L, const struct message *message) {
  struct troupe_reader reader;
  int top = lua_gettop(L);
  values_read_message(&reader, message);
  while (troupe_left(&reader) > 0) push_next(L, &reader);
  return lua_gettop(L) - top;
}

int probe_values_read(lua_State *L) {
  int count = lua_gettop(L);
  struct held *held = hold(L);
  held->message = pack(L, 1, count);
  return push_all(L, held->message);
}

/* The reader goes to what the keys first..last lead to. */
static void descend(lua_State *L, struct troupe_reader *reader, int first,
                    int last) {
  for (; first <= last; first++) {
    if (lua_type(L, first) == LUA_TSTRING)
      troupe_field(reader, lua_tostring(L, first), reader);
    else
      troupe_item(reader, (size_t)lua_tointeger(L, first), reader);
  }
}

int probe_values_field(lua_State *L) {
  struct troupe_reader reader;
  int count = lua_gettop(L);
  struct held *held = hold(L);
  held->message = pack(L, 1, 1);
  values_read_message(&reader, held->message);
  descend(L, &reader, 2, count);
  lua_pushinteger(L, (lua_Integer)troupe_left(&reader));
  if (troupe_left(&reader) == 0)
    lua_pushnil(L);
  else
    push_next(L, &reader);
  lua_insert(L, -2);
  return 2;
}

int probe_values_bytes(lua_State *L) {
  int count = lua_gettop(L);
  struct held *held = hold(L);
  held->message = pack(L, 1, count);
  lua_pushlstring(L, (const char *)held->message->bytes, held->message->size);
  return 1;
}

/* --- Writing -------------------------------------------------------------- */

/* {"copy", value, key, ...} at the top of the stack. */
static void write_copy(lua_State *L, struct held *held) {
  struct troupe_reader reader;
  int base = lua_gettop(L), count = (int)lua_rawlen(L, base);
  if (count < 2) count = 2; /* nil */
  luaL_checkstack(L, count, NULL);
  for (int i = 2; i <= count; i++) lua_rawgeti(L, base, i);
  message_free(held->message);
  held->message = NULL;
  held->message = pack(L, base + 1, 1);
  values_read_message(&reader, held->message);
  descend(L, &reader, base + 2, base + count - 1);
  troupe_write_copy(held->writer, &reader);
  lua_settop(L, base);
}

static bool is(const char *name, const char *what) {
  return strcmp(name, what) == 0;
}

/* The list at the top: what is to be written, and up to two values. */
static void write_one(lua_State *L, struct held *held) {
  struct troupe_writer *writer = held->writer;
  int base = lua_gettop(L);
  const char *name, *bytes;
  size_t size;
  lua_rawgeti(L, base, 1);
  lua_rawgeti(L, base, 2);
  lua_rawgeti(L, base, 3);
  name = lua_tostring(L, base + 1);
  bytes = lua_type(L, base + 2) == LUA_TSTRING
              ? lua_tolstring(L, base + 2, &size) : NULL;
  if (is(name, "nil"))
    troupe_write_nil(writer);
  else if (is(name, "boolean"))
    troupe_write_boolean(writer, lua_toboolean(L, base + 2));
  else if (is(name, "integer"))
    troupe_write_integer(writer, lua_tointeger(L, base + 2));
  else if (is(name, "number"))
    troupe_write_number(writer, lua_tonumber(L, base + 2));
  else if (is(name, "string"))
    troupe_write_string(writer, bytes, bytes != NULL ? size : 1);
  else if (is(name, "text"))
    troupe_write_text(writer, bytes);
  else if (is(name, "pid"))
    troupe_write_pid(writer, (uintptr_t)lua_touserdata(L, base + 2));
  else if (is(name, "word"))
    troupe_write_pid(writer, (uint64_t)lua_tointeger(L, base + 2));
  else if (is(name, "handle"))
    troupe_write_handle(writer, bytes, (uint64_t)lua_tointeger(L, base + 3));
  else if (is(name, "table"))
    troupe_write_table(writer, (size_t)lua_tointeger(L, base + 2),
                       (size_t)lua_tointeger(L, base + 3));
  else if (is(name, "reset"))
    troupe_writer_reset(writer);
  lua_settop(L, base);
  if (is(name, "copy")) write_copy(L, held);
}

int probe_values_write(lua_State *L) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
  struct held *held;
  const char *error;
  lua_settop(L, 2);
  held = hold(L);
  luaL_checkstack(L, 10, NULL);
  held->writer = troupe_writer_new();
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i);
    write_one(L, held);
    lua_pop(L, 1);
  }
  message_free(held->message);
  held->message = values_message(held->writer, MESSAGE_CAST);
  if (held->message != NULL)
    return lua_toboolean(L, 2) ? push_all(L, held->message)
                               : codec_unpack(L, held->message);
  error = troupe_writer_error(held->writer);
  lua_pushnil(L);
  lua_pushstring(L, error != NULL ? error : "no memory");
  return 2;
}

/* --- Bytes that may be wrong ---------------------------------------------- */

static size_t look_at(struct troupe_reader *reader,
                      struct troupe_writer *writer, size_t steps) {
  struct troupe_reader inside = *reader;
  bool boolean;
  int64_t integer;
  const char *bytes;
  size_t size, found = 1;
  uint64_t id;
  troupe_write_copy(writer, &inside);
  troupe_item(reader, 3, &inside);
  troupe_item(reader, 1000, &inside);
  if (troupe_field(reader, "a", &inside)) troupe_field(&inside, "b", &inside);
  if (troupe_enter(reader, &size)) {
    while (found < steps && troupe_peek(reader) != TROUPE_NONE)
      found += look_at(reader, writer, steps - found);
    troupe_leave(reader);
  } else if (!troupe_read_boolean(reader, &boolean) &&
             !troupe_read_integer(reader, &integer) &&
             !troupe_read_string(reader, &bytes, &size) &&
             !troupe_read_pid(reader, &id) &&
             !troupe_read_handle(reader, &bytes, &size, &id)) {
    troupe_skip(reader);
  }
  return found;
}

/* Can what was taken for well written be passed to its end? */
static bool is_whole(const struct troupe_writer *writer) {
  struct troupe_reader reader;
  struct values values;
  size_t count = 0;
  if (!values_written(writer, &values)) return true;
  values_read(&reader, values.bytes, values.size, values.count);
  while (troupe_skip(&reader)) count++;
  return count == values.count && reader.at == reader.end;
}

int probe_values_look(lua_State *L) {
  struct troupe_reader reader;
  size_t size, found = 0;
  const char *bytes = luaL_checklstring(L, 1, &size);
  lua_Integer count = luaL_checkinteger(L, 2);
  struct held *held = hold(L);
  /* A block of just that size, which ASan watches over. */
  held->bytes = memory_alloc(size > 0 ? size : 1);
  held->writer = troupe_writer_new();
  if (held->bytes == NULL) return luaL_error(L, "no memory");
  memcpy(held->bytes, bytes, size);
  values_read(&reader, held->bytes, size, (size_t)count);
  while (found < STEPS && troupe_peek(&reader) != TROUPE_NONE) {
    found += look_at(&reader, held->writer, STEPS - found);
    if (!is_whole(held->writer)) return luaL_error(L, "a copy has no end");
    troupe_writer_reset(held->writer);
  }
  lua_pushinteger(L, (lua_Integer)found);
  return 1;
}

#endif
