#include "script/run.h"

#include "base/check.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/budget.h"
#include "script/coroutine.h"
#include "script/dispatch.h"
#include "script/failure.h"
#include "script/hook.h"
#include "script/order.h"
#include "script/finaliser.h"
#include "script/script.h"
#include "script/strand.h"
#include "script/version.h"

#define ABSENCE_TOLD (TICK_SECOND / 10)

/* Other actors of its worker had to wait for it at first, and then did not. */
void run_tell_absence(struct body *body, uint64_t span) {
  char who[WORDS_WHO_SIZE];
  if (likely(span < ABSENCE_TOLD)) return;
  body_who(body, who);
  log_write(body->script->log, LOG_WARN, who,
            "was inside a C function for %.3f s: its worker went on with "
            "another thread",
            (double)span / 1e9);
}

/* It has been told to end, time and again: it is asked at once. */
static void hurry(struct body *body) {
  if (body->condemned <= CONDEMNED_PATIENCE) return;
  atomic_store_explicit(&body->interrupted, true, memory_order_relaxed);
  hook_follow(body->L);
}

/* An evaluation that was cut comes to core.evaluate only by being resumed. */
static bool is_cut(struct body *body, int status) {
  if (body->evaluation == 0) return true;
  body->cut = false;
  if (status == LUA_YIELD) body->condemned = CONDEMNED;
  return false;
}

static enum run resume(struct body *body, int arguments) {
  int results;
  int status;
  body->yielded = HOST_NONE;
  body->running = body->L;
  body->suspended = body->preempted = false;
  atomic_store_explicit(&body->interrupted, false, memory_order_relaxed);
  if (unlikely(body->condemned)) hurry(body);
  worker_share();
  status = lua_resume(body->L, NULL, arguments, &results);
  run_tell_absence(body, worker_own());
  if (unlikely(body->dying)) return RUN_DYING;
  if (unlikely(body->cut) && is_cut(body, status)) return RUN_CUT;
  if (status == LUA_OK) return RUN_DONE;
  if (status != LUA_YIELD) return RUN_FAILED;
  lua_pop(body->L, results);
  if (body->yielded == HOST_EXIT) return RUN_EXITING;
  ASSERT(body->yielded != HOST_NONE, "a plain yield ends at its resume");
  body->suspended = true;
  body->preempted = body->yielded == HOST_PREEMPT;
  return RUN_SUSPENDED;
}

enum run run_begin(struct body *body, enum activity activity) {
  lua_State *L = body->L;
  body->activity = activity;
  budget_begin(body);
  if (activity == ACTIVITY_START) {
    lua_settop(L, 0);
    lua_pushcfunction(L, dispatch_start);
  } else if (activity == ACTIVITY_FINALISE || activity == ACTIVITY_LAST) {
    lua_settop(L, lua_gettop(L) > 1 ? 1 : lua_gettop(L));
    lua_pushcfunction(L, activity == ACTIVITY_LAST ? finaliser_run_last
                                                   : finaliser_run);
  } else if (activity == ACTIVITY_VISIT) {
    lua_settop(L, lua_gettop(L) > 1 ? 1 : lua_gettop(L));
    lua_pushcfunction(L, dispatch_visit);
  } else if (activity == ACTIVITY_PREPARE || activity == ACTIVITY_INSTALL) {
    lua_settop(L, lua_gettop(L) > 1 ? 1 : lua_gettop(L));
    lua_pushcfunction(L, activity == ACTIVITY_PREPARE ? version_prepare
                                                      : version_install);
  } else {
    int top = lua_gettop(L);
    if (unlikely(top == 0)) dispatch_push(L);
    if (unlikely(top > 1)) lua_settop(L, 1);
    lua_pushvalue(L, 1);
  }
  return resume(body, 0);
}

enum run run_resume(struct body *body) { return resume(body, 0); }

