/*
** An actor's end: the reason is put into bytes while the state still works;
** the door is shut; `terminate` runs, and may still make calls, and then all
** finalisers that have not run; sockets are closed, and the state; last,
** everybody is told (core/links.c). The host hears of its script before that:
** who finds no actor any more finds its status.
*/
#include "script/ending.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "core/links.h"
#include "script/body.h"
#include "script/budget.h"
#include "script/codec.h"
#include "script/console.h"
#include "script/culprit.h"
#include "script/dispatch.h"
#include "script/doing.h"
#include "script/face_lease.h"
#include "script/failure.h"
#include "script/finaliser.h"
#include "script/gateway.h"
#include "script/life.h"
#include "script/park.h"
#include "script/reason.h"
#include "script/receive.h"
#include "script/run.h"
#include "script/script.h"
#include "script/socket.h"
#include "script/state.h"
#include "script/timer.h"
#include "script/tracing.h"
#include "script/upgrade.h"
#include "script/visit.h"

/* --- An error nobody caught ----------------------------------------------- */

/* As Lua raises it. */
static bool is_memory_error(lua_State *L) {
  return lua_type(L, 1) == LUA_TSTRING &&
         strcmp(lua_tostring(L, 1), "not enough memory") == 0 &&
         body_of(L)->memory_limit != SIZE_MAX;
}

/* [text] -> an error object that says which limit, the text its reason. */
static void name_limit(lua_State *L) {
  char text[REASON_MEMORY_SIZE];
  failure_push(L, FAILURE_EXIT, "%s", reason_memory_text(body_of(L), text));
  lua_insert(L, 1);
  lua_setfield(L, 1, "reason");
}

/* [error, light userdata: the stack's text] -> the printed error; encodes the
** error object into body->reason. */
static int describe_error(lua_State *L) {
  struct body *body = body_of(L);
  struct buffer *stack = lua_touserdata(L, 2);
  lua_settop(L, 1);
  if (is_memory_error(L)) name_limit(L);
  failure_from(L);
  body->timed_out = failure_kind(L, 1) == FAILURE_TIMEOUT;
  body->misfit =
      body->adopting && failure_kind(L, 1) == FAILURE_BADARGUMENT;
  if (!failure_is_own(L, 1)) {
    const char *request = doing_push(L);
    failure_add_hop(L, 1, request, buffer_bytes(stack), buffer_size(stack));
    lua_settop(L, 1);
  }
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  codec_encode(L, 1, "error", &body->reason, &body->reason_flags);
  luaL_tolstring(L, 1, NULL);
  return 1;
}

static void log_error(struct body *body, enum log_level level,
                      const char *text, size_t size) {
  char who[WORDS_WHO_SIZE];
  body_who(body, who);
  log_text(body->script->log, level, who, text, size);
}

/* A script's error is the host's to print; who starts an actor gets what its
** init raised, but a connection, or the console, was started by nobody; the log
** gets the rest. */
static void tell_end(struct body *body, const char *text, size_t size) {
  if (body->start.kind != START_BEHAVIOUR)
    body_keep_text(body, text, size);
  else if (body->started || body->actor->serving.pid == ID_NONE)
    log_error(body, LOG_ERROR, text, size);
}

/* The caller gets it, if it was a call. */
static void tell_request(struct body *body, const char *text, size_t size) {
  if (body->request == NULL || body->request->kind == MESSAGE_CALL ||
      body->request->kind == MESSAGE_VISIT)
    return;
  atomic_fetch_add_explicit(&body->script->unhandled, 1,
                            memory_order_relaxed);
  log_error(body, LOG_WARN, text, size);
}

/* [error] -> the printed error, or what was raised by describing it. */
static bool describe(struct body *body, struct buffer *stack) {
  lua_State *L = body->L;
  lua_settop(L, 1);
  lua_pushcfunction(L, describe_error);
  lua_insert(L, 1);
  lua_pushlightuserdata(L, stack);
  return lua_pcall(L, 2, 1, 0) == LUA_OK;
}

/* The one exception to "let it crash": the deadline that came with the request
** expired inside its handler. */
static bool is_request_timeout(struct body *body) {
  return body->timed_out && body->activity == ACTIVITY_MESSAGE &&
         body->request != NULL && body->request->kind == MESSAGE_CALL &&
         scheduler_now(body->script->scheduler) >= body->request->deadline;
}

/* Whatever its __tostring does, it does within the actor's limits, though an
** actor that is out of memory could not say so without the host's reserve. */
static void describe_safely(struct body *body, struct buffer *stack) {
  body->describing = true;
  body->blocked++;
  body->timed_out = false;
  /* If its __tostring raises, that is the error. */
  if (!describe(body, stack) && !describe(body, stack))
    reason_set(body, &body->script->nomem, false);
  body->blocked--;
  body->describing = false;
}

