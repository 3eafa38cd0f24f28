#include "script/reason.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "codec/format.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/script.h"

void reason_set(struct body *body, const struct fixed_reason *reason,
                bool normal) {
  buffer_clear(&body->reason);
  for (int attempt = 0;
       !buffer_append(&body->reason, reason->bytes, reason->size); attempt++)
    memory_await(attempt);
  body->reason_flags = 0;
  body->reason_normal = normal;
}

const char *reason_memory_text(const struct body *body,
                               char text[REASON_MEMORY_SIZE]) {
  size_t limit = body->memory_limit;
  bool set = limit == body->script->limits.memory;
  if (limit == SIZE_MAX)
    snprintf(text, REASON_MEMORY_SIZE, "not enough memory");
  else
    snprintf(text, REASON_MEMORY_SIZE, "not enough memory: %s %zu bytes",
             set ? "limits.memory is" : "its limit is", limit);
  return text;
}

void reason_memory(struct body *body) {
  char text[REASON_MEMORY_SIZE];
  unsigned char head[1 + VARINT_LARGEST], *at = head;
  size_t size = strlen(reason_memory_text(body, text));
  *at++ = TAG_LONG_STRING;
  at = codec_put_varint(at, size);
  buffer_clear(&body->reason);
  if (!buffer_append(&body->reason, head, (size_t)(at - head)) ||
      !buffer_append(&body->reason, text, size)) {
    reason_set(body, &body->script->nomem, false);
    return;
  }
  body->reason_flags = 0;
  body->reason_normal = false;
}

static void copy(struct body *body, const struct message *message) {
  buffer_clear(&body->reason);
  if (!buffer_append(&body->reason, message->bytes, message->size)) {
    reason_set(body, &body->script->nomem, false);
    return;
  }
  body->reason_flags = message->flags & MESSAGE_TABLES;
  body->reason_normal = message->flags & MESSAGE_NORMAL;
}

void reason_from(struct body *body, const struct message *message) {
  if (message->size == 0)
    reason_set(body, &body->script->noactor, false);
  else
    copy(body, message);
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

struct message *reason_message(struct body *body, enum outcome outcome) {
  size_t size = buffer_size(&body->reason);
  struct message *message = message_new(MESSAGE_OUTCOME, size);
  if (message == NULL) {
    message = message_need(MESSAGE_OUTCOME, 0);
    message->outcome = OUTCOME_EXIT;
    return message;
  }
  message->outcome = (uint8_t)outcome;
  message->count = 1;
  message->flags = body->reason_flags;
  memcpy(message->bytes, buffer_bytes(&body->reason), size);
  return message;
}

void reason_push(lua_State *L, const struct message *message) {
  if (message->size == 0)
    lua_pushliteral(L, "noactor");
  else
    codec_decode(L, message->bytes, message->size, message->flags);
}
