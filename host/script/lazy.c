/*
** The metatable of a lazy table is a list:
**
**   [1] a light userdata that no script can come by: what tells it apart
**   [2] the struct lazy_table
**   [3] which fields have been touched, a bit each; of more than 64 in [4] and
**       so on
**
** The bits are what makes `print = nil` mean what it says: a field that is
** absent is filled in only if nobody, script or host, has touched it before.
** An assignment to an existing field needs no bit, since whoever made it
** exist has set it.
*/
#include "script/lazy.h"

#include <lauxlib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "script/preempt.h"

enum { SLOT_MARK = 1, SLOT_TABLE, SLOT_TOUCHED };

static const char mark = 'L';

/* The description of the lazy table at `index`, whose metatable is then left
** on the stack; or NULL, with nothing pushed. */
static const struct lazy_table *open(lua_State *L, int index) {
  const struct lazy_table *table;
  if (!lua_getmetatable(L, index)) return NULL;
  lua_rawgeti(L, -1, SLOT_MARK);
  if (likely(lua_touserdata(L, -1) != &mark)) {
    lua_pop(L, 2);
    return NULL;
  }
  lua_rawgeti(L, -2, SLOT_TABLE);
  table = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return table;
}

/* Index of the field, or -1. */
static int find(const struct lazy_table *table, const char *name) {
  const struct lazy_field *field = table->fields;
  for (; field->name; field++)
    if (field->name[0] == name[0] && strcmp(field->name, name) == 0)
      return (int)(field - table->fields);
  return -1;
}

static int find_key(lua_State *L, const struct lazy_table *table, int key) {
  if (lua_type(L, key) != LUA_TSTRING) return -1;
  return find(table, lua_tostring(L, key));
}

static bool touched(lua_State *L, int meta, int field) {
  uint64_t bits;
  lua_rawgeti(L, meta, SLOT_TOUCHED + field / 64);
  bits = (uint64_t)lua_tointeger(L, -1);
  lua_pop(L, 1);
  return bits >> field % 64 & 1;
}

static void set_touched(lua_State *L, int meta, int field) {
  uint64_t bits;
  ASSERT(field < LAZY_LARGEST, "a bit for each field");
  lua_rawgeti(L, meta, SLOT_TOUCHED + field / 64);
  bits = (uint64_t)lua_tointeger(L, -1) | UINT64_C(1) << field % 64;
  lua_pop(L, 1);
  lua_pushinteger(L, (lua_Integer)bits);
  lua_rawseti(L, meta, SLOT_TOUCHED + field / 64);
}

/* Both indices are absolute. `make` may raise, and may touch other fields:
** so the bit is set when the value is there. */
static void fill(lua_State *L, int index, int meta,
                 const struct lazy_table *table, int number) {
  const struct lazy_field *field = &table->fields[number];
  lua_pushstring(L, field->name);
  if (field->function && strncmp(table->name, "troupe", 6) == 0)
    preempt_push(L, table->name, field->name, field->function);
  else if (field->function)
    lua_pushcfunction(L, field->function);
  else
    field->make(L);
  lua_rawset(L, index);
  set_touched(L, meta, number);
}

static int lazy_index(lua_State *L) {
  const struct lazy_table *table = open(L, 1);
  int meta = lua_gettop(L);
  int number = table ? find_key(L, table, 2) : -1;
  if (number < 0 || touched(L, meta, number)) return 0;
  fill(L, 1, meta, table, number);
  lua_pushvalue(L, 2);
  lua_rawget(L, 1);
  return 1;
}

/* Raises what Lua raises, but with the position of the assignment: from in
** here Lua itself would see a C function and leave it out. */
static void check_key(lua_State *L) {
  if (lua_isnil(L, 2)) luaL_error(L, "table index is nil");
  if (lua_type(L, 2) == LUA_TNUMBER && isnan(lua_tonumber(L, 2)))
    luaL_error(L, "table index is NaN");
}

static int lazy_newindex(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  check_key(L);
  lazy_claim(L, 1, 2);
  lua_rawset(L, 1);
  return 0;
}

/* The fields that the table at `index` has. The first bits are there anyway,
** so that nothing grows later in a table of few. */
static void touch_present(lua_State *L, int index, int meta,
                          const struct lazy_table *table) {
  lua_pushinteger(L, 0);
  lua_rawseti(L, meta, SLOT_TOUCHED);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    int number = find_key(L, table, lua_gettop(L) - 1);
    if (number >= 0) set_touched(L, meta, number);
  }
}

void lazy_attach(lua_State *L, int index, const struct lazy_table *table) {
  index = lua_absindex(L, index);
  lua_createtable(L, SLOT_TOUCHED, 2);
  lua_pushlightuserdata(L, (void *)(uintptr_t)&mark);
  lua_rawseti(L, -2, SLOT_MARK);
  lua_pushlightuserdata(L, (void *)(uintptr_t)table);
  lua_rawseti(L, -2, SLOT_TABLE);
  touch_present(L, index, lua_gettop(L), table);
  lua_pushcfunction(L, lazy_index);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, lazy_newindex);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, index);
}

void lazy_push(lua_State *L, const struct lazy_table *table) {
  lua_newtable(L);
  lazy_attach(L, -1, table);
}

bool lazy_is(lua_State *L, int index) {
  if (!open(L, index)) return false;
  lua_pop(L, 1);
  return true;
}

void lazy_touch(lua_State *L, int index, int key) {
  const struct lazy_table *table = open(L, index);
  int meta = lua_gettop(L), number;
  if (!table) return;
  number = find_key(L, table, key);
  if (number >= 0 && !touched(L, meta, number))
    fill(L, index, meta, table, number);
  lua_pop(L, 1);
}

void lazy_claim(lua_State *L, int index, int key) {
  const struct lazy_table *table = open(L, index);
  int number;
  if (!table) return;
  number = find_key(L, table, key);
  if (number >= 0) set_touched(L, lua_gettop(L), number);
  lua_pop(L, 1);
}

void lazy_settle(lua_State *L, int index) {
  const struct lazy_table *table = open(L, index);
  int meta = lua_gettop(L), number;
  if (!table) return;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  for (number = 0; table->fields[number].name; number++)
    if (!touched(L, meta, number))
      fill(L, index, meta, table, number);
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_setmetatable(L, index);
}

void lazy_offer(lua_State *L, int index, const char *name) {
  int value = lua_gettop(L), number = -1;
  const struct lazy_table *table;
  bool taken;
  lua_pushstring(L, name);
  taken = lua_rawget(L, index) != LUA_TNIL;
  if ((table = open(L, index)) != NULL) {
    number = find(table, name);
    taken = taken || (number >= 0 && touched(L, lua_gettop(L), number));
    if (number >= 0) set_touched(L, lua_gettop(L), number);
  }
  if (!taken) {
    lua_pushstring(L, name);
    lua_pushvalue(L, value);
    lua_rawset(L, index);
  }
  lua_settop(L, value - 1);
}
