#include "script/face_inspect.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/tick.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/module_store.h"
#include "script/notes.h"
#include "script/overload.h"
#include "script/report.h"
#include "script/script.h"
#include "script/target.h"
#include "script/value.h"
#include "script/wait.h"
#include "script/words.h"

/* How long one is asked, and one that is known to be in a function of C;
** nanoseconds. */
#define PATIENCE TICK_SECOND
#define PATIENCE_ASTRAY (TICK_SECOND / 20)

static struct script *script_of(lua_State *L) { return body_of(L)->script; }

static struct directory *directory_of(lua_State *L) {
  return script_of(L)->scheduler->directory;
}

/* --- Pids ----------------------------------------------------------------- */

int inspect_lua_pid(lua_State *L) {
  const char *text = luaL_checkstring(L, 1);
  char again[ID_TEXT_SIZE];
  unsigned node, slot, generation;
  uint64_t pid;
  lua_pushnil(L);
  if (sscanf(text, "<%u.%u.%u>", &node, &slot, &generation) != 3 ||
      node != 0 || slot == 0 || slot >= ID_SLOT_LIMIT)
    return 1;
  pid = id_make(slot, generation);
  if (strcmp(id_text(pid, again), text) == 0) value_push_pid(L, pid);
  return 1;
}

int inspect_lua_occupant(lua_State *L) {
  lua_Integer slot = luaL_checkinteger(L, 1);
  struct actor *actor = NULL;
  uint64_t pid = ID_NONE;
  if (slot > 0 && slot < ID_SLOT_LIMIT)
    actor = directory_slot(directory_of(L), id_make((uint32_t)slot, 1));
  if (actor != NULL)
    pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  if (directory_find(directory_of(L), pid) == NULL)
    lua_pushnil(L);
  else
    value_push_pid(L, pid);
  return 1;
}

int inspect_lua_behaviour(lua_State *L) {
  const char *name = NULL;
  if (value_is_pid(L, 1))
    name = words_name(script_of(L)->scheduler, target_pid(L, 1));
  lua_pushstring(L, name); /* NULL: nil */
  return 1;
}

/* --- A target ------------------------------------------------------------- */

static int no_actor(lua_State *L, uint64_t pid) {
  target_push_absent(L, pid);
  return wait_throw(L);
}

/* The pid of a live one. */
static uint64_t check_target(lua_State *L) {
  uint64_t pid = target_pid(L, 1);
  if (directory_find(directory_of(L), pid) == NULL) no_actor(L, pid);
  return pid;
}

/* --- Who does not answer -------------------------------------------------- */

static void set_wait(lua_State *L, struct actor *actor) {
  struct wait_edge edge;
  char text[WORDS_WAIT_SIZE];
  bool deferred;
  uint64_t now = worker_now(worker_current());
  uint64_t since =
      atomic_load_explicit(&actor->wait.since, memory_order_relaxed);
  if (!actor_wait_look(&actor->wait, &edge, &deferred)) return;
  field_text(L, "waits", words_wait(script_of(L)->scheduler, &edge, text));
  field_pid(L, "target", edge.target);
  field_number(L, "since", tick_seconds(since, now));
}

static bool is_astray(struct actor *actor) {
  return actor != NULL &&
         atomic_load_explicit(&actor->astray, memory_order_relaxed);
}

static int push_silent(lua_State *L, uint64_t pid) {
  struct actor *actor = directory_find(directory_of(L), pid);
  const char *name;
  if (actor == NULL) return no_actor(L, pid);
  name = atomic_load_explicit(&actor->name, memory_order_acquire);
  lua_createtable(L, 0, 7);
  field_pid(L, "pid", pid);
  field_text(L, "behaviour", name);
  field_text(L, "doing", "silent");
  field_text(L, "silent",
             is_astray(actor)
                 ? "it is inside a function of C that does not come back"
                 : "it does not answer: its turn has not come, or it is inside "
                   "a function of C");
  set_wait(L, actor);
  return 1;
}

