#include "script/probe.h"

#ifdef TROUPE_ASSERTS

#include <lauxlib.h>

#include "base/memory.h"
#include "base/slab.h"
#include "io/stream.h"
#include "script/body.h"
#include "script/script.h"

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

static int count(lua_State *L, int64_t number) {
  lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

/* Actors alive. */
static int actors(lua_State *L) {
  return count(L, (int64_t)directory_count(scheduler_of(L)->directory));
}

/* Entries of the registry, groups, waiters, held messages. */
static int entries(lua_State *L) {
  return count(L, (int64_t)registry_count(scheduler_of(L)->registry));
}

static int streams(lua_State *L) { return count(L, stream_count()); }

/* Blocks of the slabs, and of the heap. */
static int blocks(lua_State *L) {
  return count(L, slab_live(scheduler_of(L)->slab));
}

static int heap(lua_State *L) { return count(L, memory_live()); }

/* Bytes of this actor's state. */
static int memory(lua_State *L) {
  return count(L, (int64_t)body_of(L)->memory);
}

static int workers(lua_State *L) {
  return count(L, scheduler_of(L)->worker_count);
}

static int worker(lua_State *L) {
  return count(L, worker_index(worker_current()));
}

/* Casts that nobody was there to take. */
static int refused(lua_State *L) {
  return count(L, (int64_t)atomic_load_explicit(&scheduler_of(L)->refused,
                                                memory_order_relaxed));
}

/* From now on `n` acquisitions succeed and the next fails; none: off. */
static int fail_after(lua_State *L) {
  memory_fail_after(luaL_optinteger(L, 1, -1));
  return 0;
}

static const luaL_Reg functions[] = {
    {"actors", actors},   {"entries", entries}, {"streams", streams},
    {"blocks", blocks},   {"heap", heap},       {"memory", memory},
    {"workers", workers}, {"worker", worker},   {"refused", refused},
    {"fail_after", fail_after}, {NULL, NULL}};

void probe_open(lua_State *L) { luaL_newlib(L, functions); }

#endif
