#include "script/face_keys.h"

#include <lauxlib.h>

#include "script/body.h"
#include "script/class.h"
#include "script/codec.h"
#include "script/entity.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/pace.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

#ifdef TROUPE_STRESS
#define STEP_ROWS 1
#else
#define STEP_ROWS 16 /* between two looks */
#endif

/* The stack while it makes way. */
enum { LIMIT = 1, LIST, TOTAL, COPY };

struct listing {
  struct buffer copy; /* of the part before `part` */
  int part;           /* that is next */
  bool groups;
};

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

static const struct class listing_class;

static int discard(lua_State *L) {
  struct listing *listing = failure_check(L, 1, &listing_class, "listing");
  buffer_deinit(&listing->copy);
  return 0;
}

static const luaL_Reg events[] = {
    {"__gc", discard}, {"__close", discard}, {NULL, NULL}};

static const struct class listing_class = {
    "listing", "a listing", events, NULL, NULL, false};

/* --- Rows ----------------------------------------------------------------- */

static void push_row(lua_State *L, struct key key, uint64_t number,
                     bool group) {
  char text[WORDS_KEY_SIZE];
  lua_createtable(L, 0, 4);
  if (group || !entity_owns(key)) {
    codec_push_key(L, key.bytes, key.size);
    lua_setfield(L, -2, "key");
  }
  field_text(L, "text", words_key(key, text));
  if (group) {
    field_integer(L, "size", number);
    return;
  }
  field_pid(L, "pid", number);
  field_text(L, "behaviour", words_name(scheduler_of(L), number));
}

/* False: nothing is left of the copy. */
static bool take_row(lua_State *L, struct listing *listing) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, LIST);
  struct key key;
  uint64_t number;
  if (!registry_next_copied(&listing->copy, &key, &number)) return false;
  lua_pushinteger(L, lua_tointeger(L, TOTAL) + 1);
  lua_replace(L, TOTAL);
  if (count >= lua_tointeger(L, LIMIT)) return true;
  push_row(L, key, number, listing->groups);
  lua_rawseti(L, LIST, count + 1);
  return true;
}

/* False: that was the last part. */
static bool copy_part(lua_State *L, struct listing *listing) {
  struct registry *registry = scheduler_of(L)->registry;
  enum status status;
  if (listing->part == REGISTRY_PARTS) return false;
  if (listing->groups)
    status = registry_copy_groups(registry, listing->part, &listing->copy);
  else
    status = registry_copy_keys(registry, listing->part, &listing->copy);
  if (status != STATUS_OK) luaL_error(L, "not enough memory");
  listing->part++;
  return true;
}

static bool step(lua_State *L, struct listing *listing) {
  for (int i = 0; i < STEP_ROWS; i++)
    if (!take_row(L, listing)) return copy_part(L, listing);
  return true;
}

/* --- core.keys, core.groups ----------------------------------------------- */

static int go_on(lua_State *L, int status, lua_KContext context) {
  struct listing *listing = class_test(L, COPY, &listing_class);
  (void)status;
  (void)context;
  while (step(L, listing))
    if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
  lua_pushvalue(L, LIST);
  lua_pushvalue(L, TOTAL);
  return 2;
}

static int list(lua_State *L, bool groups) {
  struct listing *listing;
  luaL_checkinteger(L, LIMIT);
  lua_settop(L, LIMIT);
  lua_newtable(L);
  lua_pushinteger(L, 0);
  listing = class_new(L, &listing_class, sizeof *listing);
  listing->groups = groups;
  lua_toclose(L, COPY);
  return go_on(L, LUA_OK, 0);
}

int keys_lua_keys(lua_State *L) { return list(L, false); }

int keys_lua_groups(lua_State *L) { return list(L, true); }