void run_give_up(struct body *body) {
  struct actor *actor = body->actor;
  struct waiter own = {body_pid(body), actor_wait_epoch(actor)};
  uint64_t target = actor_wait_target(actor);
  bool begun;
  /* It may have ended by itself, and nobody has come to look at that; if it is
  ** one of long ago, this is for nothing that goes on. */
  actor_wait_end(actor, own.epoch, &begun);
  if (actor_wait_last(actor) == WAIT_VISIT && target != ID_NONE)
    order_interrupt(body->script, target, own);
}

static int yield_here(lua_State *L) { return lua_yield(L, 0); }

static int not_resumed(lua_State *L, int status, lua_KContext context) {
  (void)L, (void)status, (void)context;
  return 0;
}

static int wait_without_handler(lua_State *L) {
  lua_pushcfunction(L, yield_here);
  lua_pcallk(L, 0, 0, 0, 0, not_resumed);
  return 0;
}

/* A thread that is unwound inside an xpcall keeps its message handler, which is
** an index of its stack, and will find nothing there. It has none when it is
** unwound inside a pcall. */
static void forget_handler(lua_State *L) {
  int results;
  lua_pushcfunction(L, wait_without_handler);
  lua_resume(L, NULL, 0, &results);
  lua_resetthread(L);
}

void run_unwind(struct body *body) {
  bool waits;
  body->suspended = body->preempted = body->receiving = false;
  body->finalising = NULL;
  body->gate = NULL;
  run_give_up(body);
  room_leave(body->script->scheduler, &body->room);
  body->blocked++;
  coroutine_unwind(body->L);
  waits = lua_status(body->L) == LUA_YIELD;
  lua_resetthread(body->L);
  if (waits) forget_handler(body->L);
  body->blocked--;
}

/* --- Beside what the actor is doing --------------------------------------- */

static int make_thread(lua_State *L) {
  lua_newthread(L);
  return 1;
}

/* The script's own hook, if it has one there, is not told of this. */
lua_State *run_new(struct body *body) {
  lua_State *L = body->L, *outer = body->telling;
  int status;
  if (!lua_checkstack(L, 2)) return NULL;
  body->telling = L;
  body->describing = true;
  lua_pushcfunction(L, make_thread);
  status = lua_pcall(L, 0, 1, 0);
  body->describing = false;
  body->telling = outer;
  if (status == LUA_OK) return lua_tothread(L, -1);
  lua_pop(L, 1);
  return NULL;
}

void run_drop(struct body *body) {
  ASSERT(lua_isthread(body->L, -1), "as run_new has left it");
  lua_pop(body->L, 1);
}

/* The error, or what says that it was none, stays on top. */
static int unwind_aside(lua_State *thread, int status, struct buffer *stack) {
  failure_stack(thread, 0, stack);
  if (lua_resetthread(thread) == LUA_OK)
    lua_pushliteral(thread, "attempt to yield across a C-call boundary");
  return status;
}

int run_aside(struct body *body, lua_State *thread, struct buffer *stack) {
  lua_State *running = body->running, *finalising = body->finalising;
  struct source *gate = body->gate;
  int blocked = body->blocked, results, status;
  ASSERT(body->beside && !body->describing, "it has a budget of its own");
  body->running = body->finalising = thread;
  body->gate = NULL; /* it has not come to one here */
  body->describing = true;
  body->blocked++;
  worker_share();
  status = lua_resume(thread, NULL, lua_gettop(thread) - 1, &results);
  if (status != LUA_OK) status = unwind_aside(thread, status, stack);
  run_tell_absence(body, worker_own());
  body->blocked = blocked;
  body->describing = false;
  body->gate = gate;
  body->running = running;
  body->finalising = finalising;
  return status;
}

void run_end_strands(struct body *body) {
  while (strand_enter_left(body)) {
    if (body->suspended && !body->killed) {
      run_unwind(body);
      lua_settop(body->L, 0);
    }
    run_give_up(body);
    strand_drop(body);
  }
}
