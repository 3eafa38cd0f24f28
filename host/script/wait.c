#include "script/wait.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>

#include "base/check.h"
#include "base/tick.h"
#include "script/class.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/culprit.h"
#include "script/deadlines.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/reason.h"
#include "script/report.h"
#include "script/script.h"
#include "script/words.h"

void wait_check(lua_State *L) {
  if (!coroutine_can_wait(L))
    luaL_error(L, "attempt to wait across a C-call boundary (inside a reader "
                  "of load, a __tostring or the like)");
}

static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t scope_deadline(struct body *body, uint64_t otherwise) {
  uint64_t scope = body->deadline != 0 ? body->deadline : otherwise;
  return earlier(scope, body->request_deadline);
}

/* The room in a full mailbox that is kept for what is being sent (script/
** call.c): it comes to nothing, and others wait for it. */
static void leave_room(struct body *body) {
  if (body->room != NULL) room_leave(body->script->scheduler, &body->room);
}

static void check_scope(lua_State *L, uint64_t now, uint64_t deadline) {
  if (likely(deadline > now)) return;
  leave_room(body_of(L));
  failure_push(L, FAILURE_TIMEOUT, "the deadline has passed");
  failure_set_begun(L, -1, false);
  wait_throw(L);
}

static uint64_t open_at(lua_State *L, enum wait_kind kind, uint64_t target,
                        uint64_t deadline) {
  struct body *body = body_of(L);
  uint64_t epoch = scheduler_wait(body->script->scheduler, body->actor, kind,
                                  target, deadline);
  if (unlikely(epoch == 0)) {
    leave_room(body);
    luaL_error(L, "not enough memory");
  }
  return epoch;
}

uint64_t wait_deadline(lua_State *L, bool bounded) {
  uint64_t now = worker_look(worker_current());
  uint64_t otherwise = bounded ? tick_add(now, WAIT_DEFAULT) : TICK_NEVER;
  uint64_t deadline = scope_deadline(body_of(L), otherwise);
  check_scope(L, now, deadline);
  return deadline;
}

uint64_t wait_open(lua_State *L, enum wait_kind kind, uint64_t target,
                   bool bounded) {
  return open_at(L, kind, target, wait_deadline(L, bounded));
}

uint64_t wait_open_until(lua_State *L, enum wait_kind kind, uint64_t target,
                         uint64_t until, bool *capped) {
  uint64_t scope = scope_deadline(body_of(L), TICK_NEVER);
  check_scope(L, worker_look(worker_current()), scope);
  *capped = scope < until;
  return open_at(L, kind, target, *capped ? scope : until);
}

void wait_cancel(lua_State *L) {
  struct actor *actor = body_of(L)->actor;
  bool begun;
  actor_wait_end(actor, actor_wait_epoch(actor), &begun);
}

struct message *wait_outcome(lua_State *L) { return body_of(L)->outcome; }

/* --- Raising -------------------------------------------------------------- */

/* The callee has ended, whatever it ended of. */
static void push_exit(lua_State *L, struct message *outcome, uint64_t target) {
  char text[ID_TEXT_SIZE];
  reason_push(L, outcome);
  if (failure_is(L, -1)) {
    lua_getfield(L, -1, "kind");
    if (failure_kind(L, -2) != FAILURE_EXIT) lua_setfield(L, -2, "reason");
    else lua_pop(L, 1);
    lua_pushliteral(L, "exit");
    lua_setfield(L, -2, "kind");
    return;
  }
  failure_describe(L, -1);
  failure_push(L, FAILURE_EXIT, "%s ended: %s", id_text(target, text),
               lua_tostring(L, -1));
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "reason");
}

static double seconds_waited(struct actor *actor) {
  return tick_seconds(actor_wait_since(actor),
                      scheduler_now(worker_scheduler(worker_current())));
}

/* Only a reply comes from somebody; a start is the start of somebody. */
static void push_timeout(lua_State *L, uint64_t target, const char *what,
                         const char *name) {
  struct actor *actor = body_of(L)->actor;
  double waited = seconds_waited(actor);
  char who[WORDS_WHO_SIZE] = "", span[32];
  bool from = target != ID_NONE && actor_wait_last(actor) == WAIT_CALL;
  if (from) words_who(body_of(L)->script->scheduler, target, who);
  snprintf(span, sizeof span, "%.3g", waited);
  failure_push(L, FAILURE_TIMEOUT, "%s%s did not come%s%s in %s s", what, name,
               from ? " from " : "", who, span);
  field_number(L, "waited", waited);
}