/* The error object at the top, and what has been noted of the stack, become
** body->reason. */
static void encode_ended(lua_State *L, const char *request) {
  struct body *body = body_of(L);
  const struct buffer *stack = &body->evidence;
  int error = lua_gettop(L);
  failure_add_hop(L, error, request, buffer_bytes(stack), buffer_size(stack));
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  codec_encode(L, error, "error", &body->reason, &body->reason_flags);
}

/* -> the printed error: encodes it into body->reason, as if it had been raised
** where the script was. */
static int describe_spent(lua_State *L) {
  const char *request = doing_push(L);
  char span[32];
  budget_text(body_of(L)->spent, span, sizeof span);
  failure_push(L, FAILURE_EXIT, "used %s of CPU time%s%s", span,
               request != NULL ? " in " : "", request != NULL ? request : "");
  encode_ended(L, request);
  lua_pushcfunction(L, failure_tostring); /* whatever the script made of it */
  lua_pushvalue(L, 2);
  lua_call(L, 1, 1);
  return 1;
}

/* The same for a visit, of which there is nothing to be printed. */
static int describe_cut(lua_State *L) {
  struct body *body = body_of(L);
  const char *request = doing_push(L);
  char span[32];
  budget_text(body->spent, span, sizeof span);
  if (body->condemned)
    failure_push(L, FAILURE_INTERRUPTED, "%s was interrupted", request);
  else
    failure_push(L, FAILURE_INTERRUPTED, "%s has used %s of CPU time",
                 request, span);
  encode_ended(L, request);
  return 0;
}

/* As host code, above whatever is on the stack of the main thread, suspended or
** failed: nothing there runs again. */
static void tell_spent(struct body *body) {
  lua_State *L = body->L;
  const char *text;
  size_t size;
  body->reason_normal = false;
  body->memory_limit = SIZE_MAX;
  body->blocked++;
  if (lua_checkstack(L, 1)) {
    lua_pushcfunction(L, describe_spent);
    if (lua_pcall(L, 0, 1, 0) != LUA_OK)
      reason_set(body, &body->script->nomem, false);
    text = lua_tolstring(L, -1, &size);
    if (text != NULL) tell_end(body, text, size);
  }
  body->blocked--;
}

void ending_die(struct body *body) {
  body->suspended = body->dying = false;
  body->killed = true;
  if (body->activity != ACTIVITY_TERMINATE && body->activity != ACTIVITY_LAST)
    reason_set(body, &body->script->killed, false);
  if (body->spent != 0) tell_spent(body);
}

void ending_reason_cut(struct body *body, bool noted) {
  lua_State *L = body->L;
  if (!noted) {
    buffer_clear(&body->evidence);
    failure_stack(L, 0, &body->evidence);
  }
  run_unwind(body);
  lua_settop(L, 0);
  body->reason_normal = false;
  body->describing = true;
  body->blocked++;
  lua_pushcfunction(L, describe_cut);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK)
    reason_set(body, &body->script->nomem, false);
  body->blocked--;
  body->describing = false;
  body->spent = 0;
  lua_settop(L, 0);
}

bool ending_reason_error(struct body *body, bool ends) {
  lua_State *L = body->L;
  struct buffer stack;
  const char *text;
  size_t size;
  buffer_init(&stack);
  failure_stack(L, 0, &stack);
  run_unwind(body);
  body->reason_normal = false;
  describe_safely(body, &stack);
  if (unlikely(body->dying)) { /* it was killed by then, or spent */
    buffer_deinit(&stack);
    ending_die(body);
    return true;
  }
  ends = ends && !is_request_timeout(body);
  text = lua_tolstring(L, -1, &size);
  if (text == NULL) text = "an error that cannot be shown", size = 29;
  if (ends)
    tell_end(body, text, size);
  else
    tell_request(body, text, size);
  lua_settop(L, 0);
  buffer_deinit(&stack);
  return ends;
}

/* --- The end -------------------------------------------------------------- */

enum step ending_begin(struct body *body) {
  mailbox_shut(&body->actor->mailbox);
  room_close(body->script->scheduler, body->actor);
  run_end_strands(body);
  upgrade_ended(body); /* it handles nothing more: see upgrade.c, freeze */
  if (!body->started || !body->has_terminate)
    return ending_finish(body);
  body->deadline = 0;
  body->request_deadline = TICK_NEVER;
  switch (run_begin(body, ACTIVITY_TERMINATE)) {
    case RUN_SUSPENDED:
      return body->preempted ? STEP_AGAIN : STEP_WAIT;
    case RUN_FAILED:
      ending_reason_error(body, true);
      break;
    case RUN_EXITING:
      run_unwind(body);
      break;
    case RUN_DYING:
      ending_die(body);
      break;
    default:
      break;
  }
  return ending_finish(body);
}

