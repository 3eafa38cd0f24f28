/*
** A timer is shared by its handle in a script, the wheel that it stands in,
** the message it has sent and the list below, and counted: the last one frees
** it.
**
** One word decides between handling and cancelling: of a timer that goes off
** once, whoever is first to move it from pending wins, so `cancel` knows
** whether the message will still be handled. Taking the node out of its wheel
** is the wheel's worker's business, by a job if that is another.
**
** An actor's timers to itself, which are nearly all, are on a list of its own
** and go when it ends. One to another actor goes when it finds nobody there.
*/
#include "script/timer.h"

#include <lauxlib.h>
#include <string.h>

#include "base/slab.h"
#include "base/tick.h"
#include "codec/peek.h"
#include "script/body.h"
#include "script/class.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/notes.h"
#include "script/script.h"
#include "script/target.h"

enum timer_state { TIMER_PENDING, TIMER_HANDLED, TIMER_CANCELLED };

struct timer {
  struct wheel_node node; /* worker */
  struct job job;         /* cancel from another worker; used once */
  struct worker *worker;
  struct scheduler *scheduler;
  struct message *values; /* constant */
  uint64_t target;
  uint64_t period;            /* 0: once */
  _Atomic uint32_t shares;    /* acq_rel */
  _Atomic int state;          /* enum timer_state; acq_rel */
  _Atomic bool waiting;       /* a tick is in the mailbox; acq_rel */
  _Atomic uint64_t due;       /* node.due, for others to look at; relaxed */
  /* [owner] of the target that made it. */
  struct timer *next, **link; /* in body->timers; link NULL: not there */
};

static const struct class timer_class;

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

static bool is_cancelled(struct timer *timer) {
  return atomic_load_explicit(&timer->state, memory_order_acquire) ==
         TIMER_CANCELLED;
}

/* From pending; false: another was first. */
static bool move(struct timer *timer, enum timer_state state) {
  int pending = TIMER_PENDING;
  return atomic_compare_exchange_strong_explicit(
      &timer->state, &pending, state, memory_order_acq_rel,
      memory_order_acquire);
}

/* --- The list of an actor's own ------------------------------------------- */

static void list(struct body *body, struct timer *timer) {
  atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
  timer->next = body->timers;
  timer->link = &body->timers;
  if (timer->next != NULL) timer->next->link = &timer->next;
  body->timers = timer;
}

static void unlist(struct timer *timer) {
  if (timer->link == NULL) return;
  *timer->link = timer->next;
  if (timer->next != NULL) timer->next->link = timer->link;
  timer->link = NULL;
  drop(timer);
}

/* --- Arriving ------------------------------------------------------------- */

bool timer_arrived(const struct message *message) {
  struct timer *timer = timer_of(message);
  atomic_store_explicit(&timer->waiting, false, memory_order_release);
  if (timer->period != 0) return !is_cancelled(timer);
  unlist(timer);
  return move(timer, TIMER_HANDLED);
}

bool timer_put_back(const struct message *message) {
  struct timer *timer = timer_of(message);
  if (atomic_exchange_explicit(&timer->waiting, true, memory_order_acq_rel))
    return false;
  if (timer->period == 0)
    atomic_store_explicit(&timer->state, TIMER_PENDING, memory_order_release);
  return true;
}

int timer_unpack(lua_State *L, const struct message *message) {
  return codec_unpack(L, timer_of(message)->values);
}

const struct message *timer_values(const struct message *message) {
  return timer_of(message)->values;
}

void timer_release(const struct message *message) { drop(timer_of(message)); }

void timer_note(const struct body *body, struct notes *notes) {
  uint64_t count = 0, now = scheduler_now(body->script->scheduler);
  char text[CODEC_PEEK_SIZE];
  notes_open(notes, "timers");
  for (const struct timer *at = body->timers; at != NULL; at = at->next) {
    uint64_t due = atomic_load_explicit(&at->due, memory_order_relaxed);
    if (count++ >= NOTES_LISTED) continue;
    notes_open(notes, NULL);
    notes_text(notes, "request", codec_peek(at->values, text));
    notes_number(notes, "due", tick_seconds(now, due));
    if (at->period != 0)
      notes_number(notes, "every", (double)at->period / 1e9);
    notes_close(notes);
  }
  notes_close_list(notes, count);
}

/* --- Going off ------------------------------------------------------------ */

static void enter_wheel(struct timer *timer) {
  atomic_store_explicit(&timer->due, timer->node.due, memory_order_relaxed);
  wheel_add(worker_wheel(timer->worker), &timer->node);
}

