/*
** A send is a small machine that may have to wait on its way: for an entity
** to start, for one that is closing to be gone, for room in a mailbox. Its
** message waits in body->sending (an actor waits in one place only), its target
** at stack index 1, and each wait's continuation takes the next step. The
** deadline of the first wait, kept in the message, is that of all of them.
*/
#include "script/call.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "core/links.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/deadlock.h"
#include "script/failure.h"
#include "script/order.h"
#include "script/overload.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/spawn.h"
#include "script/target.h"
#include "script/tracing.h"
#include "script/value.h"
#include "script/wait.h"

enum operation {
  OPERATION_CALL,
  OPERATION_CAST,
  OPERATION_TRY,
  OPERATION_RELAY /* a call whose reply is not this script's */
};

static inline bool is_call(enum operation operation) {
  return operation == OPERATION_CALL || operation == OPERATION_RELAY;
}

/* A wait for room says in its context what to go on with, and since when it
** has waited. */
#define OPERATION_BITS 2
_Static_assert(OPERATION_RELAY < 1 << OPERATION_BITS, "it fits");

/* --- Targets -------------------------------------------------------------- */

/* A key is looked up once; a pid or an address stays at index 1, and so does
** the key that nobody has. */
static void settle_target(lua_State *L) {
  struct address_value address;
  uint64_t pid;
  if (likely(value_is_pid(L, 1)) || value_address(L, 1, &address)) return;
  pid = target_pid(L, 1);
  if (pid == ID_NONE) return;
  value_push_pid(L, pid);
  lua_replace(L, 1);
}

/* --- Sending -------------------------------------------------------------- */

static void set_sending(struct body *body, struct message *message) {
  if (unlikely(body->room != NULL))
    room_leave(body->script->scheduler, &body->room);
  message_free(body->sending);
  body->sending = message;
}

static void trace_out(lua_State *L, struct body *body) {
  uint64_t pid = value_pid(L, 1);
  const char *target = pid == ID_NONE ? target_describe(L, 1) : NULL;
  tracing_out(body, body->sending, pid, target);
  if (pid == ID_NONE) lua_pop(L, 1);
}

static struct message *begin_watched(lua_State *L, struct body *body,
                                     struct message *message) {
  set_sending(body, message);
  if (body->tracing != NULL) trace_out(L, body);
  return message;
}

/* It comes to nothing. */
static void drop_sending(struct body *body, enum record_how how) {
  if (body->tracing != NULL)
    tracing_unsent(body, (enum message_kind)body->sending->kind, how);
  set_sending(body, NULL);
}

static struct message *pack(lua_State *L, struct body *body,
                            enum message_kind kind) {
  struct message *message = codec_pack(L, 2, lua_gettop(L) - 1, kind);
  message->sender = body_pid(body);
  meter_sending(body->actor, message);
  if (unlikely(((uintptr_t)body->room | (uintptr_t)body->tracing) != 0))
    return begin_watched(L, body, message);
  message_free(body->sending);
  body->sending = message;
  return message;
}

static int no_actor(lua_State *L, struct body *body, enum operation operation,
                    uint64_t pid) {
  drop_sending(body, RECORD_NOACTOR);
  if (!is_call(operation)) {
    lua_pushnil(L);
    lua_pushliteral(L, "noactor");
    return 2;
  }
  target_push_absent(L, pid);
  return wait_throw(L);
}

static int after_call(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  uint64_t target = actor_wait_target(body->actor);
  int count;
  (void)status;
  (void)context;
  if (unlikely(body->outcome->outcome != OUTCOME_REPLY))
    wait_raise(L, target, "a reply to ", 2);
  count = codec_unpack(L, body->outcome);
  message_free(body->outcome);
  body->outcome = NULL;
  return count;
}

/* At index 2 is the request's name, at 3 the relay. */
static int after_relay(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *outcome = body->outcome;
  struct relay *relay = lua_touserdata(L, 3);
  (void)status;
  (void)context;
  if (unlikely(outcome->outcome != OUTCOME_REPLY))
    wait_raise(L, actor_wait_target(body->actor), "a reply to ", 2);
  body->outcome = NULL;
  relay->replied(relay, L, outcome);
  lua_pushboolean(L, true);
  return 1;
}

/* The wait that has just been opened closed a circle. */
static void raise_deadlock(lua_State *L, struct body *body) {
  drop_sending(body, RECORD_DEADLOCK);
  deadlock_raise(L);
}

