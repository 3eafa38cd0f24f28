#include "script/face_schedule.h"

#include <inttypes.h>
#include <stdio.h>

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

/* What it finds first, as turn.c does; NULL: it goes on where it was. */
static const struct message *find_message(const struct body *body) {
  const struct mailbox *mailbox = &body->actor->mailbox;
  if (mailbox->urgent.first != NULL) return mailbox->urgent.first;
  return body->suspended && !body->receiving ? NULL : mailbox->queue.first;
}

static void write_message(struct scheduler *scheduler,
                         const struct message *message, char *text,
                         size_t size) {
  char request[RECORD_TEXT], who[WORDS_WHO_SIZE];
  record_words(message, request);
  snprintf(text, size, "%s", request);
  if (message->sender == ID_NONE) return;
  snprintf(text, size, "%s from %s", request,
           words_who(scheduler, message->sender, who));
}

void schedule_describe(struct scheduler *scheduler, struct actor *actor,
                       const char *how, char *text, size_t size) {
  struct body *body = actor->body;
  bool running = body->activity != ACTIVITY_NONE && !body->suspended;
  const struct message *message = NULL;
  char who[WORDS_WHO_SIZE], place[DOING_PLACE_SIZE] = "";
  size_t used;
  room_take(scheduler, actor);
  if (!running) message = find_message(body);
  if (message != NULL && message->kind == MESSAGE_START)
    id_text(body_pid(body), who); /* nobody knows yet what it will be */
  else
    body_who(body, who);
  used = (size_t)snprintf(text, size, "%s %s", who, how);
  if (used >= size) return;
  if (message != NULL) {
    used += (size_t)snprintf(text + used, size - used, ": ");
    if (used < size)
      write_message(scheduler, message, text + used, size - used);
    return;
  }
  if (body->L != NULL)
    doing_place(body, running ? body->running : NULL, place);
  if (place[0] != '\0') snprintf(text + used, size - used, " at %s", place);
}
