#include "script/name.h"

#include <lauxlib.h>

#include "script/body.h"
#include "script/coroutine.h"
#include "script/deadlock.h"
#include "script/failure.h"
#include "script/script.h"
#include "script/value.h"
#include "script/wait.h"

static int raise_exists(lua_State *L, uint64_t holder) {
  char text[ID_TEXT_SIZE];
  failure_push(L, FAILURE_EXISTS, "the name is taken by %s",
               id_text(holder, text));
  value_push_pid(L, holder);
  lua_setfield(L, -2, "pid");
  failure_set_begun(L, -1, false);
  return wait_throw(L);
}

/* Whatever became of the holder, it has ended. */
static int after_holder(lua_State *L, int status, lua_KContext again) {
  struct body *body = body_of(L);
  uint64_t holder = actor_wait_target(body->actor);
  (void)status;
  if (outcome_is_early(body->outcome->outcome))
    wait_raise(L, holder, "the name", 0);
  return ((lua_CFunction)again)(L);
}

int name_taken(lua_State *L, struct key key, uint64_t holder,
               lua_CFunction again) {
  struct body *body = body_of(L);
  struct waiter waiter = {
      body_pid(body), 0};
  enum status status;
  if (holder == waiter.pid || !coroutine_can_wait(L))
    return raise_exists(L, holder);
  waiter.epoch = wait_open(L, WAIT_START, holder, true);
  status = registry_await(body->script->scheduler->registry, key, waiter);
  if (status == STATUS_WAIT && deadlock_closed(body, holder)) {
    registry_forget(body->script->scheduler->registry, key, waiter);
    return deadlock_raise(L);
  }
  if (status == STATUS_WAIT)
    return coroutine_wait(L, HOST_WAIT, (lua_KContext)again, after_holder);
  wait_cancel(L);
  if (status == STATUS_EXISTS) return raise_exists(L, holder);
  if (status != STATUS_ABSENT) return luaL_error(L, "not enough memory");
  return again(L);
}