/* The target may have ended with a tick unread. */
static enum status is_there(struct timer *timer) {
  return directory_find(timer->scheduler->directory, timer->target) != NULL
             ? STATUS_OK
             : STATUS_NOACTOR;
}

static enum status send_tick(struct timer *timer) {
  struct message *message;
  enum status status;
  if (atomic_exchange_explicit(&timer->waiting, true, memory_order_acq_rel))
    return is_there(timer);
  message = message_new(MESSAGE_TIMER, sizeof timer);
  if (message == NULL) {
    atomic_store_explicit(&timer->waiting, false, memory_order_release);
    return STATUS_NOMEM;
  }
  memcpy(message->bytes, &timer, sizeof timer);
  message->flags = MESSAGE_OWNS;
  message->target = timer->target;
  atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
  status = scheduler_post(timer->scheduler, message, quiet_ready());
  if (status == STATUS_OK) return STATUS_OK;
  message_free(message);
  drop(timer);
  return status;
}

static void fire(struct wheel_node *node) {
  struct timer *timer = (struct timer *)node;
  uint64_t now = scheduler_now(timer->scheduler);
  enum status status = STATUS_OK;
  if (!is_cancelled(timer)) status = send_tick(timer);
  if (status == STATUS_NOMEM) { /* later, then */
    node->due = tick_add(now, TICK_SECOND);
    enter_wheel(timer);
    return;
  }
  if (is_cancelled(timer) || status != STATUS_OK || timer->period == 0 ||
      atomic_load_explicit(&timer->scheduler->stopping,
                           memory_order_relaxed)) {
    drop(timer);
    return;
  }
  /* The schedule is kept: ticks that were missed are left out. */
  node->due += timer->period;
  if (node->due <= now)
    node->due += (now - node->due) / timer->period * timer->period +
                 timer->period;
  enter_wheel(timer);
}

/* --- Cancelling ----------------------------------------------------------- */

static void take_out(struct timer *timer) {
  if (!wheel_has(&timer->node)) return;
  wheel_remove(worker_wheel(timer->worker), &timer->node);
  drop(timer);
}

static void run_take_out(struct job *job) {
  struct timer *timer =
      (struct timer *)((char *)job - offsetof(struct timer, job));
  take_out(timer);
  drop(timer);
}

/* False: it has been handled, or cancelled before. */
static bool stop(struct timer *timer) {
  if (!move(timer, TIMER_CANCELLED)) return false;
  if (timer->worker == worker_current()) {
    take_out(timer);
  } else {
    atomic_fetch_add_explicit(&timer->shares, 1, memory_order_relaxed);
    timer->job.run = run_take_out;
    worker_post_job(timer->worker, &timer->job);
  }
  return true;
}

void timer_stop_all(struct body *body) {
  while (body->timers != NULL) {
    struct timer *timer = body->timers;
    stop(timer);
    unlist(timer);
  }
}

/* --- The handle ----------------------------------------------------------- */

static struct timer **check_handle(lua_State *L) {
  return failure_check(L, 1, &timer_class, "timer");
}

/* True: it will not be handled, and would have been. */
static int cancel(lua_State *L) {
  struct timer *timer = *check_handle(L);
  lua_pushboolean(L, stop(timer));
  unlist(timer);
  return 1;
}

static int collect(lua_State *L) {
  struct timer **handle = class_test(L, 1, &timer_class);
  if (handle != NULL && *handle != NULL) drop(*handle);
  if (handle != NULL) *handle = NULL;
  return 0;
}

static const luaL_Reg events[] = {{"__gc", collect}, {NULL, NULL}};
static const luaL_Reg methods[] = {{"cancel", cancel}, {NULL, NULL}};

static const struct class timer_class = {"timer", "a timer", events, methods,
                                         NULL, false};

static struct timer **push_handle(lua_State *L) {
  return class_new(L, &timer_class, sizeof(struct timer *));
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
  if (body->over)
    return luaL_error(L, "an actor that has ended starts no timer");
  span = tick_from_seconds(lua_tonumber(L, 1));
  if (periodic && span == 0)
    return failure_expected(L, "seconds", "a number above 0", 1);
  target = target_pid(L, 2);
  if (target == ID_NONE) {
    lua_pushnil(L);
    lua_pushliteral(L, "noactor");
    return 2;
  }
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
  enter_wheel(timer);
  if (target == body_pid(body)) list(body, timer);
  return 1;
}

int timer_lua_after(lua_State *L) { return start(L, false); }

int timer_lua_every(lua_State *L) { return start(L, true); }
