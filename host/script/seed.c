#include "script/seed.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "base/hash.h"
#include "script/body.h"
#include "script/script.h"

static _Thread_local struct {
  bool plain; /* seed_new_state is at work */
} mine;

unsigned __wrap_luaS_hash(const char *text, size_t size, unsigned seed) {
  struct worker *worker = mine.plain ? NULL : worker_current();
  if (mine.plain) return 1;
  if (worker == NULL || !worker_scheduler(worker)->seeded)
    return __real_luaS_hash(text, size, seed);
  return (unsigned)hash_word(worker_scheduler(worker)->seed + 1);
}

lua_State *seed_new_state(void) {
  lua_State *L;
  mine.plain = true;
  L = luaL_newstate();
  mine.plain = false;
  return L;
}

/* --- math.random ---------------------------------------------------------- */

/* The next number of this actor's: of its pid, and of how many it has had. */
static lua_Integer draw(struct body *body) {
  uint64_t seed = body->script->scheduler->seed;
  seed = hash_word(seed ^ hash_word(body_pid(body)));
  return (lua_Integer)hash_word(seed + ++body->seeds);
}

/* math.randomseed, as the stock function, which is the second upvalue, for the
** generator that is the first. */
static int randomseed(lua_State *L) {
  lua_CFunction stock = lua_tocfunction(L, lua_upvalueindex(2));
  if (lua_isnone(L, 1)) {
    lua_pushinteger(L, draw(body_of(L)));
    lua_pushinteger(L, draw(body_of(L)));
  }
  return stock(L);
}

void seed_settle_math(lua_State *L) {
  if (!body_of(L)->script->scheduler->seeded) return;
  lua_getfield(L, -1, "randomseed");
  lua_getupvalue(L, -1, 1);
  lua_insert(L, -2);
  lua_pushcfunction(L, lua_tocfunction(L, -1));
  lua_remove(L, -2);
  lua_pushcclosure(L, randomseed, 2);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "randomseed");
  lua_call(L, 0, 0);
}
