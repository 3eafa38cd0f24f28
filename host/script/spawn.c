#include "script/spawn.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "core/links.h"
#include "script/body.h"
#include "script/budget.h"
#include "script/child.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/culprit.h"
#include "script/deadlock.h"
#include "script/entity.h"
#include "script/failure.h"
#include "script/life.h"
#include "script/name.h"
#include "script/option.h"
#include "script/script.h"
#include "script/tracing.h"
#include "script/value.h"
#include "script/wait.h"

#define OUTLAST (UINT64_C(100) * 1000000) /* nanoseconds */

/* --- troupe.start --------------------------------------------------------- */

/* When the turn ends: who is asked whose fault it is answers before. */
static void give_up(struct body *body, uint64_t pid) {
  culprit_kill(body);
  body->doomed = pid;
}

static int after_start(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *outcome = body->outcome;
  uint64_t pid = value_pid(L, 5);
  (void)status;
  (void)context;
  if (outcome->outcome != OUTCOME_REPLY) {
    pidset_clear(&body->actor->relations, pid, RELATION_LINK);
    if (outcome_is_early(outcome->outcome)) give_up(body, pid);
    wait_raise(L, pid, "the start of ", 1);
  }
  if (outcome->count != 0) {
    pidset_clear(&body->actor->relations, pid, RELATION_LINK);
    return codec_unpack(L, outcome);
  }
  lua_pushvalue(L, 5);
  return 1;
}

/* The start message for module, args at `first`, with options read. */
static struct message *pack_start(lua_State *L, int first) {
  return codec_pack(L, first, lua_isnil(L, first + 1) ? 1 : 2, MESSAGE_START);
}

/* Those who wait for a start have deadlines of their own; `timeout` is how
** long init itself may wait. Nobody gives away libraries that it has not. */
static void apply(const struct body *starter, struct actor *actor,
                  const struct option_start *options) {
  struct body *body = actor->body;
  if (options->timeout != 0)
    body->request_deadline =
        tick_add(worker_now(worker_current()), options->timeout);
  if (options->memory != 0) body->memory_limit = options->memory;
  if (options->cpu_span != 0) {
    body->cpu_limit = options->cpu_span;
    budget_renew(body);
  }
  body->start.idle_span = options->idle_span;
  body->libraries = starter->libraries & options->libraries;
  mailbox_set_bound(&actor->mailbox, &options->mailbox);
}

static bool link_both(struct body *starter, struct actor *child) {
  return links_enter(starter->actor, body_pid(child->body)) == STATUS_OK &&
         links_enter(child, body_pid(starter)) == STATUS_OK;
}

static uint64_t start_deadline(lua_State *L,
                               const struct option_start *options) {
  uint64_t deadline = wait_deadline(L, options->timeout == 0);
  uint64_t own;
  if (options->timeout == 0) return deadline;
  own = tick_add(worker_now(worker_current()), options->timeout);
  return own < deadline ? own : deadline;
}

/* The name's canonical form is at index 5, if there is one. */
static struct key name_of(lua_State *L) {
  struct key key;
  key.bytes = lua_tolstring(L, 5, &key.size);
  return key;
}

static enum status reserve_name(lua_State *L, struct body *body,
                                struct actor *child, uint64_t *holder) {
  if (lua_isnil(L, 5)) return STATUS_OK;
  return registry_reserve(body->script->scheduler->registry, name_of(L),
                          child, holder);
}

/* Its starter ends what takes too long, and asks it before what it is doing: it
** is not to give up at the same moment. */
static void outlast_starter(struct body *child) {
  child->request_deadline = tick_add(child->request_deadline, OUTLAST);
}

static struct actor *make_child(lua_State *L, struct body *body,
                                const struct option_start *options) {
  struct actor *child = child_new(L, 1, options);
  apply(body, child, options);
  outlast_starter(child->body);
  return child;
}

/* Sends a new actor off, its first message prepared, and waits for its init.
** False: no memory. */
static bool launch(struct body *body, struct actor *actor,
                   struct message *message, uint64_t deadline) {
  struct scheduler *scheduler = body->script->scheduler;
  message->sender = body_pid(body);
  message->epoch = scheduler_wait(scheduler, body->actor, WAIT_START,
                                  message->target, deadline);
  if (message->epoch == 0) return false;
  if (body->tracing != NULL) tracing_out(body, message, message->target, NULL);
  scheduler_launch(scheduler, actor, READY_NEXT);
  return true;
}

