#include "script/receive.h"

#include <lauxlib.h>

#include "script/body.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/timer.h"
#include "script/value.h"
#include "script/wait.h"


bool receive_ends(struct body *body) {
  bool begun;
  return actor_wait_end(body->actor, actor_wait_epoch(body->actor), &begun);
}

/* `tells`: of a DOWN also how it came. */
static int after_receive(lua_State *L, int status, lua_KContext tells) {
  struct body *body = body_of(L);
  struct message *message = body->outcome;
  int count;
  (void)status;
  body->receiving = false;
  receive_put_back(body);
  if (message->kind == MESSAGE_OUTCOME)
    wait_raise(L, ID_NONE, "an info", 0);
  if (message->kind == MESSAGE_TIMER) {
    count = timer_unpack(L, message);
  } else if (message->kind == MESSAGE_DOWN) {
    lua_pushliteral(L, "down");
    value_push_pid(L, message->sender);
    reason_push(L, message);
    lua_pushboolean(L, message->flags & MESSAGE_LINKED);
    lua_pushboolean(L, message->flags & MESSAGE_NORMAL);
    count = tells ? 5 : 3;
    lua_pop(L, 5 - count);
  } else {
    count = codec_unpack(L, message);
  }
  body->outcome = NULL;
  body->script->scheduler->discard(body->script->scheduler, message);
  return count;
}

bool receive_put_aside(struct body *body, struct message *message) {
  bool waits = message->kind == MESSAGE_CALL ||
               message->kind == MESSAGE_CAST || message->kind == MESSAGE_STOP;
  if (!body->task || !waits) return false;
  mailbox_keep(&body->actor->mailbox, message);
  message_queue_append(&body->aside, message);
  return true;
}

void receive_put_back(struct body *body) {
  if (body->aside.first != NULL)
    mailbox_put_back(&body->actor->mailbox, &body->aside);
}

static int receive(lua_State *L, bool tells) {
  struct body *body = body_of(L);
  bool working = body->task && body->activity == ACTIVITY_CONTINUE;
  if (body->has_behaviour && !working)
    return luaL_error(L, "receive is for scripts; an actor with a behaviour "
                         "gets its infos in `info`");
  wait_check(L);
  wait_open(L, WAIT_RECEIVE, ID_NONE, false);
  body->receiving = true;
  return coroutine_wait(L, HOST_WAIT, tells, after_receive);
}

int receive_lua_receive(lua_State *L) { return receive(L, false); }

int receive_lua_take(lua_State *L) { return receive(L, true); }
