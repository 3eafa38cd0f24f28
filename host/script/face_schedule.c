#include "script/face_schedule.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "codec/peek.h"
#include "script/body.h"
#include "script/doing.h"
#include "script/hook.h"
#include "script/record.h"
#include "script/script.h"
#include "script/strand.h"
#include "script/words.h"

int schedule_lua_figures(lua_State *L) {
  struct schedule *schedule = body_of(L)->script->scheduler->schedule;
  struct schedule_figures figures;
  char hash[17];
  if (schedule == NULL) return 0;
  figures = schedule_figures(schedule);
  snprintf(hash, sizeof hash, "%016" PRIx64, figures.hash);
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, (lua_Integer)figures.seed);
  lua_setfield(L, -2, "seed");
  lua_pushinteger(L, (lua_Integer)figures.turns);
  lua_setfield(L, -2, "turns");
  lua_pushinteger(L, (lua_Integer)figures.choices);
  lua_setfield(L, -2, "choices");
  lua_pushstring(L, hash);
  lua_setfield(L, -2, "hash");
  return 1;
}

/* Other handlers of the same actor could go on instead. */
static bool has_others(const struct body *body) {
  return body->strands != NULL && strand_in_flight(body) > 1;
}

void schedule_make_way(lua_State *L) {
  struct body *body = body_of(L);
  if (body_can_wait(L) &&
      worker_preempts(worker_current(), body->actor, has_others(body)))
    hook_make_way(body->actor);
}

static bool is_running(const struct body *body) {
  return body->activity != ACTIVITY_NONE && !body->suspended;
}

/* --- Words ---------------------------------------------------------------- */

/* What it finds first, as turn.c does; NULL: it goes on where it was. */
static const struct message *find_message(const struct body *body) {
  const struct mailbox *mailbox = &body->actor->mailbox;
  if (mailbox->urgent.first != NULL) return mailbox->urgent.first;
  return body->suspended && !body->receiving ? NULL : mailbox->queue.first;
}

/* What a message asks that scripts have no name for; NULL: they have. */
static const char *own_words(unsigned kind) {
  switch ((enum message_kind)kind) {
    case MESSAGE_IDLE: return "a look whether it is idle";
    case MESSAGE_REPORT: return "a look at what it does";
    case MESSAGE_VISIT: return "a visit";
    case MESSAGE_RELOAD: return "a reload";
    case MESSAGE_INTERRUPT: return "an interrupt";
    case MESSAGE_LINK: return "a link";
    case MESSAGE_UNLINK: return "the end of a link";
    case MESSAGE_EXIT: return "the end of an actor linked with it";
    case MESSAGE_KILL: return "its own end, by kill";
    default: return NULL;
  }
}

static const char *sender_words(struct scheduler *scheduler, uint64_t pid,
                                char who[WORDS_WHO_SIZE]) {
  uint64_t script =
      atomic_load_explicit(&scheduler->main_actor, memory_order_relaxed);
  if (pid != script) return words_who(scheduler, pid, who);
  return words_who_is(scheduler, pid, "script", who);
}

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* No memory is taken for it: what the script gets must not be at another
** address because there is a report. */
static void add(char *text, size_t size, const char *format, ...) {
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, size - used, format, arguments);
  va_end(arguments);
}

static void add_message(struct scheduler *scheduler,
                        const struct message *message, char *text,
                        size_t size) {
  char request[RECORD_TEXT], who[WORDS_WHO_SIZE];
  const char *words = own_words(message->kind);
  record_words(message, request);
  add(text, size, " before %s", words != NULL ? words : request);
  if (message->sender != ID_NONE)
    add(text, size, " from %s",
        sender_words(scheduler, message->sender, who));
}

void schedule_describe(struct scheduler *scheduler, struct actor *actor,
                       const char *how, char *text, size_t size) {
  struct body *body = actor->body;
  bool running = is_running(body);
  const struct message *message = NULL;
  char who[WORDS_WHO_SIZE], place[DOING_PLACE_SIZE] = "";
  room_take(scheduler, actor);
  if (!running) message = find_message(body);
  if (message != NULL && message->kind == MESSAGE_START)
    id_text(body_pid(body), who); /* nobody knows yet what it will be */
  else
    body_who(body, who);
  snprintf(text, size, "%s %s", who, how);
  if (message != NULL) add_message(scheduler, message, text, size);
  if (body->L != NULL && (running || body->suspended))
    doing_own_place(body, running ? body->running : NULL, place);
  if (place[0] != '\0') add(text, size, " at %s", place);
}

/* --- What is no choice ---------------------------------------------------- */

/* It hears, for troupe.test, how actors have ended. */
#define WITNESS "troupe.test.witness"

static bool is_witness(const struct body *body,
                       const struct message *message) {
  char first[CODEC_PEEK_SIZE];
  if (message == NULL || message->kind != MESSAGE_START)
    return body->behaviour != NULL && strcmp(body->behaviour, WITNESS) == 0;
  return strcmp(codec_peek(message, first), "\"" WITNESS "\"") == 0;
}

/* It has begun with nothing, so this message is what it goes on with. */
static bool is_free(const struct body *body) {
  return !body->suspended &&
         (body->strands == NULL || strand_in_flight(body) == 0);
}

bool schedule_is_unseen(struct scheduler *scheduler, struct actor *actor) {
  struct body *body = actor->body;
  const struct message *message;
  if (is_running(body)) return is_witness(body, NULL);
  room_take(scheduler, actor);
  message = find_message(body);
  if (is_witness(body, message)) return true;
  return message != NULL && is_free(body) &&
         (message->kind == MESSAGE_MONITOR ||
          message->kind == MESSAGE_DEMONITOR);
}
