#include "script/inquiry.h"

#include <lauxlib.h>
#include <stdio.h>

#include "base/check.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/class.h"
#include "script/coroutine.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/natives.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

static const struct class inquiry_class = {
    "inquiry", "an inquiry", (const luaL_Reg[]){{NULL, NULL}}, NULL, NULL,
    false};

struct inquiry *inquiry_new(lua_State *L, uint32_t capacity) {
  struct inquiry *inquiry;
  luaL_checkstack(L, 24, NULL);
  lua_newtable(L);
  inquiry = class_new(L, &inquiry_class,
                      sizeof *inquiry + capacity * sizeof inquiry->asked[0]);
  inquiry->until = tick_add(
      scheduler_now(body_of(L)->script->scheduler), INQUIRY_SPAN);
  inquiry->capacity = capacity;
  return inquiry;
}

void inquiry_add(struct inquiry *inquiry, uint64_t pid,
                 struct waiter subject) {
  for (uint32_t i = 0; i < inquiry->count; i++)
    if (inquiry->asked[i].pid == pid) return;
  if (inquiry->count < inquiry->capacity && id_valid(pid))
    inquiry->asked[inquiry->count++] = (struct asked){pid, subject};
}

/* --- Entries -------------------------------------------------------------- */

/* Takes the value at the top; an empty text is none. */
static void set_field(lua_State *L, int entry, const char *name) {
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0)
    lua_pop(L, 1);
  else
    lua_setfield(L, entry, name);
}

static void set_text(lua_State *L, int entry, const char *name,
                     const char *text) {
  lua_pushstring(L, text);
  set_field(L, entry, name);
}

/* " (store.lua:12)" */
static const char *push_place(lua_State *L, const struct report *report) {
  if (*report->place == '\0') return lua_pushliteral(L, "");
  return lua_pushfstring(L, " (%s)", report->place);
}

static void push_waiting(lua_State *L, const struct report *report,
                         const char *what) {
  const char *place = push_place(L, report);
  bool lapsed = report->doing == REPORT_LAPSED;
  if (*report->request != '\0')
    lua_pushfstring(L, "has been in %s%s, %s for %s", report->request, place,
                    lapsed ? "and has waited in vain" : "waiting", what);
  else
    lua_pushfstring(L, "has %s for %s%s",
                    lapsed ? "waited in vain" : "been waiting", what, place);
  lua_remove(L, -2);
}

static void push_running(lua_State *L, const struct report *report) {
  const char *place = push_place(L, report);
  lua_pushfstring(L, "is running%s%s%s", *report->request != '\0' ? " " : "",
                  report->request, place);
  lua_remove(L, -2);
}

/* The sentence; `what` is what it waits for, or NULL. */
static void push_doing(lua_State *L, const struct report *report,
                       const char *what) {
  switch ((enum report_doing)report->doing) {
    case REPORT_NEW:
      lua_pushliteral(L, "has not begun to start");
      break;
    case REPORT_IDLE:
      lua_pushliteral(L, "is idle");
      break;
    case REPORT_FROZEN:
      lua_pushliteral(L, "waits until a module that it uses is reloaded");
      break;
    case REPORT_RUNNING:
      push_running(L, report);
      break;
    case REPORT_WAITING:
    case REPORT_LAPSED:
      push_waiting(L, report, what);
      break;
  }
}

/* What it was known to wait for stands; else the text at the top says it. */
static void keep_waits(lua_State *L, int entry) {
  if (lua_getfield(L, entry, "waits") == LUA_TNIL) {
    lua_pushvalue(L, -2);
    lua_setfield(L, entry, "waits");
  }
  lua_pop(L, 1);
}

static void fill(lua_State *L, int entry, const struct report *report) {
  struct scheduler *scheduler = body_of(L)->script->scheduler;
  const char *what = NULL;
  char text[WORDS_WAIT_SIZE];
  set_text(L, entry, "behaviour", report->behaviour);
  set_text(L, entry, "request", report->request);
  set_text(L, entry, "stack", report->stack);
  if (report->wait.kind != WAIT_NONE) {
    what = lua_pushstring(L, words_wait(scheduler, &report->wait, text));
    keep_waits(L, entry);
  }
  push_doing(L, report, what);
  lua_setfield(L, entry, "doing");
  lua_settop(L, entry);
}

