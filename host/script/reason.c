#include "script/reason.h"

#include <string.h>

#include "base/memory.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/script.h"

static void set_reason(struct body *body, const void *bytes, size_t size,
                       unsigned char flags, bool normal) {
  buffer_clear(&body->reason);
  for (int attempt = 0; !buffer_append(&body->reason, bytes, size); attempt++)
    memory_await(attempt);
  body->reason_flags = flags & MESSAGE_TABLES;
  body->reason_normal = normal;
}

void reason_set(struct body *body, const struct fixed_reason *reason,
                   bool normal) {
  set_reason(body, reason->bytes, reason->size, 0, normal);
}

void reason_from(struct body *body, const struct message *message) {
  if (message->size == 0)
    reason_set(body, &body->script->noactor, false);
  else
    set_reason(body, message->bytes, message->size, message->flags,
               message->flags & MESSAGE_NORMAL);
}

bool reason_is_normal(lua_State *L, int index) {
  if (lua_isnoneornil(L, index)) return true;
  return lua_type(L, index) == LUA_TSTRING &&
         strcmp(lua_tostring(L, index), "normal") == 0;
}

void reason_value(lua_State *L, int index) {
  struct body *body = body_of(L);
  bool normal = reason_is_normal(L, index);
  if (lua_isnoneornil(L, index)) {
    reason_set(body, &body->script->normal, true);
    return;
  }
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  codec_encode(L, index, "reason", &body->reason, &body->reason_flags);
  body->reason_normal = normal;
}

void reason_push(lua_State *L, const struct message *message) {
  if (message->size == 0)
    lua_pushliteral(L, "noactor");
  else
    codec_decode(L, message->bytes, message->size, message->flags);
}
