#include "script/nest.h"

#include <stddef.h>

/* How every lua_State of 5.4 begins. */
struct head {
  void *next;
  unsigned char type, marked, status, allows_hook;
};

struct trial {
  int fired;
  bool fits;
};

static const char trial_key = 't';

static unsigned char *flag_of(lua_State *L) {
  return (unsigned char *)L + offsetof(struct head, allows_hook);
}

static struct trial *find_trial(lua_State *L) {
  struct trial *trial;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &trial_key);
  trial = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return trial;
}

static int do_nothing(lua_State *L) {
  (void)L;
  return 0;
}

static void call_nothing(lua_State *L) {
  lua_pushcfunction(L, do_nothing);
  lua_call(L, 0, 0);
}

/* Of calls. In the outer one a call is not told until the flag is set; in the
** inner one it is off again. */
static void watch(lua_State *L, lua_Debug *activation) {
  struct trial *trial = find_trial(L);
  (void)activation;
  trial->fits = trial->fits && *flag_of(L) == 0;
  if (++trial->fired > 1 || !trial->fits) return;
  call_nothing(L);
  trial->fits = trial->fired == 1;
  if (!trial->fits) return;
  nest_allow(L);
  call_nothing(L);
}

bool nest_works(lua_State *L) {
  struct trial trial = {0, *flag_of(L) == 1};
  lua_pushlightuserdata(L, &trial);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trial_key);
  lua_sethook(L, watch, LUA_MASKCALL, 0);
  call_nothing(L);
  lua_sethook(L, NULL, 0, 0);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trial_key);
  return trial.fits && trial.fired == 2 && *flag_of(L) == 1;
}

void nest_allow(lua_State *L) { *flag_of(L) = 1; }