/* The host stops, and this one would not: what holds it up? */
void ending_log_late(struct body *body) {
  static const char message[] = "did not stop in time\n";
  struct buffer text;
  char who[WORDS_WHO_SIZE];
  buffer_init(&text);
  if (buffer_append(&text, message, sizeof message - 1) && body->L != NULL)
    failure_stack(body->L, 0, &text);
  body_who(body, who);
  log_text(body->script->log, LOG_WARN, who, buffer_bytes(&text),
           buffer_size(&text));
  buffer_deinit(&text);
}

/* body->reason -> its text. */
static int show_reason(lua_State *L) {
  struct body *body = body_of(L);
  codec_decode(L, buffer_bytes(&body->reason), buffer_size(&body->reason),
               body->reason_flags);
  luaL_tolstring(L, -1, NULL);
  return 1;
}

/* A script that ends for a reason that is no normal one (it exited with it, or
** was linked to somebody who did, or was killed) has failed, and says so. */
static void tell_reason(struct body *body) {
  lua_State *L = body->L;
  char memory[REASON_MEMORY_SIZE];
  const char *text =
      body->killed ? "killed" : reason_memory_text(body, memory);
  size_t size = strlen(text);
  if (body->start.kind == START_BEHAVIOUR || body->reason_normal ||
      body->text != NULL)
    return;
  body->blocked++;
  if (L != NULL && !body->killed && lua_checkstack(L, 1)) {
    lua_pushcfunction(L, show_reason);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK) text = lua_tolstring(L, -1, &size);
  }
  body->blocked--;
  body_keep_text(body, text, size);
}

static void answer_stop(struct scheduler *scheduler, struct message *stop) {
  if (stop != NULL) links_refuse(scheduler, stop, NULL);
}

/* By now the actor's slot may be another's: its pid is passed. */
static void log_lost(struct body *body, uint64_t pid, uint32_t count) {
  char text[ID_TEXT_SIZE], who[ID_TEXT_SIZE + 80];
  snprintf(who, sizeof who, "%s %s", id_text(pid, text),
           body->behaviour != NULL ? body->behaviour : "script");
  log_write(body->script->log, LOG_WARN, who,
            "ended with %u casts and infos unhandled", count);
}

static void tell_host(struct body *body) {
  struct script *script = body->script;
  if (body->start.console) console_ended(script->console, body->text);
  if (body->start.gateway) gateway_ended(script->gateway, body->killed);
  if (body->start.kind == START_BEHAVIOUR || script->ended == NULL) return;
  script->ended(script->context, body->text != NULL ? 1 : body->exit_status,
                body->text);
}

/* Nothing of the script runs after this. */
static void close_all(struct body *body) {
  socket_close_all(body);
  state_close(body);
  timer_stop_all(body);
  lease_close_all(body);
}

static enum step finish(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct reason reason;
  struct message *stop = body->stop;
  struct message *request;
  uint64_t pid = body_pid(body);
  uint32_t lost;
  park_end(body);
  run_end_strands(body);
  if (body->tracing != NULL) tracing_ended(body);
  upgrade_ended(body);
  run_give_up(body);
  request = body->request;
  body->stop = body->request = NULL;
  culprit_kill(body);
  receive_put_back(body);
  tell_reason(body);
  close_all(body);
  room_leave(scheduler, &body->room);
  tell_host(body);
  reason = (struct reason){buffer_bytes(&body->reason),
                           buffer_size(&body->reason), body->reason_normal,
                           body->reason_flags, body->verdict};
  lost = links_end(scheduler, body->actor, &reason);
  if (lost > 0 && !body->start.gateway) log_lost(body, pid, lost);
  answer_stop(scheduler, stop);
  visit_refuse_all(body);
  if (request != NULL) scheduler->discard(scheduler, request);
  life_free(body);
  return STEP_ENDED;
}

static enum step finalise(struct body *body) {
  run_end_strands(body);
  body->deadline = 0;
  body->request_deadline = TICK_NEVER;
  switch (run_begin(body, ACTIVITY_LAST)) {
    case RUN_DONE:
      break;
    case RUN_SUSPENDED:
      return body->preempted ? STEP_AGAIN : STEP_WAIT;
    case RUN_DYING:
      ending_die(body);
      break;
    default:
      run_unwind(body);
  }
  return finish(body);
}

enum step ending_finish(struct body *body) {
  bool remain = finaliser_remain(body);
  body->over = true;
  return remain ? finalise(body) : finish(body);
}
