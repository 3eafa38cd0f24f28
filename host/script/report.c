/*
** A report is made without the actor's state, but for reading its stacks: it
** may be at its memory limit, and nothing of it may be changed or raised.
**
** Requests have deadlines that their handlers inherit: when a chain of calls
** times out, all of it does at once, and who asks the next one may find that
** it has given up just before. So an actor remembers for whom it waited in
** vain, and in whose request.
*/
#include "script/report.h"

#include <string.h>

#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"
#include "core/links.h"
#include "script/contents.h"
#include "script/doing.h"
#include "script/script.h"
#include "script/strand.h"
#include "script/tracing.h"

#define LOOKED_THROUGH 1000 /* messages of a queue */

#define TEXTS 4 /* behaviour, request, place, stack */

struct question {
  enum report_about about;
  struct waiter subject;
};

/* --- Where the request is ------------------------------------------------- */

static bool same(struct waiter one, struct waiter other) {
  return one.pid == other.pid && one.epoch == other.epoch;
}

static bool is_deferred(const struct actor *actor, struct waiter subject) {
  for (uint32_t i = 0; i < actor->deferred_count; i++)
    if (same(actor->deferred[i], subject)) return true;
  return false;
}

/* Messages of users only are counted, as they are in `queued`. */
static uint32_t position_of(const struct actor *actor, struct waiter subject) {
  const struct message *at = actor->mailbox.queue.first;
  uint32_t position = 0;
  for (; at != NULL && position < LOOKED_THROUGH; at = at->next) {
    if (message_class((enum message_kind)at->kind) != CLASS_USER) continue;
    position++;
    if (at->sender == subject.pid && at->epoch == subject.epoch)
      return position;
  }
  return 0;
}

static void find_subject(struct body *body, struct waiter subject,
                         struct report *report) {
  struct actor *actor = body->actor;
  if (subject.epoch == 0) return;
  room_take(body->script->scheduler, actor);
  if (is_deferred(actor, subject)) {
    report->subject = REPORT_DEFERRED;
  } else if (same(actor->serving, subject)) {
    report->subject = REPORT_HANDLED;
  } else {
    report->position = position_of(actor, subject);
    if (report->position != 0 || report->queued > LOOKED_THROUGH)
      report->subject = REPORT_QUEUED;
  }
}

/* --- What it is doing ----------------------------------------------------- */

/* It says so while it asks others why, and when the request is done with. */
static bool has_lapsed(const struct body *body, struct waiter subject) {
  return subject.epoch != 0 && same(body->lapsed.subject, subject) &&
         (body->suspended || !same(body->actor->serving, subject));
}

static void find_doing(struct body *body, lua_State *running,
                       struct waiter subject, struct report *report) {
  struct actor *actor = body->actor;
  if (body_is_new(body)) {
    report->doing = REPORT_NEW;
  } else if (doing_waits(body, running) &&
             actor_wait_last(actor) != WAIT_REPORT) {
    report->doing = REPORT_WAITING;
    report->wait = doing_wait(actor);
  } else if (has_lapsed(body, subject)) {
    report->doing = REPORT_LAPSED;
    report->wait = body->lapsed.wait;
  } else if (body->activity == ACTIVITY_NONE) {
    report->doing = doing_frozen(body) ? REPORT_FROZEN : REPORT_IDLE;
  } else {
    report->doing = REPORT_RUNNING;
  }
}

static void count_queue(struct actor *actor, struct report *report) {
  uint64_t count = mailbox_count(&actor->mailbox);
  uint64_t popped = mailbox_popped(&actor->mailbox);
  report->queued = count > popped ? count - popped : 0;
}

/* --- Texts ---------------------------------------------------------------- */

static bool add_text(struct buffer *texts, const char *text) {
  return buffer_append(texts, text, strlen(text) + 1);
}

/* What it was doing then: by the time that it is asked it may have ended. */
static char *lapsed_texts(struct body *body, lua_State *running) {
  char request[DOING_SIZE], place[DOING_PLACE_SIZE];
  const char *doing = doing_text(body, request);
  size_t size = (doing != NULL ? strlen(doing) : 0) + 1;
  char *texts;
  doing_place(body, running, place);
  texts = memory_alloc(size + strlen(place) + 1);
  if (texts == NULL) return NULL;
  memcpy(texts, doing != NULL ? doing : "", size);
  strcpy(texts + size, place);
  return texts;
}

void report_lapsed(struct body *body, const struct wait_edge *wait,
                   bool late) {
  memory_free(body->lapsed.texts);
  body->lapsed = (struct lapsed_wait){body->actor->serving, *wait, NULL};
  if (late) body->lapsed.texts = lapsed_texts(body, body->running);
}

static bool add_lapsed(const struct body *body, struct buffer *texts) {
  const char *request = body->lapsed.texts;
  return add_text(texts, request) &&
         add_text(texts, request + strlen(request) + 1);
}

static bool add_texts(struct body *body, lua_State *running, bool gone,
                      struct buffer *texts) {
  char request[DOING_SIZE], place[DOING_PLACE_SIZE];
  const char *name = body->behaviour != NULL ? body->behaviour : "script";
  const char *doing = doing_text(body, request);
  if (!add_text(texts, name)) return false;
  if (gone && body->lapsed.texts != NULL) return add_lapsed(body, texts);
  if (!add_text(texts, doing != NULL ? doing : "")) return false;
  if (body->L == NULL) return true;
  return add_text(texts, doing_place(body, running, place)) &&
         doing_stack(body, running, texts);
}