/* --- Asking --------------------------------------------------------------- */

static int after_answer(lua_State *L, int status, lua_KContext context) {
  struct message *outcome = wait_outcome(L);
  uint64_t pid = target_pid(L, 1);
  (void)status;
  (void)context;
  if (outcome->outcome == OUTCOME_TIMEOUT) return push_silent(L, pid);
  if (outcome_is_early(outcome->outcome))
    wait_raise(L, pid, "a report of ", 1);
  if (outcome->outcome != OUTCOME_REPLY) return no_actor(L, pid);
  codec_unpack(L, outcome);
  return lua_isnil(L, -1) ? push_silent(L, pid) : 1;
}

/* Takes the message; the body frees it, as reading it may raise. */
static void push_values(lua_State *L, struct message *message) {
  struct body *body = body_of(L);
  if (body->outcome != NULL) {
    struct scheduler *scheduler = body->script->scheduler;
    scheduler->discard(scheduler, body->outcome);
  }
  body->outcome = message;
  codec_unpack(L, message);
  if (lua_isnil(L, -1)) luaL_error(L, "not enough memory");
}

static int push_own(lua_State *L, enum report_about about) {
  struct body *body = body_of(L);
  push_values(L, body->script->dossier(body, L, about == REPORT_ALL));
  return 1;
}

static int ask(lua_State *L, enum report_about about) {
  struct body *body = body_of(L);
  uint64_t pid = check_target(L), epoch, until;
  struct waiter none = {ID_NONE, 0};
  bool capped, astray = is_astray(directory_find(directory_of(L), pid));
  lua_settop(L, 1);
  value_push_pid(L, pid); /* whatever the key leads to afterwards */
  lua_replace(L, 1);
  if (pid == body_pid(body)) return push_own(L, about);
  wait_check(L);
  until = tick_add(worker_now(worker_current()),
                   astray ? PATIENCE_ASTRAY : PATIENCE);
  epoch = wait_open_until(L, WAIT_REPORT, ID_NONE, until, &capped);
  if (report_ask(body, pid, epoch, about, none))
    return coroutine_wait(L, HOST_WAIT, 0, after_answer);
  wait_cancel(L);
  return no_actor(L, pid);
}

int inspect_lua_info(lua_State *L) { return ask(L, REPORT_ALL); }

int inspect_lua_stacks(lua_State *L) { return ask(L, REPORT_STACKS); }

/* --- The host ------------------------------------------------------------- */

int inspect_lua_defaults(lua_State *L) {
  const struct limits *limits = &script_of(L)->limits;
  lua_createtable(L, 0, 3);
  if (limits->memory != SIZE_MAX) {
    field_integer(L, "memory", limits->memory);
  }
  if (limits->cpu_ns != TICK_NEVER) {
    field_number(L, "cpu", (double)limits->cpu_ns / 1e9);
  }
  overload_push_bound(L, &limits->mailbox);
  lua_setfield(L, -2, "mailbox");
  return 1;
}

int inspect_lua_level(lua_State *L) {
  struct log *log = script_of(L)->log;
  const char *former = log_level_name(log_level(log));
  enum log_level level;
  if (!lua_isnoneornil(L, 1)) {
    if (lua_type(L, 1) != LUA_TSTRING ||
        !log_level_parse(lua_tostring(L, 1), &level))
      return failure_expected(
          L, "level", "\"debug\", \"info\", \"warn\", \"error\" or \"off\"", 1);
    log_set_level(log, level);
  }
  lua_pushstring(L, former);
  return 1;
}

int inspect_lua_modules(lua_State *L) {
  struct body *body = body_of(L);
  struct notes notes;
  struct message *message;
  notes_init(&notes);
  notes_open(&notes, NULL);
  modules_note(body->script->modules, body->script->scheduler->directory,
               &notes);
  notes_close(&notes);
  message = notes_outcome(&notes);
  notes_deinit(&notes);
  push_values(L, message);
  return 1;
}