/* One deadline for all the waits of a send. */
static uint64_t open_wait(lua_State *L, struct body *body,
                          enum wait_kind kind, uint64_t pid) {
  struct message *message = body->sending;
  bool capped;
  uint64_t epoch =
      likely(message->deadline == 0)
          ? wait_open(L, kind, pid, true)
          : wait_open_until(L, kind, pid, message->deadline, &capped);
  message->deadline = actor_wait_deadline(body->actor);
  return epoch;
}

static void open_call(lua_State *L, struct body *body, uint64_t pid) {
  body->sending->epoch = open_wait(L, body, WAIT_CALL, pid);
  if (unlikely(deadlock_closed(body, pid))) raise_deadlock(L, body);
}

static struct waiter open_room(lua_State *L, struct body *body,
                               uint64_t pid) {
  struct waiter waiter = {body_pid(body), 0};
  waiter.epoch = open_wait(L, body, WAIT_ROOM, pid);
  return waiter;
}

static int sent(lua_State *L, struct body *body, enum operation operation) {
  body->sending = NULL;
  counter_add(&body->actor->messages_out, 1);
  if (likely(operation == OPERATION_CALL))
    return coroutine_wait(L, HOST_WAIT, 0, after_call);
  if (operation == OPERATION_RELAY) {
    struct relay *relay = lua_touserdata(L, 3);
    relay->sent(relay, L);
    return coroutine_wait(L, HOST_WAIT, 0, after_relay);
  }
  lua_pushboolean(L, true);
  return 1;
}

/* Posts body->sending to a pid. On any status but OK a wait is closed. */
static enum status post(lua_State *L, struct body *body,
                        enum operation operation, uint64_t pid) {
  struct message *message = body->sending;
  bool call = is_call(operation);
  enum status status;
  if (pid == ID_NONE) return STATUS_NOACTOR;
  if (call) open_call(L, body, pid);
  message->target = pid;
  status = scheduler_post(body->script->scheduler, message,
                          call ? READY_NEXT : READY_AFTER);
  if (unlikely(status != STATUS_OK) && call) wait_cancel(L);
  return status;
}

/* --- A full mailbox ------------------------------------------------------- */

static int send(lua_State *L, enum operation operation);
static int crowded(lua_State *L, struct body *body, enum operation operation,
                   uint64_t pid, uint64_t since);

static int too_late(lua_State *L, struct body *body, uint64_t pid,
                    uint64_t since) {
  drop_sending(body, RECORD_OVERLOAD);
  return overload_raise_waited(L, pid, since);
}

static int ended_early(lua_State *L, struct body *body, uint64_t pid) {
  set_sending(body, NULL);
  wait_raise(L, pid, "room in the mailbox of ", 1);
  return 0;
}

/* Its turn has come: its room is kept, or the mailbox is closed. */
static int after_room(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *message = body->sending;
  enum operation operation = context & ((1 << OPERATION_BITS) - 1);
  uint64_t since = (uint64_t)context >> OPERATION_BITS;
  uint64_t pid = message->target;
  bool call = is_call(operation);
  (void)status;
  if (wait_outcome(L)->outcome != OUTCOME_TIMEOUT &&
      outcome_is_early(wait_outcome(L)->outcome))
    return ended_early(L, body, pid);
  if (wait_outcome(L)->outcome == OUTCOME_TIMEOUT ||
      message->deadline <= worker_now(worker_current()))
    return too_late(L, body, pid, since);
  if (call) open_call(L, body, pid);
  switch (room_push(body->script->scheduler, &body->room, message,
                    call ? READY_NEXT : READY_AFTER)) {
    case STATUS_OK:
      return sent(L, body, operation);
    case STATUS_FULL:
      if (call) wait_cancel(L);
      return crowded(L, body, operation, pid, since);
    default:
      if (call) wait_cancel(L);
      return send(L, operation);
  }
}

static int wait_for_room(lua_State *L, struct body *body,
                         enum operation operation, uint64_t pid,
                         uint64_t since) {
  lua_KContext context = (lua_KContext)(since << OPERATION_BITS | operation);
  struct waiter waiter = open_room(L, body, pid);
  switch (room_enter(body->script->scheduler, waiter, body->sending,
                     &body->room)) {
    case STATUS_WAIT:
      if (unlikely(deadlock_closed(body, pid))) raise_deadlock(L, body);
      return coroutine_wait(L, HOST_WAIT, context, after_room);
    case STATUS_NOMEM:
      wait_cancel(L);
      return luaL_error(L, "not enough memory");
    default:
      wait_cancel(L);
      return send(L, operation);
  }
}

