#include "script/deadlock.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/doing.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/inquiry.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

bool deadlock_look(struct body *body) {
  circle_free(&body->circle);
  return circle_close(body->script->scheduler, body->actor, &body->circle);
}

/* --- The message ---------------------------------------------------------- */

static void push_head(lua_State *L, const struct wait_edge *wait, int count) {
  char text[ID_TEXT_SIZE];
  const char *self = id_text(body_pid(body_of(L)), text);
  if (count > 1)
    lua_pushfstring(L, "%s would wait for itself:", self);
  else if (wait->kind == WAIT_CALL)
    lua_pushfstring(L, "%s calls itself", self);
  else if (wait->kind == WAIT_CHECKOUT)
    lua_pushfstring(L, "%s waits for a worker of a pool, and has all of them",
                    self);
  else
    lua_pushfstring(L, "%s waits for itself", self);
}

/* Appends a text field of the entry to the text at the top. */
static void add_field(lua_State *L, int entry, const char *before,
                      const char *name) {
  if (lua_getfield(L, entry, name) != LUA_TSTRING) {
    lua_pop(L, 1);
    return;
  }
  lua_pushstring(L, before);
  lua_insert(L, -2);
  lua_concat(L, 3);
}

static void add_name(lua_State *L, int entry) {
  if (lua_getfield(L, entry, "name") == LUA_TSTRING) {
    lua_pushfstring(L, " (%s)", lua_tostring(L, -1));
    lua_remove(L, -2);
    lua_concat(L, 2);
  } else {
    lua_pop(L, 1);
  }
}

/* Appends the line of the entry at the top to the text below it. */
static void add_line(lua_State *L) {
  char text[ID_TEXT_SIZE];
  int entry = lua_gettop(L);
  lua_getfield(L, entry, "pid");
  lua_pushfstring(L, "\n  %s", id_text(value_pid(L, -1), text));
  lua_remove(L, -2);
  add_field(L, entry, " ", "behaviour");
  add_name(L, entry);
  add_field(L, entry, ", in ", "request");
  add_field(L, entry, ", waits for ", "waits");
  lua_remove(L, entry);
  lua_concat(L, 2);
}

/* What an entry was found to wait for stands: it is what made the circle. */
static void heard(lua_State *L, struct inquiry *inquiry,
                  const struct report *report) {
  (void)L;
  (void)inquiry;
  (void)report;
}

/* The stack: error, list, inquiry. */
static int finish(lua_State *L, struct inquiry *inquiry) {
  int error = lua_gettop(L) - 2;
  uint32_t count = inquiry->count > 1 ? inquiry->count : 0;
  lua_getfield(L, error, "message");
  for (uint32_t i = 1; i <= count; i++) {
    lua_rawgeti(L, error + 1, i);
    add_line(L);
  }
  lua_setfield(L, error, "message");
  lua_pop(L, 1);
  lua_setfield(L, error, "circle");
  return doing_throw(L);
}

/* --- Raising -------------------------------------------------------------- */

static void add_entry(lua_State *L, struct inquiry *inquiry,
                      const struct circle_member *member) {
  struct scheduler *scheduler = body_of(L)->script->scheduler;
  char text[WORDS_WAIT_SIZE];
  lua_createtable(L, 0, 6);
  field_pid(L, "pid", member->pid);
  field_text(L, "behaviour", words_name(scheduler, member->pid));
  failure_set_name(L, member->pid);
  field_text(L, "waits", words_wait(scheduler, &member->wait, text));
  inquiry_add(inquiry, member->pid, (struct waiter){ID_NONE, 0});
  lua_rawseti(L, -3, inquiry->count);
}

int deadlock_raise(lua_State *L) {
  struct circle *circle = &body_of(L)->circle;
  struct inquiry *inquiry;
  ASSERT(circle->count > 0, "deadlock_closed has found one");
  push_head(L, &circle->members[0].wait, (int)circle->count);
  failure_push(L, FAILURE_DEADLOCK, "%s", lua_tostring(L, -1));
  failure_set_begun(L, -1, false);
  inquiry = inquiry_new(L, circle->count);
  inquiry->heard = heard;
  inquiry->finish = finish;
  for (uint32_t i = 0; i < circle->count; i++)
    add_entry(L, inquiry, &circle->members[i]);
  circle_free(circle);
  return inquiry_run(L);
}
