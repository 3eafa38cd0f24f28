#include "script/upgrade.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slab.h"
#include "base/tick.h"
#include "script/budget.h"
#include "script/codec.h"
#include "script/dispatch.h"
#include "script/failure.h"
#include "script/reload.h"
#include "script/run.h"
#include "script/script.h"
#include "script/version.h"

static void tell(struct body *body, enum reload_state state) {
  reload_tell(body->script, body->upgrade->number, body->upgrade->index, state);
}

/* Must not fail: somebody waits for it. */
static struct upgrade *need(struct body *body) {
  for (int attempt = 0; body->upgrade == NULL; attempt++) {
    body->upgrade = slab_take(sizeof *body->upgrade);
    if (body->upgrade == NULL) memory_await(attempt);
  }
  return body->upgrade;
}

void upgrade_self(struct body *body, uint64_t number, uint32_t index,
                  const char *name) {
  *need(body) =
      (struct upgrade){.number = number, .index = index, .name = name};
}

void upgrade_forget(struct body *body) {
  if (body->upgrade == NULL || body->freeze != FREEZE_NONE) return;
  slab_give(body->upgrade, sizeof *body->upgrade);
  body->upgrade = NULL;
}

/* Its part is over. */
static void leave(struct body *body, enum reload_state state) {
  tell(body, state);
  body->freeze = FREEZE_NONE;
  upgrade_forget(body);
}

/* --- Orders --------------------------------------------------------------- */

/* Does it handle messages, or will it? */
static bool is_server(const struct body *body, const char *name) {
  return body->has_behaviour || body->start.kind == START_BEHAVIOUR ||
         *name == '\0';
}

static void freeze(struct body *body, const struct reload_message *order) {
  if (mailbox_closed(&body->actor->mailbox)) { /* it handles nothing more */
    reload_tell(body->script, order->number, order->index, RELOAD_GONE);
    return;
  }
  upgrade_self(body, order->number, order->index, order->name);
  body->freeze = FREEZE_ASKED;
  if (is_server(body, order->name)) return;
  body->freeze = FREEZE_LOOSE;
  tell(body, RELOAD_FROZEN);
}

static void drop_prepared(struct body *body) {
  if (body->upgrade->prepared) version_drop(body->L);
  body->upgrade->prepared = false;
}

static bool release(struct body *body, bool committed) {
  bool preparing = body->activity == ACTIVITY_PREPARE;
  if (committed && body->upgrade->prepared) {
    body->freeze = FREEZE_INSTALL;
    return false;
  }
  drop_prepared(body);
  leave(body, RELOAD_DONE);
  return preparing;
}

/* --- Of one that goes on meanwhile ---------------------------------------- */

struct aside {
  struct buffer stack;
  struct message *failure; /* or NULL */
};

/* [light userdata: struct aside, error, or nothing if it was cut] */
static int describe(lua_State *L) {
  struct aside *aside = lua_touserdata(L, 1);
  if (lua_gettop(L) == 1)
    failure_push(L, FAILURE_INTERRUPTED,
                 "a script that is reloaded where it waits may use 0.1 s of "
                 "CPU time");
  failure_from(L);
  failure_add_hop(L, 2, "upgrade", buffer_bytes(&aside->stack),
                  buffer_size(&aside->stack));
  aside->failure = codec_pack(L, 2, 1, MESSAGE_OUTCOME);
  return 0;
}

/* What is on the thread are the function's arguments. */
static bool run_on(struct body *body, lua_State *thread, lua_CFunction part,
                   struct aside *aside) {
  struct budget budget;
  int status;
  bool cut;
  lua_pushcfunction(thread, part);
  lua_insert(thread, 1);
  budget_begin_aside(body, &budget);
  status = run_aside(body, thread, &aside->stack);
  cut = budget_end_aside(body, &budget);
  if (cut) lua_settop(thread, 0);
  return status == LUA_OK && !cut;
}

/* False: it has raised, and *failure says what; NULL: that there is no memory
** to say it. */
static bool run_beside(struct body *body, lua_CFunction part,
                       struct message **failure) {
  lua_State *thread = run_new(body);
  struct aside aside = {.failure = NULL};
  bool done;
  *failure = NULL;
  if (thread == NULL) return false;
  buffer_init(&aside.stack);
  done = run_on(body, thread, part, &aside);
  if (!done) {
    lua_pushlightuserdata(thread, &aside);
    lua_insert(thread, 1);
    run_on(body, thread, describe, &aside);
  }
  buffer_deinit(&aside.stack);
  run_drop(body);
  *failure = aside.failure;
  return done;
}