/* Why this sender does not wait for `pid`, or NULL: it does. ID_NONE: for an
** empty seat. */
static const char *wont_wait(lua_State *L, struct body *body,
                             enum operation operation, uint64_t pid) {
  struct actor *actor =
      directory_slot(body->script->scheduler->directory, pid);
  enum full full = actor != NULL ? mailbox_full(&actor->mailbox) : FULL_WAIT;
  if (operation == OPERATION_TRY) return "";
  if (full == FULL_DROP_NEWEST) return ": the request was dropped";
  if (full != FULL_WAIT) return ": it refuses";
  if (pid == body_pid(body)) return ": it would wait for itself";
  if (!coroutine_can_wait(L)) return ", and this is no place to wait";
  return NULL;
}

static int refuse(lua_State *L, struct body *body, enum operation operation,
                  uint64_t pid, const char *why) {
  drop_sending(body, RECORD_OVERLOAD);
  if (operation != OPERATION_TRY) return overload_raise(L, pid, why);
  lua_pushnil(L);
  lua_pushliteral(L, "overload");
  return 2;
}

static int crowded(lua_State *L, struct body *body, enum operation operation,
                   uint64_t pid, uint64_t since) {
  const char *why = wont_wait(L, body, operation, pid);
  if (why != NULL) return refuse(L, body, operation, pid, why);
  return wait_for_room(L, body, operation, pid, since);
}

/* body->sending was not taken by a pid. */
static int not_sent(lua_State *L, struct body *body, enum operation operation,
                    enum status status, uint64_t pid) {
  if (status == STATUS_FULL)
    return crowded(L, body, operation, pid, worker_now(worker_current()));
  return no_actor(L, body, operation, pid);
}

/* --- Addresses ------------------------------------------------------------ */

static int send_to_address(lua_State *L, enum operation operation,
                           struct address_value *address);

static int after_seek(lua_State *L, int status, lua_KContext operation) {
  struct address_value address;
  (void)status;
  CHECK(value_address(L, 1, &address), "an address stays at index 1");
  spawn_sought(L, target_key(&address));
  return send_to_address(L, (enum operation)operation, &address);
}

static int after_seat(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *outcome = wait_outcome(L);
  struct waiter waiter = {body_pid(body), outcome->epoch};
  struct address_value address;
  (void)status;
  if (!outcome_is_early(outcome->outcome))
    return send(L, context & ((1 << OPERATION_BITS) - 1));
  CHECK(value_address(L, 1, &address), "an address stays at index 1");
  registry_forget(body->script->scheduler->registry, target_key(&address),
                  waiter);
  if (outcome->outcome != OUTCOME_TIMEOUT)
    return ended_early(L, body, ID_NONE);
  return too_late(L, body, ID_NONE, (uint64_t)context >> OPERATION_BITS);
}

/* What is held for the seat is as much as may be: waits for somebody to sit
** down. */
static int wait_for_seat(lua_State *L, enum operation operation,
                         struct address_value *address) {
  struct body *body = body_of(L);
  const char *why = wont_wait(L, body, operation, ID_NONE);
  uint64_t since = worker_now(worker_current());
  struct waiter waiter;
  enum status status;
  if (why != NULL) return refuse(L, body, operation, ID_NONE, why);
  waiter = open_room(L, body, ID_NONE);
  status = registry_await_seat(body->script->scheduler->registry,
                               target_key(address), waiter);
  if (status == STATUS_WAIT)
    return coroutine_wait(
        L, HOST_WAIT, (lua_KContext)(since << OPERATION_BITS | operation),
        after_seat);
  wait_cancel(L);
  if (status == STATUS_NOMEM) return luaL_error(L, "not enough memory");
  return send(L, operation);
}

/* A seat nobody sits in holds the message for whoever comes. */
static int send_to_seat(lua_State *L, enum operation operation,
                        struct address_value *address, uint64_t closed) {
  struct body *body = body_of(L);
  struct registry *registry = body->script->scheduler->registry;
  for (;;) {
    uint64_t pid;
    enum status status;
    if (is_call(operation)) open_call(L, body, ID_NONE);
    status = registry_hold(registry, target_key(address), closed,
                           body->sending, &pid);
    if (status == STATUS_WAIT) return sent(L, body, operation);
    if (is_call(operation)) wait_cancel(L);
    if (status == STATUS_FULL) return wait_for_seat(L, operation, address);
    if (status != STATUS_OK) return no_actor(L, body, operation, closed);
    status = post(L, body, operation, pid);
    if (status == STATUS_OK) return sent(L, body, operation);
    if (status == STATUS_FULL)
      return not_sent(L, body, operation, status, pid);
    closed = pid;
  }
}