/* Those that there was no memory for are empty. */
static void set_texts(struct report *report, const char *bytes, size_t size) {
  const char **texts[TEXTS] = {&report->behaviour, &report->request,
                               &report->place, &report->stack};
  const char *end = bytes + size;
  for (int i = 0; i < TEXTS; i++) {
    size_t length = size == 0 ? 0 : strnlen(bytes, (size_t)(end - bytes));
    *texts[i] = size == 0 || bytes + length == end ? "" : bytes;
    if (size != 0 && bytes + length < end) bytes += length + 1;
  }
}

static void describe(struct body *body, lua_State *running,
                     struct waiter subject, struct buffer *texts,
                     struct report *report) {
  bool visit = running == NULL && strand_visit(body, subject);
  bool gone; /* the request's handler has ended */
  *report = (struct report){.pid = body_pid(body)};
  count_queue(body->actor, report);
  find_subject(body, subject, report);
  find_doing(body, running, subject, report);
  gone = report->doing == REPORT_LAPSED &&
         !same(body->actor->serving, subject);
  add_texts(body, running, gone, texts);
  buffer_append(texts, "", 1); /* ends the stack's text */
  if (visit) strand_unvisit(body);
}

void report_own(struct body *body, struct buffer *texts,
                struct report *report) {
  struct waiter none = {ID_NONE, 0};
  buffer_clear(texts);
  describe(body, body->running, none, texts, report);
  set_texts(report, buffer_bytes(texts), buffer_size(texts));
}

/* --- Asking and answering ------------------------------------------------- */

bool report_ask(struct body *body, uint64_t pid, uint64_t epoch,
                enum report_about about, struct waiter subject) {
  struct question question = {about, subject};
  struct message *message = message_need(MESSAGE_REPORT, sizeof question);
  memcpy(message->bytes, &question, sizeof question);
  message->target = pid;
  message->sender = body_pid(body);
  message->epoch = epoch;
  if (scheduler_post(body->script->scheduler, message, READY_AFTER) ==
      STATUS_OK)
    return true;
  message_free(message);
  return false;
}

void report_post(struct body *body, uint64_t pid, uint64_t epoch,
                 enum report_what what, struct message *message) {
  message->count = (uint16_t)what;
  message->target = pid;
  message->sender = body_pid(body);
  message->epoch = epoch;
  if (scheduler_post(body->script->scheduler, message, READY_AFTER) !=
      STATUS_OK)
    links_refuse(body->script->scheduler, message, NULL);
}

static struct message *brief(struct body *body, lua_State *running,
                             struct waiter subject) {
  struct report report;
  struct buffer texts;
  struct message *message;
  buffer_init(&texts);
  describe(body, running, subject, &texts, &report);
  message = message_reply(&report, sizeof report, &texts);
  buffer_deinit(&texts);
  return message;
}

static void answer_question(struct body *body, struct message *message,
                            lua_State *running) {
  struct waiter asker = {message->sender, message->epoch};
  struct question question;
  ASSERT(message->size == sizeof question, "as report_ask makes it");
  memcpy(&question, message->bytes, sizeof question);
  message_free(message);
  if (question.about == REPORT_BRIEF)
    message = brief(body, running, question.subject);
  else
    message =
        body->script->dossier(body, running, question.about == REPORT_ALL);
  scheduler_answer(body->script->scheduler, asker, message);
}

void report_answer(struct body *body, struct message *message,
                   lua_State *running) {
  switch ((enum report_what)message->count) {
    case REPORT_QUESTION:
      answer_question(body, message, running);
      break;
    case REPORT_CONTENTS:
      contents_answer(body, message);
      break;
    case REPORT_TRACE:
      tracing_order(body, message);
      break;
  }
}

/* Takes the REPORTs out of what is urgent. */
static struct message_queue take_reports(struct message_queue *urgent,
                                         uint64_t pid) {
  struct message_queue reports = {NULL, NULL}, others = {NULL, NULL};
  struct message *message;
  while ((message = message_queue_pop(urgent)) != NULL)
    message_queue_append(
        message->kind == MESSAGE_REPORT && message->target == pid ? &reports
                                                                  : &others,
        message);
  *urgent = others;
  return reports;
}

void report_answer_stuck(struct body *body, lua_State *running) {
  struct actor *actor = body->actor;
  struct message_queue reports;
  struct message *message;
  if (!atomic_exchange_explicit(&actor->urgent, false, memory_order_acquire))
    return;
  room_take(body->script->scheduler, actor);
  reports = take_reports(&actor->mailbox.urgent, body_pid(body));
  if (actor->mailbox.urgent.first != NULL)
    atomic_store_explicit(&actor->urgent, true, memory_order_relaxed);
  while ((message = message_queue_pop(&reports)) != NULL)
    report_answer(body, message, running);
}

void report_read(const struct message *outcome, struct report *report) {
  ASSERT(outcome->outcome == OUTCOME_REPLY && outcome->size >= sizeof *report,
         "what report_answer sends");
  memcpy(report, outcome->bytes, sizeof *report);
  set_texts(report, (const char *)outcome->bytes + sizeof *report,
            outcome->size - sizeof *report);
}