/* Pushes the entry of the one whose turn it is. */
static void push_entry(lua_State *L, const struct inquiry *inquiry) {
  uint64_t pid = inquiry->asked[inquiry->at].pid;
  const char *name;
  int list = lua_gettop(L) - 1;
  if (lua_rawgeti(L, list, (lua_Integer)inquiry->at + 1) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 6);
  field_pid(L, "pid", pid);
  name = words_name(body_of(L)->script->scheduler, pid);
  field_text(L, "behaviour", name);
  failure_set_name(L, pid);
  lua_pushvalue(L, -1);
  lua_rawseti(L, list, (lua_Integer)inquiry->at + 1);
}

static void note_silence(lua_State *L, struct inquiry *inquiry,
                         const char *why) {
  push_entry(L, inquiry);
  field_text(L, "doing", why);
  lua_pop(L, 1);
  inquiry->at++;
}

/* It could not be interrupted to say what it is doing. */
static void note_late(lua_State *L, struct inquiry *inquiry) {
  struct script *script = body_of(L)->script;
  uint64_t pid = inquiry->asked[inquiry->at].pid;
  const char *name = words_name(script->scheduler, pid);
  const struct native *native =
      name != NULL ? natives_find(script, name) : NULL;
  note_silence(L, inquiry,
               native != NULL
                   ? script->natives_face->silence(native, pid)
                   : "did not say in time what it is doing");
}

static void note_report(lua_State *L, struct inquiry *inquiry,
                        const struct report *report) {
  push_entry(L, inquiry);
  fill(L, lua_gettop(L), report);
  inquiry->heard(L, inquiry, report);
  lua_pop(L, 1);
  inquiry->at++;
}

/* --- Asking --------------------------------------------------------------- */

static int after_report(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  struct message *outcome = body->outcome;
  struct inquiry *inquiry = lua_touserdata(L, -1);
  struct report report;
  (void)status;
  (void)context;
  if (outcome->outcome == OUTCOME_REPLY) {
    report_read(outcome, &report);
    note_report(L, inquiry, &report);
  } else if (outcome->outcome == OUTCOME_NOACTOR) {
    note_silence(L, inquiry, "has ended");
  } else {
    note_late(L, inquiry);
  }
  return inquiry_run(L);
}

static void note_self(lua_State *L, struct inquiry *inquiry) {
  struct body *body = body_of(L);
  struct report report;
  report_own(body, &body->scratch, &report);
  note_report(L, inquiry, &report);
}

/* True: it has been asked, and this actor must wait. */
static bool ask(lua_State *L, struct inquiry *inquiry) {
  struct body *body = body_of(L);
  const struct asked *asked = &inquiry->asked[inquiry->at];
  uint64_t epoch;
  bool begun;
  epoch = scheduler_wait(body->script->scheduler, body->actor, WAIT_REPORT,
                         ID_NONE, inquiry->until);
  if (epoch == 0) return false;
  if (report_ask(body, asked->pid, epoch, REPORT_BRIEF, asked->subject))
    return true;
  actor_wait_end(body->actor, epoch, &begun);
  return false;
}

int inquiry_run(lua_State *L) {
  struct body *body = body_of(L);
  struct inquiry *inquiry = lua_touserdata(L, -1);
  for (;;) {
    if (inquiry->at == inquiry->count) return inquiry->finish(L, inquiry);
    if (inquiry->asked[inquiry->at].pid == body_pid(body))
      note_self(L, inquiry);
    else if (scheduler_now(body->script->scheduler) >= inquiry->until ||
             !coroutine_can_wait(L))
      note_late(L, inquiry);
    else if (ask(L, inquiry))
      return coroutine_wait(L, HOST_WAIT, 0, after_report);
    else
      note_silence(L, inquiry, "has ended");
  }
}