static int undo_start(lua_State *L, struct body *body, struct actor *child,
                      uint64_t holder, lua_CFunction again) {
  pidset_clear(&body->actor->relations, body_pid(child->body), RELATION_LINK);
  life_discard(body->script, child);
  if (holder != ID_NONE)
    return name_taken(L, name_of(L), holder, again);
  return luaL_error(L, "not enough memory");
}

/* How many were there before it is at index 4, if it is not the first. */
static void bind(lua_State *L, struct body *body, struct actor *child,
                 const struct option_start *options) {
  lua_Integer restarts = lua_tointeger(L, 4);
  if (restarts < 0 || restarts > UINT16_MAX) restarts = UINT16_MAX;
  atomic_store_explicit(&child->restarts, (uint16_t)restarts,
                        memory_order_relaxed);
  directory_bind(body->script->scheduler->directory, child,
                 options->link ? BOND_CHILD : BOND_TASK);
}

/* How an actor is started, beside the options. */
enum { START_BOUND = 1, START_PRIVATE = 2 };

/* `again` is the function itself: for when a name is free again. */
static int start(lua_State *L, int how, lua_CFunction again) {
  bool bound = how & START_BOUND;
  struct body *body = body_of(L);
  struct option_start options;
  struct actor *child;
  struct message *message;
  uint64_t deadline, pid, holder = ID_NONE;
  lua_settop(L, 4);
  option_check_module(L, 1);
  option_read_start(L, 3, &options); /* pushes the name: index 5 */
  wait_check(L);
  message = pack_start(L, 1);
  message_free(body->sending);
  body->sending = message;
  deadline = start_deadline(L, &options);
  child = make_child(L, body, &options);
  body->sending = NULL;
  scheduler_prepare(child, message);
  pid = message->target;
  if (bound) bind(L, body, child, &options);
  if (how & START_PRIVATE)
    actor_settle_private(child, scheduler_private(body->script->scheduler));
  if (reserve_name(L, body, child, &holder) != STATUS_OK ||
      ((bound || options.link) && !link_both(body, child)) ||
      !launch(body, child, message, deadline))
    return undo_start(L, body, child, holder, again);
  value_push_pid(L, pid);
  lua_replace(L, 5);
  return coroutine_wait(L, HOST_WAIT, 0, after_start);
}

int spawn_lua_start(lua_State *L) { return start(L, 0, spawn_lua_start); }

int spawn_lua_bound(lua_State *L) {
  return start(L, START_BOUND, spawn_lua_bound);
}

int spawn_lua_private(lua_State *L) {
  return start(L, START_PRIVATE | START_BOUND, spawn_lua_private);
}

/* --- Get-or-start --------------------------------------------------------- */

/* Nobody is there: makes one, and waits for its init as who starts it by hand
** does, so that what becomes of it is not missed. STATUS_EXISTS: another has
** been quicker; the new one is thrown away and the next round finds the other.
*/
static enum status make_and_launch(lua_State *L, struct key key,
                                   spawn_make *make, uint64_t *pid) {
  struct body *body = body_of(L);
  uint64_t deadline = actor_wait_deadline(body->actor);
  struct message *message;
  struct actor *actor = make(L, &message);
  enum status status;
  uint64_t holder;
  scheduler_prepare(actor, message);
  *pid = message->target;
  status = registry_reserve(body->script->scheduler->registry, key, actor,
                            &holder);
  if (status == STATUS_OK && launch(body, actor, message, deadline))
    return STATUS_WAIT;
  if (status == STATUS_OK) status = STATUS_NOMEM;
  life_discard(body->script, actor);
  if (status == STATUS_NOMEM) luaL_error(L, "not enough memory");
  return status;
}

enum status spawn_seek(lua_State *L, struct key key, spawn_make *make,
                       uint64_t *pid) {
  struct body *body = body_of(L);
  struct registry *registry = body->script->scheduler->registry;
  enum status status;
  do {
    struct waiter waiter = {body_pid(body), 0};
    waiter.epoch = wait_open(L, WAIT_START, ID_NONE, true);
    status = registry_ensure(registry, key, waiter, pid);
    if (status == STATUS_WAIT) {
      actor_wait_retarget(body->actor, *pid);
      if (!deadlock_closed(body, *pid)) return status;
      registry_forget(registry, key, waiter);
      deadlock_raise(L);
    }
    wait_cancel(L);
    if (status == STATUS_NOMEM) luaL_error(L, "not enough memory");
    if (status == STATUS_ABSENT)
      status = make_and_launch(L, key, make, pid);
  } while (status == STATUS_EXISTS);
  return status;
}

