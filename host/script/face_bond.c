#include "script/face_bond.h"

#include <lauxlib.h>

#include "core/fence.h"
#include "script/body.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/pace.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

#ifdef TROUPE_STRESS
#define STEP_SLOTS 2
#else
#define STEP_SLOTS 256 /* between two looks */
#endif

/* The stack of core.bonds while it makes way. */
enum { LIMIT = 1, OTHERS, LIST, TOTAL };

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

struct bond_row {
  uint64_t pid, starter;
  enum bond bond;
  unsigned restarts;
};

/* The host's own: the console's. */
static bool is_private(struct actor *actor) {
  struct worker *home =
      atomic_load_explicit(&actor->home, memory_order_relaxed);
  return home != NULL && worker_is_private(home);
}

/* False: it is not among those that are bound to somebody, or the others, or
** nobody is there. */
static bool read_row(struct actor *actor, bool others, struct bond_row *row) {
  row->pid = atomic_load_explicit(&actor->pid, memory_order_acquire);
  if (row->pid == ID_NONE || is_private(actor)) return false;
  row->starter = actor_starter(actor);
  row->bond = actor_bond(actor);
  row->restarts =
      atomic_load_explicit(&actor->restarts, memory_order_relaxed);
  fence_read();
  return (row->bond == BOND_NONE) == others &&
         atomic_load_explicit(&actor->pid, memory_order_relaxed) == row->pid;
}

static void push_row(lua_State *L, const struct bond_row *row) {
  lua_createtable(L, 0, 6);
  field_pid(L, "pid", row->pid);
  field_pid(L, "starter", row->starter);
  if (row->bond != BOND_NONE)
    field_text(L, "bond", row->bond == BOND_TASK ? "task" : "child");
  field_text(L, "behaviour", words_name(scheduler_of(L), row->pid));
  field_integer(L, "restarts", row->restarts);
  failure_set_name(L, row->pid);
}

static void look_at(lua_State *L, uint32_t slot) {
  struct actor *actor = directory_at(scheduler_of(L)->directory, slot);
  lua_Integer count = (lua_Integer)lua_rawlen(L, LIST);
  struct bond_row row;
  if (actor == NULL || !read_row(actor, lua_toboolean(L, OTHERS), &row))
    return;
  lua_pushinteger(L, lua_tointeger(L, TOTAL) + 1);
  lua_replace(L, TOTAL);
  if (count >= lua_tointeger(L, LIMIT)) return;
  push_row(L, &row);
  lua_rawseti(L, LIST, count + 1);
}

/* `context`: the slot that is next. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  uint32_t slot = (uint32_t)context;
  uint32_t slots = directory_slots(scheduler_of(L)->directory);
  (void)status;
  while (slot < slots) {
    for (int i = 0; i < STEP_SLOTS && slot < slots; i++) look_at(L, slot++);
    if (pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, (lua_KContext)slot, go_on);
  }
  return 2;
}

int bond_lua_bonds(lua_State *L) {
  luaL_checkinteger(L, LIMIT);
  lua_settop(L, OTHERS);
  lua_newtable(L);
  lua_pushinteger(L, 0);
  return go_on(L, LUA_OK, 1);
}

int bond_lua_name(lua_State *L) {
  char text[WORDS_KEY_SIZE];
  if (words_key_of(scheduler_of(L), value_pid(L, 1), text))
    lua_pushstring(L, text);
  else
    lua_pushnil(L);
  return 1;
}
