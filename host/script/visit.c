/*
** A visit that runs now. The actor's main thread is left as it is, but for a
** new Lua thread on top of its stack (run_new), on which the function runs
** under lua_resume: so that an error leaves a stack to tell of. Whatever it
** changes of the actor that a handler would find changed is put back.
**
** What it costs is not the message's in hand, and it is cut after a while: so
** neither can it be the end of the actor. A KILL waits for it.
*/
#include "script/visit.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "script/answer.h"
#include "script/budget.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/culprit.h"
#include "script/deadlock.h"
#include "script/failure.h"
#include "script/hand.h"
#include "script/run.h"
#include "script/target.h"
#include "script/wait.h"

struct visiting {
  struct message *message;
  struct message *reply; /* or NULL, so far */
  struct budget budget;
  struct buffer stack;   /* of what has been raised */
  struct hand kept;
  bool freed;            /* visit_free_hands */
};

static const struct visit_entry *entry_of(const struct body *body,
                                          const struct message *message) {
  return &body->script->visits[message->entry];
}

/* --- Now ------------------------------------------------------------------ */

/* [light userdata: struct visiting] */
static int run(lua_State *L) {
  struct visiting *visiting = lua_touserdata(L, 1);
  const struct visit_entry *entry =
      entry_of(body_of(L), visiting->message);
  lua_settop(L, 0);
  lua_pushcfunction(L, entry->run);
  lua_call(L, codec_unpack(L, visiting->message), LUA_MULTRET);
  visiting->reply = answer_pack(L, entry);
  return 0;
}

/* [light userdata, error, or nothing if it was cut] */
static int describe(lua_State *L) {
  struct visiting *visiting = lua_touserdata(L, 1);
  const char *request;
  if (lua_gettop(L) == 1)
    failure_push(L, FAILURE_INTERRUPTED,
                 "a visit that runs now may use 0.1 s of CPU time");
  failure_from(L);
  request = lua_pushfstring(
      L, "visit \"%s\"", entry_of(body_of(L), visiting->message)->name);
  if (!failure_is_own(L, 2))
    failure_add_hop(L, 2, request, buffer_bytes(&visiting->stack),
                    buffer_size(&visiting->stack));
  visiting->reply = codec_pack(L, 2, 1, MESSAGE_OUTCOME);
  visiting->reply->outcome = OUTCOME_ERROR;
  return 0;
}

/* Under the function at the top of the thread, which has the visit for its
** first argument and what is there as the others. False: it has raised, or was
** cut: *cut. */
static bool run_part(struct body *body, lua_State *thread, lua_CFunction part,
                     bool *cut) {
  struct visiting *visiting = body->visiting;
  int status;
  lua_pushcfunction(thread, part);
  lua_insert(thread, 1);
  lua_pushlightuserdata(thread, visiting);
  lua_insert(thread, 2);
  budget_begin_aside(body, &visiting->budget);
  status = run_aside(body, thread, &visiting->stack);
  *cut = budget_end_aside(body, &visiting->budget);
  return status == LUA_OK && !*cut;
}

static void run_parts(struct body *body) {
  lua_State *thread = run_new(body);
  struct visiting *visiting = body->visiting;
  bool cut;
  if (thread == NULL) return;
  if (!run_part(body, thread, run, &cut)) {
    message_free(visiting->reply);
    visiting->reply = NULL;
    if (cut) {
      lua_settop(thread, 0);
      buffer_clear(&visiting->stack);
      buffer_append(&visiting->stack, buffer_bytes(&body->evidence),
                    buffer_size(&body->evidence));
    }
    run_part(body, thread, describe, &cut);
  }
  run_drop(body);
}

/* Without memory for more than that. */
static struct message *make_excuse(struct body *body) {
  const struct fixed_reason *nomem = &body->script->nomem;
  struct message *message = message_need(MESSAGE_OUTCOME, nomem->size);
  memcpy(message->bytes, nomem->bytes, nomem->size);
  message->count = 1;
  message->outcome = OUTCOME_ERROR;
  return message;
}

void visit_free_hands(struct body *body) {
  struct visiting *visiting = body->visiting;
  ASSERT(visiting != NULL, "a visit runs now");
  visiting->freed = true;
  body->hand = (struct hand){.request = visiting->message,
                             .request_deadline = TICK_NEVER,
                             .activity = ACTIVITY_VISIT,
                             .finalising = body->finalising};
}

static void visit_now(struct body *body, struct message *message) {
  struct waiter asker = {message->sender, message->epoch};
  struct visiting visiting = {.message = message, .kept = body->hand};
  ASSERT(body->visiting == NULL, "one at a time");
  buffer_init(&visiting.stack);
  body->visiting = &visiting;
  run_parts(body);
  body->visiting = NULL;
  if (visiting.freed) hand_let_go(body->script, &body->hand);
  body->hand = visiting.kept;
  buffer_deinit(&visiting.stack);
  if (visiting.reply == NULL) visiting.reply = make_excuse(body);
  scheduler_answer(body->script->scheduler, asker, visiting.reply);
}