static int send_to_address(lua_State *L, enum operation operation,
                           struct address_value *address) {
  struct body *body = body_of(L);
  uint64_t pid = ID_NONE;
  for (;;) {
    uint64_t found = target_find(body, target_key(address));
    enum status status = post(L, body, operation, found);
    if (status == STATUS_OK) return sent(L, body, operation);
    if (status == STATUS_FULL)
      return not_sent(L, body, operation, status, found);
    if (address->kind == ADDRESS_SEAT)
      return send_to_seat(L, operation, address, found);
    wait_check(L);
    status = spawn_seek(L, target_key(address), spawn_entity, &pid);
    if (status == STATUS_WAIT)
      return coroutine_wait(L, HOST_WAIT, operation, after_seek);
  }
}

static int send(lua_State *L, enum operation operation) {
  struct body *body = body_of(L);
  struct address_value address;
  uint64_t pid = value_pid(L, 1);
  if (likely(pid != ID_NONE)) {
    enum status status = post(L, body, operation, pid);
    if (likely(status == STATUS_OK)) return sent(L, body, operation);
    return not_sent(L, body, operation, status, pid);
  }
  if (value_address(L, 1, &address))
    return send_to_address(L, operation, &address);
  return no_actor(L, body, operation, ID_NONE);
}

int call_lua_call(lua_State *L) {
  settle_target(L);
  wait_check(L);
  pack(L, body_of(L), MESSAGE_CALL);
  return send(L, OPERATION_CALL);
}

int call_lua_cast(lua_State *L) {
  settle_target(L);
  pack(L, body_of(L), MESSAGE_CAST);
  return send(L, OPERATION_CAST);
}

int call_lua_trycast(lua_State *L) {
  settle_target(L);
  pack(L, body_of(L), MESSAGE_CAST);
  return send(L, OPERATION_TRY);
}

int call_lua_send(lua_State *L) {
  settle_target(L);
  pack(L, body_of(L), MESSAGE_INFO);
  return send(L, OPERATION_CAST);
}

/* --- For somebody else ---------------------------------------------------- */

int call_relay(lua_State *L, struct message **message) {
  struct body *body = body_of(L);
  struct message *sent = *message;
  settle_target(L);
  wait_check(L);
  *message = NULL;
  sent->sender = body_pid(body);
  meter_sending(body->actor, sent);
  begin_watched(L, body, sent);
  return send(L, sent->kind == MESSAGE_CALL ? OPERATION_RELAY
                                            : OPERATION_CAST);
}

/* --- stop, kill ----------------------------------------------------------- */

static int after_stop(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  wait_raise(L, actor_wait_target(body_of(L)->actor), "the end of ", 1);
  lua_pushboolean(L, true);
  return 1;
}

/* Stopping oneself is exiting once the handler has returned: the STOP is
** queued like anybody's, and nobody waits for it. */
static int stop_self(lua_State *L, struct body *body,
                     struct message *message) {
  message->epoch = 0;
  body->sending = NULL;
  if (scheduler_post(body->script->scheduler, message, READY_AFTER) !=
      STATUS_OK)
    message_free(message);
  lua_pushboolean(L, true);
  return 1;
}

int call_lua_stop(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t pid = target_pid(L, 1);
  struct message *message;
  lua_settop(L, 2);
  wait_check(L);
  if (lua_isnil(L, 2)) {
    lua_pushliteral(L, "normal");
    lua_replace(L, 2);
  }
  message = codec_pack(L, 2, 1, MESSAGE_STOP);
  message->sender = body_pid(body);
  message->target = pid;
  if (reason_is_normal(L, 2)) message->flags |= MESSAGE_NORMAL;
  set_sending(body, message);
  if (body->tracing != NULL) trace_out(L, body);
  if (pid == body_pid(body)) return stop_self(L, body, message);
  message->epoch = wait_open(L, WAIT_STOP, pid, true);
  if (deadlock_closed(body, pid)) raise_deadlock(L, body);
  if (pid == ID_NONE ||
      scheduler_post(body->script->scheduler, message, READY_NEXT) !=
          STATUS_OK) {
    wait_cancel(L);
    return no_actor(L, body, OPERATION_CAST, pid);
  }
  body->sending = NULL;
  return coroutine_wait(L, HOST_WAIT, 0, after_stop);
}

static int never_resumed(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return luaL_error(L, "an actor that was killed was resumed");
}

/* Killing oneself, no instruction follows, if Lua can yield here. */
int call_lua_kill(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t pid = target_pid(L, 1);
  lua_pushboolean(L, order_kill(body->script, pid, false) == STATUS_OK);
  if (pid == body_pid(body) && coroutine_can_wait(L))
    return coroutine_wait(L, HOST_PREEMPT, 0, never_resumed);
  return 1;
}
