#include "script/option.h"

#include <lauxlib.h>
#include <string.h>

#include "base/tick.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/library.h"
#include "script/script.h"
#include "script/value.h"

static const char *const start_names[] = {
    "name",   "link", "timeout",   "mailbox", "memory",
    "cpu",    "idle", "libraries", NULL};

void option_check_names(lua_State *L, int index,
                        const char *const *names) {
  lua_pushnil(L);
  while (lua_next(L, index)) {
    const char *const *name = names;
    const char *given =
        lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    while (*name != NULL && strcmp(*name, given) != 0) name++;
    if (*name == NULL)
      failure_raise(L, FAILURE_BADARGUMENT, "unknown option %s",
                    failure_describe(L, -2));
    lua_pop(L, 1);
  }
}

double option_number(lua_State *L, int index, const char *name,
                     double otherwise) {
  double number = otherwise;
  int type = lua_getfield(L, index, name);
  if (type != LUA_TNIL) {
    if (type != LUA_TNUMBER) failure_expected(L, name, "a number", -1);
    number = lua_tonumber(L, -1);
    if (!(number > 0)) failure_expected(L, name, "a number above 0", -1);
  }
  lua_pop(L, 1);
  return number;
}

size_t option_bytes(lua_State *L, int index, const char *name,
                    size_t otherwise) {
  double number = option_number(L, index, name, 0);
  if (!(number > 0)) return otherwise;
  return number >= 0x1p63 ? SIZE_MAX : (size_t)number;
}

static bool read_boolean(lua_State *L, int index, const char *name) {
  bool value = false;
  int type = lua_getfield(L, index, name);
  if (type != LUA_TNIL) {
    if (type != LUA_TBOOLEAN) failure_expected(L, name, "a boolean", -1);
    value = lua_toboolean(L, -1);
  }
  lua_pop(L, 1);
  return value;
}

static uint32_t read_library(lua_State *L) {
  uint32_t bit = 0;
  if (lua_type(L, -1) == LUA_TSTRING) bit = library_bit(lua_tostring(L, -1));
  if (bit == 0)
    failure_expected(L, "libraries", "a list of standard libraries", -1);
  lua_pop(L, 1);
  return bit;
}

static uint32_t read_libraries(lua_State *L, int index) {
  uint32_t libraries = UINT32_MAX;
  if (lua_getfield(L, index, "libraries") != LUA_TNIL) {
    libraries = 0;
    if (lua_type(L, -1) != LUA_TTABLE)
      failure_expected(L, "libraries", "a list of standard libraries", -1);
    for (lua_pushnil(L); lua_next(L, -2);) {
      if (!lua_isinteger(L, -2))
        failure_expected(L, "libraries", "a list of standard libraries", -3);
      libraries |= read_library(L);
    }
  }
  lua_pop(L, 1);
  return libraries;
}

static uint64_t read_count(lua_State *L, int index, const char *name,
                           uint64_t largest, uint64_t otherwise) {
  uint64_t count = otherwise;
  if (lua_getfield(L, index, name) != LUA_TNIL) {
    lua_Integer given = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (given < 1 || (uint64_t)given > largest) {
      lua_pushfstring(L, "an integer from 1 to %I", (LUAI_UACINT)largest);
      failure_expected(L, name, lua_tostring(L, -1), -2);
    }
    count = (uint64_t)given;
  }
  lua_pop(L, 1);
  return count;
}

static enum full read_full(lua_State *L, int index, enum full otherwise) {
  static const char *const names[] = {
#define FULL_TEXT(name, text) text,
      FULL_LIST(FULL_TEXT)
#undef FULL_TEXT
      NULL};
  enum full full = otherwise;
  if (lua_getfield(L, index, "full") != LUA_TNIL) {
    const char *given =
        lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    full = FULL_WAIT;
    while (names[full] != NULL && strcmp(names[full], given) != 0) full++;
    if (names[full] == NULL)
      failure_expected(L, "full",
                       "\"wait\", \"drop_oldest\", \"drop_newest\" or "
                       "\"refuse\"",
                       -1);
  }
  lua_pop(L, 1);
  return full;
}

void option_mailbox(lua_State *L, int index, struct mailbox_bound *bound) {
  static const char *const names[] = {"size", "bytes", "full", NULL};
  if (lua_getfield(L, index, "mailbox") != LUA_TNIL) {
    int table = lua_gettop(L);
    if (!lua_istable(L, table)) failure_expected(L, "mailbox", "a table", -1);
    option_check_names(L, table, names);
    bound->size = (uint32_t)read_count(L, table, "size", LOAD_SIZE_LARGEST,
                                       bound->size);
    bound->bytes =
        read_count(L, table, "bytes", LOAD_BYTES_LARGEST, bound->bytes);
    bound->full = read_full(L, table, bound->full);
  }
  lua_pop(L, 1);
}

void option_read_start(lua_State *L, int index, struct option_start *options) {
  struct address_value seat;
  memset(options, 0, sizeof *options);
  options->libraries = UINT32_MAX;
  options->mailbox = body_of(L)->script->limits.mailbox;
  if (lua_isnoneornil(L, index)) {
    lua_pushnil(L);
    return;
  }
  if (lua_type(L, index) != LUA_TTABLE)
    failure_expected(L, "options", "a table", index);
  option_check_names(L, index, start_names);
  options->link = read_boolean(L, index, "link");
  options->timeout = tick_from_seconds(option_number(L, index, "timeout", 0));
  options->idle_span = tick_from_seconds(option_number(L, index, "idle", 0));
  option_mailbox(L, index, &options->mailbox);
  options->memory = option_bytes(L, index, "memory", 0);
  options->cpu_span = tick_from_seconds(option_number(L, index, "cpu", 0));
  options->libraries = read_libraries(L, index);
  if (lua_getfield(L, index, "name") == LUA_TNIL) return;
  if (value_address(L, -1, &seat) && seat.kind == ADDRESS_SEAT)
    lua_pushlstring(L, (const char *)seat.key, seat.key_size);
  else if (!codec_key(L, -1))
    failure_expected(L, "name", "a string, an integer or a list of these", -1);
  lua_remove(L, -2);
}

void option_check_child(lua_State *L, int index) {
  struct option_start options;
  option_read_start(L, index, &options);
  lua_pop(L, 1);
  if (options.link)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected no option link: a child is linked anyway");
}

void option_read_shared(lua_State *L, int index,
                        struct option_start *options) {
  option_read_start(L, index, options);
  if (!lua_isnil(L, -1))
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected no option name: the key is its name");
  if (options->link)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected no option link: who is shared belongs to nobody");
  lua_pop(L, 1);
}

void option_check_module(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING)
    failure_expected(L, "module", "the name of a module", index);
}