/* --- Arriving ------------------------------------------------------------- */

/* False: its asker has given up. */
static bool claim(struct body *body, const struct message *message) {
  struct directory *directory = body->script->scheduler->directory;
  struct actor *asker = directory_find(directory, message->sender);
  return asker != NULL && actor_wait_claim(asker, message->epoch);
}

static void refuse(struct body *body, struct message *message,
                   enum outcome outcome) {
  struct waiter asker = {message->sender, message->epoch};
  scheduler_end_wait(body->script->scheduler, asker, outcome);
  message_free(message);
}

void visit_arrived(struct body *body, struct message *message) {
  if (!(entry_of(body, message)->how & VISIT_NOW)) {
    message_queue_append(&body->visits, message);
  } else if (body->L == NULL) {
    refuse(body, message, OUTCOME_UNKNOWN);
  } else {
    if (claim(body, message)) visit_now(body, message);
    message_free(message);
  }
}

void visit_refuse_all(struct body *body) {
  struct message *message;
  while ((message = message_queue_pop(&body->visits)) != NULL)
    refuse(body, message, OUTCOME_NOACTOR);
}

/* --- Asking --------------------------------------------------------------- */

static int raise_new(lua_State *L, uint64_t pid) {
  char text[ID_TEXT_SIZE];
  failure_push(L, FAILURE_NOACTOR, "%s has not begun to start",
               id_text(pid, text));
  failure_set_begun(L, -1, false);
  return wait_throw(L);
}

/* When the turn ends: those who are asked whose fault it is come first. */
static void give_up(struct body *body, uint64_t pid) {
  culprit_kill(body);
  body->doomed = pid;
  body->doomed_visit = body->outcome->epoch;
}

/* The entry's name is on top. */
static int after_visit(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  uint64_t pid = (uint64_t)context;
  int count;
  (void)status;
  if (body->outcome->outcome == OUTCOME_UNKNOWN) return raise_new(L, pid);
  if (body->outcome->outcome != OUTCOME_REPLY) {
    if (outcome_is_early(body->outcome->outcome)) give_up(body, pid);
    actor_wait_retarget(body->actor, pid);
    wait_raise(L, pid, "the answer to visit ", lua_gettop(L));
  }
  count = codec_unpack(L, body->outcome);
  message_free(body->outcome);
  body->outcome = NULL;
  return count;
}

static int find_entry(lua_State *L, const char *name) {
  const struct visit_entry *entries = body_of(L)->script->visits;
  for (int i = 0; entries[i].name != NULL; i++)
    if (strcmp(entries[i].name, name) == 0) return i;
  return luaL_error(L, "there is no visit %s", name);
}

/* Kept in the body until it is sent, as codec_pack's is nobody's. */
static struct message *pack(lua_State *L, int entry, int count) {
  struct body *body = body_of(L);
  struct message *message =
      codec_pack(L, lua_gettop(L) - count + 1, count, MESSAGE_VISIT);
  message->sender = body_pid(body);
  message->entry = (uint8_t)entry;
  message_free(body->sending);
  body->sending = message;
  return message;
}

/* The target is at index 1. */
static int no_actor(lua_State *L, struct body *body, uint64_t pid) {
  message_free(body->sending);
  body->sending = NULL;
  target_push_absent(L, pid);
  return wait_throw(L);
}

/* One that runs now is answered by whoever waits, for us or not. */
static void open_wait(lua_State *L, struct message *message, uint64_t pid,
                      bool now) {
  struct body *body = body_of(L);
  message->epoch = wait_open(L, WAIT_VISIT, now ? ID_NONE : pid, true);
  message->deadline = actor_wait_deadline(body->actor);
  message->target = pid;
  if (now || !deadlock_closed(body, pid)) return;
  message_free(body->sending);
  body->sending = NULL;
  deadlock_raise(L);
}

int visit_lua_visit(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t pid = target_pid(L, 1);
  const char *name = luaL_checkstring(L, 2);
  int entry = find_entry(L, name);
  struct message *message;
  wait_check(L);
  message = pack(L, entry, lua_gettop(L) - 2);
  if (pid == ID_NONE) return no_actor(L, body, pid);
  lua_pushstring(L, name);
  open_wait(L, message, pid, body->script->visits[entry].how & VISIT_NOW);
  if (scheduler_post(body->script->scheduler, message, READY_NEXT) !=
      STATUS_OK) {
    wait_cancel(L);
    return no_actor(L, body, pid);
  }
  body->sending = NULL;
  return coroutine_wait(L, HOST_WAIT, (lua_KContext)pid, after_visit);
}
