/*
** An actor's end: the reason is put into bytes while the state still works;
** the door is shut; `terminate` runs, and may still make calls; sockets are
** closed; everybody is told (core/links.c); and last, when nobody can find the
** actor any more, its state is closed, which runs finalisers.
*/
#include "script/ending.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "core/links.h"
#include "script/call.h"
#include "script/codec.h"
#include "script/dispatch.h"
#include "script/failure.h"
#include "script/socket.h"
#include "script/start.h"
#include "script/state.h"
#include "script/turn.h"
#include "script/wait.h"

static void set_reason(struct body *body, const void *bytes, size_t size,
                       unsigned char flags, bool normal) {
  buffer_clear(&body->reason);
  CHECK(buffer_append(&body->reason, bytes, size), "no memory for a reason");
  body->reason_flags = flags & MESSAGE_TABLES;
  body->reason_normal = normal;
}

void ending_reason(struct body *body, const struct fixed_reason *reason,
                   bool normal) {
  set_reason(body, reason->bytes, reason->size, 0, normal);
}

void ending_reason_from(struct body *body, const struct message *message) {
  if (message->size == 0)
    ending_reason(body, &body->script->normal, true);
  else
    set_reason(body, message->bytes, message->size, message->flags,
               message->flags & MESSAGE_NORMAL);
}

bool ending_is_normal(lua_State *L, int index) {
  const char *text;
  if (lua_isnoneornil(L, index)) return true;
  if (lua_type(L, index) != LUA_TSTRING) return false;
  text = lua_tostring(L, index);
  return strcmp(text, "normal") == 0 || strcmp(text, "shutdown") == 0;
}

void ending_reason_value(lua_State *L, int index) {
  struct body *body = body_of(L);
  bool normal = ending_is_normal(L, index);
  if (lua_isnoneornil(L, index)) {
    ending_reason(body, &body->script->normal, true);
    return;
  }
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  codec_encode(L, index, "reason", &body->reason, &body->reason_flags);
  body->reason_normal = normal;
}

/* --- An error nobody caught -------------------------------------------------- */

static bool last_hop_is_own(lua_State *L, int index) {
  bool own;
  lua_getfield(L, index, "trace");
  if (lua_type(L, -1) != LUA_TTABLE) {
    lua_pop(L, 1);
    return false;
  }
  lua_rawgeti(L, -1, (lua_Integer)lua_rawlen(L, -1));
  own = false;
  if (lua_type(L, -1) == LUA_TTABLE) {
    lua_getfield(L, -1, "pid");
    own = lua_touserdata(L, -1) ==
          (void *)(uintptr_t)atomic_load_explicit(&body_of(L)->actor->pid,
                                                  memory_order_relaxed);
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
  return own;
}

/* [error, light userdata: the stack's text] -> the printed error; encodes the
** error object into body->reason. */
static int describe_error(lua_State *L) {
  struct body *body = body_of(L);
  struct buffer *stack = lua_touserdata(L, 2);
  lua_settop(L, 1);
  failure_from(L);
  if (!last_hop_is_own(L, 1)) {
    const char *request = wait_push_request(L);
    failure_add_hop(L, 1, request, buffer_bytes(stack), buffer_size(stack));
    lua_settop(L, 1);
  }
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  codec_encode(L, 1, "error", &body->reason, &body->reason_flags);
  luaL_tolstring(L, 1, NULL);
  return 1;
}

static void log_crash(struct body *body, const char *text, size_t size) {
  char who[ID_TEXT_SIZE + 80];
  start_who(body, who, sizeof who);
  log_text(body->script->log, LOG_ERROR, who, text, size);
}

void ending_reason_error(struct body *body, bool quiet) {
  lua_State *L = body->L;
  struct buffer stack;
  const char *text;
  size_t size;
  buffer_init(&stack);
  failure_stack(L, 0, &stack);
  turn_unwind(body);
  body->reason_normal = false;
  lua_settop(L, 1);
  lua_pushcfunction(L, describe_error);
  lua_insert(L, 1);
  lua_pushlightuserdata(L, &stack);
  body->blocked++;
  if (lua_pcall(L, 2, 1, 0) != LUA_OK)
    ending_reason(body, &body->script->nomem, false);
  body->blocked--;
  text = lua_tolstring(L, -1, &size);
  if (text == NULL) text = "an error that cannot be shown", size = 29;
  if (body->start.kind != START_BEHAVIOUR) {
    start_keep_text(body, text, size);
  } else if (!quiet) {
    log_crash(body, text, size);
  }
  lua_settop(L, 0);
  buffer_deinit(&stack);
}

/* --- The end ----------------------------------------------------------------- */

enum step ending_begin(struct body *body) {
  mailbox_shut(&body->actor->mailbox);
  if (!body->started || !dispatch_has(body, "terminate"))
    return ending_finish(body);
  body->deadline = 0;
  body->request_deadline = TICK_NEVER;
  switch (turn_run(body, ACTIVITY_TERMINATE)) {
    case RUN_SUSPENDED:
      return STEP_WAIT;
    case RUN_FAILED:
      ending_reason_error(body, false);
      break;
    default:
      break;
  }
  return ending_finish(body);
}

static void answer_stop(struct scheduler *scheduler, struct message *stop) {
  if (stop != NULL) links_refuse(scheduler, stop, NULL);
}

enum step ending_finish(struct body *body) {
  struct script *script = body->script;
  struct scheduler *scheduler = script->scheduler;
  struct reason reason = {buffer_bytes(&body->reason),
                          buffer_size(&body->reason), body->reason_normal,
                          body->reason_flags};
  struct message *stop = body->stop;
  struct message *request = body->request;
  body->stop = body->request = NULL;
  socket_close_all(body);
  links_end(scheduler, body->actor, &reason);
  answer_stop(scheduler, stop);
  if (request != NULL) scheduler->discard(scheduler, request);
  start_free_body(body);
  return STEP_ENDED;
}