static void prepare_aside(struct body *body) {
  struct message *failure;
  body->upgrade->prepared = run_beside(body, version_prepare, &failure);
  if (body->upgrade->prepared)
    tell(body, RELOAD_READY);
  else
    reload_fail(body->script, body->upgrade->number, body->upgrade->index,
                failure);
}

/* Without memory it stays as it is: nobody could do better for it. */
static void release_aside(struct body *body, bool committed) {
  struct message *failure;
  if (committed && body->upgrade->prepared &&
      !run_beside(body, version_install, &failure))
    message_free(failure);
  drop_prepared(body);
  leave(body, RELOAD_DONE);
}

static void follow_aside(struct body *body,
                         const struct reload_message *order) {
  if (order->order == RELOAD_PREPARE) prepare_aside(body);
  if (order->order == RELOAD_RELEASE) release_aside(body, order->committed);
}

bool upgrade_order(struct body *body, struct message *message) {
  struct reload_message order;
  bool known;
  ASSERT(message->size == sizeof order, "as reload_post makes it");
  memcpy(&order, message->bytes, sizeof order);
  message_free(message);
  if (order.order == RELOAD_FREEZE) {
    freeze(body, &order);
    return false;
  }
  known = body->freeze != FREEZE_NONE && body->upgrade->number == order.number;
  if (!known) return false;
  if (body->freeze == FREEZE_LOOSE) {
    follow_aside(body, &order);
    return false;
  }
  if (order.order == RELOAD_RELEASE) return release(body, order.committed);
  if (order.order == RELOAD_SERVE) body->upgrade->request = order.request;
  body->freeze =
      order.order == RELOAD_SERVE ? FREEZE_SERVE : FREEZE_PREPARE;
  return false;
}

void upgrade_arrive(struct body *body) {
  if (body->freeze != FREEZE_ASKED) return;
  body->freeze = FREEZE_HELD;
  tell(body, RELOAD_FROZEN);
}

/* The request that is to be served, or an earlier one of its sender's; NULL: it
** is not there, or not any more. */
static struct message *pick(struct body *body,
                            struct message_queue *strays) {
  struct waiter request = body->upgrade->request;
  struct message *message =
      mailbox_pick(&body->actor->mailbox, request.pid);
  while (message != NULL && message->target != body_pid(body)) {
    message_queue_append(strays, message);
    message = mailbox_pick(&body->actor->mailbox, request.pid);
  }
  if (message == NULL || request.pid == ID_NONE ||
      message->epoch == request.epoch)
    body->freeze = FREEZE_ASKED;
  return message;
}

enum activity upgrade_next(struct body *body, struct message **message,
                           struct message_queue *strays) {
  switch (body->freeze) {
    case FREEZE_SERVE:
      *message = pick(body, strays);
      return ACTIVITY_MESSAGE;
    case FREEZE_PREPARE:
      body->freeze = FREEZE_HELD;
      body->deadline = 0;
      body->request_deadline = TICK_NEVER;
      return ACTIVITY_PREPARE;
    case FREEZE_INSTALL:
      return ACTIVITY_INSTALL;
    default:
      return ACTIVITY_NONE;
  }
}

void upgrade_ended(struct body *body) {
  if (body->freeze != FREEZE_NONE) leave(body, RELOAD_GONE);
}

/* --- After the activities ------------------------------------------------- */

void upgrade_prepared(struct body *body) {
  body->upgrade->prepared = true;
  tell(body, RELOAD_READY);
}

void upgrade_failed(struct body *body) {
  struct message *failure =
      message_new(MESSAGE_OUTCOME, buffer_size(&body->reason));
  if (failure != NULL) {
    if (failure->size > 0)
      memcpy(failure->bytes, buffer_bytes(&body->reason), failure->size);
    failure->count = 1;
    failure->flags |= body->reason_flags;
  }
  buffer_clear(&body->reason);
  reload_fail(body->script, body->upgrade->number, body->upgrade->index,
              failure);
}

void upgrade_installed(struct body *body) {
  drop_prepared(body);
  if (body->has_behaviour) {
    dispatch_renew(body);
    dispatch_warm(body);
  }
  leave(body, RELOAD_DONE);
}