/* Its init has returned nil and a reason, which is no answer to a request. */
static void raise_refusal(lua_State *L, struct message *refusal,
                          uint64_t target) {
  char text[ID_TEXT_SIZE];
  int reason = lua_gettop(L) + 2;
  codec_unpack(L, refusal);
  failure_push(L, FAILURE_EXIT, "%s would not start: %s",
               id_text(target, text), failure_describe(L, reason));
  lua_pushvalue(L, reason);
  lua_setfield(L, -2, "reason");
  failure_set_begun(L, -1, false);
  wait_throw(L);
}

void spawn_sought(lua_State *L, struct key key) {
  struct body *body = body_of(L);
  struct message *outcome = body->outcome;
  uint64_t target = actor_wait_target(body->actor);
  if (outcome->outcome == OUTCOME_REPLY && outcome->count != 0)
    raise_refusal(L, outcome, target);
  if (outcome_is_early(outcome->outcome)) {
    struct waiter waiter = {body_pid(body), outcome->epoch};
    registry_forget(body->script->scheduler->registry, key, waiter);
  }
  wait_raise(L, target, "the start of ", 1);
}

/* The address at index 1 is an entity's: its registry key ends in the entity's
** own (face_entity.c), which is its init's argument; `start` is its kind's
** options, encoded, or empty. */
struct actor *spawn_entity(lua_State *L, struct message **message) {
  struct body *body = body_of(L);
  struct address_value address;
  struct option_start options;
  int top = lua_gettop(L);
  struct actor *actor;
  CHECK(value_address(L, 1, &address), "an entity's address");
  lua_pushlstring(L, address.module, address.module_size);
  entity_push_key(L, &address);
  *message = pack_start(L, top + 1);
  message_free(body->sending_start);
  body->sending_start = *message;
  if (address.start_size > 0)
    codec_decode(L, address.start, address.start_size, 0);
  else
    lua_pushnil(L);
  option_read_shared(L, top + 3, &options);
  actor = child_new(L, top + 1, &options);
  body->sending_start = NULL;
  apply(body, actor, &options);
  lua_settop(L, top);
  return actor;
}

/* registry.ensure: key, module, args, options; the key's form at index 5. */
static struct actor *make_ensured(lua_State *L, struct message **message) {
  struct body *body = body_of(L);
  struct option_start options;
  struct actor *actor;
  option_read_shared(L, 4, &options);
  *message = pack_start(L, 2);
  message_free(body->sending_start);
  body->sending_start = *message;
  actor = child_new(L, 2, &options);
  body->sending_start = NULL;
  apply(body, actor, &options);
  return actor;
}

static int ensure_round(lua_State *L);

static struct key ensured_key(lua_State *L) {
  struct key key;
  key.bytes = lua_tolstring(L, 5, &key.size);
  return key;
}

static int after_ensure(lua_State *L, int status, lua_KContext context) {
  struct message *outcome = body_of(L)->outcome;
  (void)status;
  (void)context;
  if (outcome->outcome == OUTCOME_REPLY && outcome->count != 0)
    return codec_unpack(L, outcome);
  spawn_sought(L, ensured_key(L));
  return ensure_round(L);
}

static int ensure_round(lua_State *L) {
  uint64_t pid;
  if (spawn_seek(L, ensured_key(L), make_ensured, &pid) == STATUS_WAIT)
    return coroutine_wait(L, HOST_WAIT, 0, after_ensure);
  value_push_pid(L, pid);
  return 1;
}

int spawn_lua_ensure(lua_State *L) {
  struct option_start options;
  uint64_t pid;
  lua_settop(L, 4);
  option_read_shared(L, 4, &options);
  if (!codec_key(L, 1))
    return failure_expected(L, "key", "a string, an integer or a list of these",
                            1);
  option_check_module(L, 2);
  if (registry_find_live(body_of(L)->script->scheduler->registry,
                         ensured_key(L), &pid) == STATUS_OK) {
    scheduler_warm(body_of(L)->script->scheduler, pid);
    value_push_pid(L, pid);
    return 1;
  }
  wait_check(L);
  return ensure_round(L);
}
