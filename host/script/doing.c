#include "script/doing.h"

#include <stdio.h>
#include <string.h>

#include "script/coroutine.h"
#include "script/failure.h"
#include "script/script.h"

/* --- The request ---------------------------------------------------------- */

/* What is being done, where it is no request of somebody's; or NULL. */
static const char *activity_name(const struct body *body) {
  switch (body->activity) {
    case ACTIVITY_START:
      return body->start.kind == START_BEHAVIOUR ? "start" : NULL;
    case ACTIVITY_CONTINUE:
      return "continue";
    case ACTIVITY_TERMINATE:
      return "terminate";
    case ACTIVITY_PREPARE:
      return "upgrade";
    case ACTIVITY_MESSAGE:
      if (body->request == NULL) return NULL;
      if (body->request->kind == MESSAGE_DOWN) return "down";
      if (body->request->kind == MESSAGE_SOCKET) return "socket";
      if (body->request->kind == MESSAGE_TIMER) return "timer";
      return NULL;
    default:
      return NULL;
  }
}

static bool has_name(const struct body *body) {
  const struct message *request = body->request;
  return request != NULL && !body->unpacking && request->count > 0 &&
         message_class((enum message_kind)request->kind) == CLASS_USER;
}

const char *doing_text(const struct body *body, char text[DOING_SIZE]) {
  char name[CODEC_PEEK_SIZE];
  const char *kind = "info";
  if (body->activity == ACTIVITY_VISIT) {
    const struct visit_entry *visits = body->script->visits;
    snprintf(text, DOING_SIZE, "visit \"%s\"",
             visits[body->request->entry].name);
    return text;
  }
  if (!has_name(body)) return activity_name(body);
  if (body->request->kind == MESSAGE_CALL) kind = "call";
  if (body->request->kind == MESSAGE_CAST) kind = "cast";
  snprintf(text, DOING_SIZE, "%s %s", kind, codec_peek(body->request, name));
  return text;
}

const char *doing_push(lua_State *L) {
  char text[DOING_SIZE];
  return lua_pushstring(L, doing_text(body_of(L), text)); /* nil for NULL */
}

int doing_throw(lua_State *L) {
  struct body *body = body_of(L);
  int error = lua_gettop(L);
  const char *request = doing_push(L);
  buffer_clear(&body->scratch);
  failure_stack(L, 1, &body->scratch);
  failure_add_hop(L, error, request, buffer_bytes(&body->scratch),
                  buffer_size(&body->scratch));
  lua_settop(L, error);
  return lua_error(L);
}

/* --- Waits ---------------------------------------------------------------- */

bool doing_waits(const struct body *body, const lua_State *running) {
  return body->suspended && !body->preempted && running == NULL;
}

struct wait_edge doing_wait(struct actor *actor) {
  return (struct wait_edge){actor_wait_epoch(actor), actor_wait_last(actor),
                            actor_wait_target(actor)};
}

/* --- The stacks ----------------------------------------------------------- */

#define SHOWN 8 /* coroutines, the innermost */

void doing_nest(const struct body *body, const lua_State *running,
                struct doing_nest *nest) {
  lua_State *thread = body->L;
  nest->depth = 0;
  while (thread != NULL) {
    nest->threads[nest->depth++ % DOING_NEST] = thread;
    thread = thread == running ? NULL : coroutine_inner(thread);
  }
}

lua_State *doing_nest_at(const struct doing_nest *nest, int n) {
  if (n >= nest->depth || n >= DOING_NEST) return NULL;
  return nest->threads[(nest->depth - 1 - n) % DOING_NEST];
}

bool doing_stack(struct body *body, lua_State *running, struct buffer *out) {
  struct doing_nest nest;
  lua_State *thread;
  doing_nest(body, running, &nest);
  for (int i = 0; i < SHOWN; i++) {
    if ((thread = doing_nest_at(&nest, i)) == NULL) break;
    if (i > 0 && !buffer_append(out, "\n", 1)) return false;
    if (!failure_stack(thread, 0, out)) return false;
  }
  return true;
}

static bool find_place(lua_State *thread, bool own, char *text) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(thread, level, &frame); level++) {
    lua_getinfo(thread, "Sl", &frame);
    if (frame.currentline <= 0) continue;
    if (own && strncmp(frame.source, "=troupe/", 8) == 0) continue;
    snprintf(text, DOING_PLACE_SIZE, "%s:%d", frame.short_src,
             frame.currentline);
    return true;
  }
  return false;
}

static bool find_innermost(struct body *body, lua_State *running, bool own,
                           char *text) {
  struct doing_nest nest;
  lua_State *thread;
  text[0] = '\0';
  doing_nest(body, running, &nest);
  for (int i = 0; (thread = doing_nest_at(&nest, i)) != NULL; i++)
    if (find_place(thread, own, text)) return true;
  return false;
}

const char *doing_place(struct body *body, lua_State *running,
                        char text[DOING_PLACE_SIZE]) {
  find_innermost(body, running, false, text);
  return text;
}

const char *doing_own_place(struct body *body, lua_State *running,
                            char text[DOING_PLACE_SIZE]) {
  if (!find_innermost(body, running, true, text))
    find_innermost(body, running, false, text);
  return text;
}