static void push_failure(lua_State *L, struct message *outcome,
                         uint64_t target, const char *what, int index) {
  char pid[ID_TEXT_SIZE];
  const char *name = "";
  if (index != 0) name = failure_describe(L, index);
  id_text(target, pid);
  switch ((enum outcome)outcome->outcome) {
    case OUTCOME_EXIT:
      push_exit(L, outcome, target);
      break;
    case OUTCOME_NOACTOR:
      failure_push(L, FAILURE_NOACTOR, "there is no actor %s", pid);
      break;
    case OUTCOME_UNKNOWN:
      failure_push(L, FAILURE_BADREQUEST, "%s has no handler for %s", pid,
                   name);
      break;
    case OUTCOME_TIMEOUT:
      push_timeout(L, target, what, name);
      break;
    case OUTCOME_CANCELLED:
      failure_push(L, FAILURE_CANCELLED, "the wait for %s%s was cancelled",
                   what, name);
      break;
    case OUTCOME_INTERRUPTED:
      failure_push(L, FAILURE_INTERRUPTED,
                   "interrupted while waiting for %s%s", what, name);
      break;
    case OUTCOME_HOPELESS:
      failure_push(L, FAILURE_TIMEOUT,
                   "no message, timer or socket is left that could end this "
                   "wait");
      break;
    case OUTCOME_OVERLOAD:
      failure_push(L, FAILURE_OVERLOAD,
                   "the mailbox of %s is full: the request was dropped", pid);
      break;
    default:
      codec_unpack(L, outcome);
      failure_from(L); /* it was not one if memory ran out there */
      break;
  }
}

/* The callee claims a request before it looks for the handler. */
static bool has_begun(const struct message *outcome) {
  return outcome->flags & MESSAGE_BEGUN &&
         outcome->outcome != OUTCOME_UNKNOWN &&
         outcome->outcome != OUTCOME_REFUSED;
}

void wait_raise(lua_State *L, uint64_t target, const char *what, int index) {
  struct message *outcome = wait_outcome(L);
  struct actor *actor = body_of(L)->actor;
  struct wait_edge wait = {outcome->epoch, actor_wait_last(actor),
                           actor_wait_target(actor)};
  if (likely(outcome->outcome == OUTCOME_REPLY ||
             outcome->outcome == OUTCOME_RETRY))
    return;
  report_lapsed(body_of(L), &wait, outcome->outcome == OUTCOME_TIMEOUT);
  push_failure(L, outcome, target, what, index);
  if (failure_is(L, -1)) failure_set_begun(L, -1, has_begun(outcome));
  if (outcome->outcome == OUTCOME_TIMEOUT)
    culprit_throw(L, &wait);
  else
    wait_throw(L);
}

/* --- troupe.timeout, troupe.shield ---------------------------------------- */

struct scope {
  uint64_t deadline;
  uint64_t request_deadline;
};

static const struct class scope_class;

/* Puts the outer deadline back, however the inner code was left. */
static int close_scope(lua_State *L) {
  struct scope *scope = failure_check(L, 1, &scope_class, "deadline");
  struct body *body = body_of(L);
  body->deadline = scope->deadline;
  body->request_deadline = scope->request_deadline;
  deadlines_scope_ended(L);
  return 0;
}

static const luaL_Reg scope_events[] = {{"__close", close_scope},
                                        {NULL, NULL}};

static const struct class scope_class = {"deadline", "a deadline",
                                         scope_events, NULL, NULL, false};

static void push_scope(lua_State *L) {
  struct body *body = body_of(L);
  struct scope *scope = class_new(L, &scope_class, sizeof *scope);
  scope->deadline = body->deadline;
  scope->request_deadline = body->request_deadline;
}

static int after_scope(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L) - 1;
}

static uint64_t check_until(lua_State *L) {
  if (lua_type(L, 1) != LUA_TNUMBER)
    failure_expected(L, "timeout", "a number", 1);
  if (lua_isnone(L, 2)) failure_expected(L, "fn", "a function", 2);
  return tick_add(worker_now(worker_current()),
                  tick_from_seconds(lua_tonumber(L, 1)));
}

static int run_in_scope(lua_State *L) {
  push_scope(L);
  lua_replace(L, 1);
  lua_toclose(L, 1);
  return lua_gettop(L) - 2;
}

int wait_lua_timeout(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t until = check_until(L);
  int arguments = run_in_scope(L);
  body->deadline =
      body->deadline != 0 ? earlier(body->deadline, until) : until;
  lua_callk(L, arguments, LUA_MULTRET, 0, after_scope);
  return after_scope(L, LUA_OK, 0);
}

int wait_lua_shield(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t until = check_until(L);
  int arguments = run_in_scope(L);
  body->deadline = until;
  body->request_deadline = TICK_NEVER;
  lua_callk(L, arguments, LUA_MULTRET, 0, after_scope);
  return after_scope(L, LUA_OK, 0);
}

/* --- troupe.sleep, troupe.receive ----------------------------------------- */

static int after_sleep(lua_State *L, int status, lua_KContext capped) {
  (void)status;
  if (unlikely(capped < 0)) return 0; /* it was none */
  if (capped || wait_outcome(L)->outcome != OUTCOME_TIMEOUT)
    wait_raise(L, ID_NONE, "the end of sleep", 0);
  return 0;
}

int wait_lua_sleep(lua_State *L) {
  uint64_t until;
  bool capped;
  if (lua_type(L, 1) != LUA_TNUMBER)
    return failure_expected(L, "seconds", "a number", 1);
  wait_check(L);
  if (!(lua_tonumber(L, 1) > 0)) {
    check_scope(L, worker_now(worker_current()),
                scope_deadline(body_of(L), TICK_NEVER));
    return coroutine_wait(L, HOST_PREEMPT, -1, after_sleep);
  }
  until = tick_add(worker_now(worker_current()),
                   tick_from_seconds(lua_tonumber(L, 1)));
  wait_open_until(L, WAIT_SLEEP, ID_NONE, until, &capped);
  return coroutine_wait(L, HOST_WAIT, capped, after_sleep);
}

