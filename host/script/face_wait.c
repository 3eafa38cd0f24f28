#include "script/face_wait.h"

#include <lauxlib.h>

#include "script/body.h"
#include "script/script.h"
#include "script/value.h"

static const char *const kinds[] = {
#define WAIT_TEXT(name, text) text,
    WAIT_LIST(WAIT_TEXT)
#undef WAIT_TEXT
};

/* Appends it to the list at the top. */
static void add(lua_State *L, uint64_t pid, const struct wait_edge *wait,
                uint64_t since, bool deferred) {
  lua_createtable(L, 0, 5);
  value_push_pid(L, pid);
  lua_setfield(L, -2, "pid");
  lua_pushstring(L, kinds[wait->kind]);
  lua_setfield(L, -2, "kind");
  lua_pushnumber(L, (double)since / 1e9);
  lua_setfield(L, -2, "since");
  if (id_valid(wait->target)) {
    value_push_pid(L, wait->target);
    lua_setfield(L, -2, "target");
  }
  if (deferred) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "deferred");
  }
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* All its strands. */
static void add_waits(lua_State *L, struct actor *actor, uint64_t pid) {
  for (uint32_t i = 0; i <= STRANDS_LARGEST; i++) {
    struct wait *wait = actor_wait_of(actor, i);
    struct wait_edge edge;
    bool deferred;
    if (wait == NULL) return;
    if (actor_wait_look(wait, &edge, &deferred))
      add(L, pid, &edge,
          atomic_load_explicit(&wait->since, memory_order_relaxed), deferred);
  }
}

int wait_lua_waits(lua_State *L) {
  struct directory *directory = body_of(L)->script->scheduler->directory;
  uint64_t limit = directory_count(directory);
  uint64_t *pids = lua_newuserdatauv(L, (limit + 1) * sizeof *pids, 0);
  uint64_t count = directory_list(directory, pids, limit);
  lua_newtable(L);
  for (uint64_t i = 0; i < count && i < limit; i++) {
    struct actor *actor = directory_find(directory, pids[i]);
    if (actor != NULL) add_waits(L, actor, pids[i]);
  }
  return 1;
}
