#include "script/answer.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/tracing.h"
#include "script/value.h"

static const char noreply_key = 0;

void answer_push_noreply(lua_State *L) {
  lua_pushlightuserdata(L, (void *)(uintptr_t)&noreply_key);
}

static void defer(lua_State *L, struct body *body) {
  if (!body->from_taken)
    luaL_error(L, "noreply was returned, but from() was not called: nobody "
                  "could reply");
  if (!actor_defer(body->actor, body->script->scheduler->directory,
                   body->actor->serving))
    luaL_error(L, "not enough memory");
  if (body->tracing != NULL)
    tracing_handled(body, body->request, RECORD_DEFERRED, NULL);
}

void answer_reply(lua_State *L, struct body *body) {
  int count = lua_gettop(L);
  struct message *message;
  if (count == 1 && lua_touserdata(L, 1) == &noreply_key) {
    defer(L, body);
    return;
  }
  message = codec_pack(L, 1, count, MESSAGE_OUTCOME);
  message->outcome = OUTCOME_REPLY;
  if (unlikely(body->tracing != NULL))
    tracing_handled(body, body->request, RECORD_REPLIED, message);
  scheduler_answer(body->script->scheduler, body->actor->serving, message);
}

struct message *answer_pack(lua_State *L, const struct visit_entry *entry) {
  int count = lua_gettop(L);
  struct message *message =
      entry->how & VISIT_SHOWS ? codec_pack_shown(L, 1, count)
                   : codec_pack(L, 1, count, MESSAGE_OUTCOME);
  message->outcome = OUTCOME_REPLY;
  return message;
}

void answer_visit(lua_State *L, struct body *body) {
  const struct visit_entry *entry =
      &body->script->visits[body->request->entry];
  scheduler_answer(body->script->scheduler, body->actor->serving,
                   answer_pack(L, entry));
}

void answer_reason(struct body *body, enum outcome outcome) {
  scheduler_answer(body->script->scheduler, body->actor->serving,
                   reason_message(body, outcome));
}

static void log_unknown(struct body *body, const char *kind,
                        const char *name) {
  char who[WORDS_WHO_SIZE];
  body_who(body, who);
  atomic_fetch_add_explicit(&body->script->unhandled, 1,
                            memory_order_relaxed);
  log_write(body->script->log, LOG_WARN, who, "no handler for %s %s", kind,
            name);
}

void answer_unknown(lua_State *L, struct body *body) {
  if (body->tracing != NULL)
    tracing_handled(body, body->request, RECORD_UNKNOWN, NULL);
  if (body->request->kind == MESSAGE_CALL) {
    scheduler_end_wait(body->script->scheduler, body->actor->serving,
                       OUTCOME_UNKNOWN);
    return;
  }
  lua_settop(L, 3);
  log_unknown(body, body->request->kind == MESSAGE_CAST ? "cast" : "info",
              failure_describe(L, 3));
}

void answer_refuse(struct body *body, struct message *message) {
  struct waiter waiter = {message->sender, message->epoch};
  body->actor->serving = (struct waiter){ID_NONE, 0};
  scheduler_end_wait(body->script->scheduler, waiter, OUTCOME_UNKNOWN);
}

void answer_log_unknown(struct body *body, struct message *message) {
  (void)message;
  log_unknown(body, "a cast:", "this is a script without a behaviour");
}

/* Anybody may reply from now on, whatever becomes of this actor's handler. */
static void defer_wait(struct body *body, struct waiter from) {
  struct actor *caller =
      directory_find(body->script->scheduler->directory, from.pid);
  if (caller != NULL) actor_wait_defer(caller, from.epoch);
}

int answer_lua_from(lua_State *L) {
  struct body *body = body_of(L);
  struct message *request = body->request;
  struct waiter from = {ID_NONE, 0};
  if (request != NULL) from.pid = request->sender;
  if (request != NULL && request->kind == MESSAGE_CALL) {
    from.epoch = request->epoch;
    body->from_taken = true;
    defer_wait(body, from);
  }
  if (from.pid == ID_NONE) {
    lua_pushnil(L);
    return 1;
  }
  value_push_from(L, from);
  return 1;
}

int answer_lua_reply(lua_State *L) {
  struct body *body = body_of(L);
  struct waiter from;
  struct message *message;
  if (!value_from(L, 1, &from))
    return failure_expected(L, "from", "what from() returned", 1);
  message = codec_pack(L, 2, lua_gettop(L) - 1, MESSAGE_OUTCOME);
  message->outcome = OUTCOME_REPLY;
  if (body->tracing != NULL) tracing_out(body, message, from.pid, NULL);
  if (from.epoch == 0) {
    message_free(message);
    lua_pushboolean(L, false);
    return 1;
  }
  lua_pushboolean(
      L, scheduler_answer(body->script->scheduler, from, message));
  return 1;
}
