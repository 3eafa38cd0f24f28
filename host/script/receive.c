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

static int after_receive(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *message = body->outcome;
  int count;
  (void)status;
  (void)context;
  body->receiving = false;
  if (message->kind == MESSAGE_OUTCOME)
    wait_raise(L, ID_NONE, "an info", 0);
  if (message->kind == MESSAGE_TIMER) {
    count = timer_unpack(L, message);
  } else if (message->kind == MESSAGE_DOWN) {
    lua_pushliteral(L, "down");
    value_push_pid(L, message->sender);
    reason_push(L, message);
    count = 3;
  } else {
    count = codec_unpack(L, message);
  }
  body->outcome = NULL;
  body->script->scheduler->discard(body->script->scheduler, message);
  return count;
}

int receive_lua_receive(lua_State *L) {
  struct body *body = body_of(L);
  if (body->has_behaviour)
    return luaL_error(L, "receive is for scripts; an actor with a behaviour "
                         "gets its infos in `info`");
  wait_check(L);
  wait_open(L, WAIT_RECEIVE, ID_NONE, false);
  body->receiving = true;
  return coroutine_wait(L, HOST_WAIT, 0, after_receive);
}
