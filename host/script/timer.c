/*
** A timer is shared by its handle in a script, the wheel that it stands in
** and the message it has sent, and counted: the last one frees it. Cancelling
** is one store, which whoever handles the message looks at first, so that a
** cancelled timer is never handled; taking the node out of its wheel is the
** wheel's worker's business, by a job if that is another.
*/
#include "script/timer.h"

#include <lauxlib.h>
#include <string.h>

#include "base/slab.h"
#include "base/tick.h"
#include "script/call.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/script.h"

struct timer {
  struct wheel_node node; /* worker */
  struct job job;         /* cancel from another worker; used once */
  struct worker *worker;
  struct scheduler *scheduler;
  struct message *values; /* constant */
  uint64_t target;
  uint64_t period;            /* 0: once */
  _Atomic uint32_t shares;    /* acq_rel */
  _Atomic bool cancelled;     /* release by who cancels, acquire by reader */
  _Atomic bool waiting;       /* a tick is in the mailbox; acq_rel */
};

static const char handle_key = 0;

static void drop(struct timer *timer) {
  if (atomic_fetch_sub_explicit(&timer->shares, 1, memory_order_acq_rel) != 1)
    return;
  message_free(timer->values);
  slab_give(timer, sizeof *timer);
}

static struct timer *timer_of(const struct message *message) {
  struct timer *timer;
  memcpy(&timer, message->bytes, sizeof timer);
  return timer;
}

bool timer_arrived(const struct message *message) {
  struct timer *timer = timer_of(message);
  atomic_store_explicit(&timer->waiting, false, memory_order_release);
  return !atomic_load_explicit(&timer->cancelled, memory_order_acquire);
}

int timer_unpack(lua_State *L, const struct message *message) {
  return codec_unpack(L, timer_of(message)->values);
}

void timer_release(const struct message *message) { drop(timer_of(message)); }

/* False: the target is gone. */
static bool send_tick(struct timer *timer) {
  struct message *message;
  if (atomic_exchange_explicit(&timer->waiting, true, memory_order_acq_rel))
    return true;
  message = message_new(MESSAGE_TIMER, sizeof timer);
  if (message == NULL) return true; /* this tick is lost, the timer is not */
  memcpy(message->bytes, &timer, sizeof timer);
  message->target = timer->target;
  atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
  if (scheduler_post(timer->scheduler, message, READY_AFTER) == STATUS_OK)
    return true;
  message_free(message);
  drop(timer);
  return false;
}

static void fire(struct wheel_node *node) {
  struct timer *timer = (struct timer *)node;
  uint64_t now = tick_now();
  if (atomic_load_explicit(&timer->cancelled, memory_order_acquire) ||
      !send_tick(timer) || timer->period == 0) {
    drop(timer);
    return;
  }
  /* The schedule is kept: ticks that were missed are left out. */
  node->due += timer->period;
  if (node->due <= now)
    node->due += (now - node->due) / timer->period * timer->period +
                 timer->period;
  wheel_add(worker_wheel(timer->worker), node);
}

static void take_out(struct timer *timer) {
  if (!wheel_has(&timer->node)) return;
  wheel_remove(worker_wheel(timer->worker), &timer->node);
  drop(timer);
}

static void run_cancel(struct job *job) {
  struct timer *timer =
      (struct timer *)((char *)job - offsetof(struct timer, job));
  take_out(timer);
  drop(timer);
}

static struct timer **check_handle(lua_State *L) {
  struct timer **handle = lua_touserdata(L, 1);
  if (handle != NULL && lua_getmetatable(L, 1)) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handle_key);
    if (lua_rawequal(L, -1, -2)) {
      lua_pop(L, 2);
      return handle;
    }
  }
  failure_expected(L, "timer", "a timer", 1);
  return NULL;
}

/* True: it will not be handled any more, and would have been. */
static int cancel(lua_State *L) {
  struct timer *timer = *check_handle(L);
  bool was = atomic_exchange_explicit(&timer->cancelled, true,
                                      memory_order_acq_rel);
  lua_pushboolean(L, !was);
  if (was) return 1;
  if (timer->worker == worker_current()) {
    take_out(timer);
  } else {
    atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
    timer->job.run = run_cancel;
    worker_post_job(timer->worker, &timer->job);
  }
  return 1;
}

static int collect(lua_State *L) {
  struct timer **handle = lua_touserdata(L, 1);
  if (*handle != NULL) drop(*handle);
  *handle = NULL;
  return 0;
}

static void push_metatable(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &handle_key) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "timer");
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__gc");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, cancel);
  lua_setfield(L, -2, "cancel");
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &handle_key);
}

static struct timer **push_handle(lua_State *L) {
  struct timer **handle = lua_newuserdatauv(L, sizeof *handle, 0);
  *handle = NULL;
  push_metatable(L);
  lua_setmetatable(L, -2);
  return handle;
}

static int start(lua_State *L, bool periodic) {
  struct body *body = body_of(L);
  struct worker *worker = worker_current();
  struct timer **handle;
  struct timer *timer;
  uint64_t span, target;
  int count = lua_gettop(L) - 2;
  if (lua_type(L, 1) != LUA_TNUMBER)
    return failure_expected(L, "seconds", "a number", 1);
  span = tick_from_seconds(lua_tonumber(L, 1));
  if (periodic && span == 0)
    return failure_expected(L, "seconds", "a number above 0", 1);
  luaL_checkany(L, 2);
  target = call_target(L, 2);
  handle = push_handle(L);
  timer = slab_take(sizeof *timer);
  if (timer == NULL) return luaL_error(L, "not enough memory");
  memset(timer, 0, sizeof *timer);
  *handle = timer;
  atomic_store_explicit(&timer->shares, 1, memory_order_relaxed);
  timer->values = codec_pack(L, 3, count, MESSAGE_INFO);
  timer->worker = worker;
  timer->scheduler = body->script->scheduler;
  timer->target = target;
  timer->period = periodic ? span : 0;
  timer->node.fire = fire;
  timer->node.due = tick_add(worker_now(worker), span);
  atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
  wheel_add(worker_wheel(worker), &timer->node);
  return 1;
}

int timer_lua_after(lua_State *L) { return start(L, false); }

int timer_lua_every(lua_State *L) { return start(L, true); }
