#include "script/face_registry.h"

#include <lauxlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/entity.h"
#include "script/failure.h"
#include "script/name.h"
#include "script/script.h"
#include "script/tracing.h"
#include "script/value.h"
#include "script/wait.h"

static struct registry *registry_of(lua_State *L) {
  return body_of(L)->script->scheduler->registry;
}

/* Pushes the canonical form, which the key points into. */
static struct key check_key(lua_State *L, const char *what) {
  struct key key;
  if (!codec_key(L, 1))
    failure_expected(L, what, "a string, an integer or a list of these", 1);
  key.bytes = lua_tolstring(L, -1, &key.size);
  return key;
}

int registry_lua_whereis(lua_State *L) {
  uint64_t pid;
  registry_find(registry_of(L), check_key(L, "key"), &pid);
  value_push_pid(L, pid);
  return 1;
}

int registry_lua_register(lua_State *L) {
  uint64_t holder;
  struct key key;
  lua_settop(L, 1);
  key = check_key(L, "key");
  switch (registry_register(registry_of(L), key, body_of(L)->actor,
                            &holder)) {
    case STATUS_OK:
      lua_pushboolean(L, true);
      return 1;
    case STATUS_EXISTS:
      return name_taken(L, key, holder, registry_lua_register);
    case STATUS_INVALID:
      return failure_raise(L, FAILURE_BADARGUMENT,
                           "this key is a pool's: its workers are started");
    default:
      return luaL_error(L, "not enough memory");
  }
}

int registry_lua_unregister(lua_State *L) {
  struct waiters freed = {NULL, 0, 0};
  enum status status =
      registry_unregister(registry_of(L), check_key(L, "key"),
                          body_of(L)->actor, &freed);
  scheduler_end_waits(body_of(L)->script->scheduler, &freed, OUTCOME_RETRY);
  lua_pushboolean(L, status == STATUS_OK);
  return 1;
}

int registry_lua_join(lua_State *L) {
  if (registry_join(registry_of(L), check_key(L, "group"),
                    body_of(L)->actor) != STATUS_OK)
    return luaL_error(L, "not enough memory");
  lua_pushboolean(L, true);
  return 1;
}

int registry_lua_leave(lua_State *L) {
  lua_pushboolean(L, registry_leave(registry_of(L), check_key(L, "group"),
                                    body_of(L)->actor) == STATUS_OK);
  return 1;
}

/* The members' pids as a string of words, which the state owns: what follows
** may raise. */
static const char *push_members(lua_State *L, size_t *count) {
  uint64_t *pids;
  struct key key = check_key(L, "group");
  if (registry_members(registry_of(L), key, &pids, count) != STATUS_OK)
    luaL_error(L, "not enough memory");
  if (*count > 0) {
    buffer_clear(&body_of(L)->scratch);
    if (!buffer_append(&body_of(L)->scratch, pids, *count * sizeof *pids))
      *count = 0;
    memory_free(pids);
  }
  lua_pushlstring(L, buffer_bytes(&body_of(L)->scratch),
                  *count * sizeof *pids);
  return lua_tostring(L, -1);
}

static uint64_t member(const char *members, size_t index) {
  uint64_t pid;
  memcpy(&pid, members + index * sizeof pid, sizeof pid);
  return pid;
}

int registry_lua_members(lua_State *L) {
  size_t count;
  const char *members = push_members(L, &count);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    value_push_pid(L, member(members, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* publish(group, request, ...): encoded once, copied to each; never waits. */
int registry_lua_publish(lua_State *L) {
  struct body *body = body_of(L);
  int values = lua_gettop(L) - 1;
  size_t count, delivered = 0;
  const char *members = push_members(L, &count);
  struct message *message = codec_pack(L, 2, values, MESSAGE_CAST);
  message->sender = body_pid(body);
  meter_sending(body->actor, message);
  if (body->tracing != NULL)
    tracing_out(body, message, ID_NONE, "a group");
  for (size_t i = 0; i < count; i++) {
    struct message *copy = message_copy(message);
    if (copy == NULL) break;
    copy->target = member(members, i);
    if (scheduler_post(body->script->scheduler, copy, READY_QUEUE) ==
        STATUS_OK)
      delivered++;
    else
      message_free(copy);
  }
  message_free(message);
  counter_add(&body->actor->messages_out, delivered);
  lua_pushinteger(L, (lua_Integer)delivered);
  lua_pushinteger(L, (lua_Integer)(count - delivered));
  return 2;
}

static bool collect_key(void *context, struct key key, uint64_t pid) {
  struct buffer *keys = context;
  uint32_t size = (uint32_t)key.size;
  (void)pid;
  if (entity_owns(key)) return true;
  return buffer_append(keys, &size, sizeof size) &&
         buffer_append(keys, key.bytes, key.size);
}

int registry_lua_keys(lua_State *L) {
  struct buffer *keys = &body_of(L)->scratch;
  lua_Integer count = 0;
  buffer_clear(keys);
  registry_keys(registry_of(L), collect_key, keys);
  lua_newtable(L);
  while (buffer_size(keys) > 0) {
    uint32_t size;
    memcpy(&size, buffer_bytes(keys), sizeof size);
    codec_push_key(L, buffer_bytes(keys) + sizeof size, size);
    lua_rawseti(L, -2, ++count);
    buffer_consume(keys, sizeof size + size);
  }
  return 1;
}
