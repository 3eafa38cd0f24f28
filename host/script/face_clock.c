#include "script/face_clock.h"

#include <lauxlib.h>
#include <string.h>

#include "script/body.h"
#include "script/coroutine.h"
#include "script/face_test.h"
#include "script/failure.h"
#include "script/script.h"
#include "script/wait.h"

static const char *const names[] = {"real", "virtual"};

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

static int raise_impossible(lua_State *L, const char *what) {
  const struct scheduler *scheduler = scheduler_of(L);
  if (scheduler->worker_count == 1)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected a host without a console for %s", what);
  return failure_raise(L, FAILURE_BADARGUMENT,
                       "expected a host with one worker for %s, got one with "
                       "%d",
                       what, scheduler->worker_count);
}

/* -1: neither. */
static int check_name(lua_State *L) {
  const char *name =
      lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
  for (int i = 0; name != NULL && i < 2; i++)
    if (strcmp(name, names[i]) == 0) return i;
  return -1;
}

int clock_lua_clock(lua_State *L) {
  struct scheduler *scheduler = scheduler_of(L);
  int wanted, former = clock_is_virtual(&scheduler->clock);
  if (!lua_isnone(L, 1)) {
    test_check(L, "another clock");
    wanted = check_name(L);
    if (wanted < 0)
      return failure_expected(L, "clock", "\"real\" or \"virtual\"", 1);
    if (wanted == 1 && !quiet_possible(scheduler))
      return raise_impossible(L, "a virtual clock");
    if (wanted != former && !quiet_set_virtual(scheduler, wanted == 1))
      return failure_raise(L, FAILURE_BADARGUMENT,
                           "the host stops: its clock stays real");
  }
  lua_pushstring(L, names[former]);
  return 1;
}

static int after_settle(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  wait_raise(L, ID_NONE, "quiet", 0);
  return 0;
}

int clock_lua_settle(lua_State *L) {
  struct body *body = body_of(L);
  struct waiter waiter = {body_pid(body), 0};
  test_check(L, "settle");
  if (!quiet_possible(scheduler_of(L))) return raise_impossible(L, "settle");
  wait_check(L);
  waiter.epoch = wait_open(L, WAIT_SETTLE, ID_NONE, true);
  if (!quiet_await(scheduler_of(L), waiter)) {
    wait_cancel(L);
    return luaL_error(L, "not enough memory");
  }
  return coroutine_wait(L, HOST_WAIT, 0, after_settle);
}
