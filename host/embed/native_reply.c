#include <string.h>

#include "base/memory.h"
#include "codec/format.h"
#include "codec/peek.h"
#include "codec/values.h"
#include "embed/host.h"
#include "embed/native.h"
#include "embed/problem.h"
#include "script/doing.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/tracing.h"

/* --- Texts as values ------------------------------------------------------ */

static bool put_tag(struct buffer *out, unsigned tag) {
  unsigned char byte = (unsigned char)tag;
  return buffer_append(out, &byte, 1);
}

static bool put_text(struct buffer *out, const char *text) {
  unsigned char head[1 + VARINT_LARGEST] = {TAG_LONG_STRING};
  size_t size = strlen(text);
  unsigned char *end = codec_put_varint(head + 1, size);
  return buffer_append(out, head, (size_t)(end - head)) &&
         buffer_append(out, text, size);
}

/* A table of an error object, without items. */
static bool put_error(struct buffer *out, const char *text) {
  return put_tag(out, TAG_ERROR) &&
         put_tag(out, TAG_TABLE | codec_pairs_class(2)) && put_tag(out, 0) &&
         put_text(out, "kind") && put_text(out, "badrequest") &&
         put_text(out, "message") && put_text(out, text) &&
         put_tag(out, TAG_END);
}

void native_set_reason(struct body *body, const char *text) {
  buffer_clear(&body->reason);
  body->reason_flags = 0;
  body->reason_normal = strcmp(text, "normal") == 0;
  if (!put_text(&body->reason, text))
    reason_set(body, &body->script->nomem, false);
}

/* Takes what the buffer holds. NULL: no memory. */
static struct message *take_outcome(struct buffer *values, bool whole,
                                    enum outcome outcome, uint16_t count) {
  struct message *message = NULL;
  size_t size = buffer_size(values);
  if (whole) message = message_new(MESSAGE_OUTCOME, size);
  if (message != NULL) {
    memcpy(message->bytes, buffer_bytes(values), size);
    message->outcome = (uint8_t)outcome;
    message->count = count;
  }
  buffer_deinit(values);
  return message;
}

struct message *native_verdict(const char *text) {
  struct buffer values;
  bool whole;
  buffer_init(&values);
  whole = put_tag(&values, TAG_NIL) && put_text(&values, text);
  return take_outcome(&values, whole, OUTCOME_REPLY, 2);
}

struct message *native_error(enum outcome outcome, const char *text) {
  struct message *message;
  struct buffer values;
  bool whole;
  buffer_init(&values);
  whole = put_error(&values, text);
  message = take_outcome(&values, whole, outcome, 1);
  if (message != NULL) return message;
  message = message_need(MESSAGE_OUTCOME, 0);
  message->outcome = OUTCOME_UNKNOWN;
  return message;
}

/* --- Replies -------------------------------------------------------------- */

/* Takes the message. */
static bool answer(struct troupe *host, struct troupe_from from,
                   struct message *message) {
  struct waiter waiter = {from.pid, from.epoch};
  if (scheduler_answer(host->scheduler, waiter, message)) return true;
  return problem_set("there is no reply to be given any more");
}

static struct message *reply_of(const struct troupe_writer *writer) {
  struct message *message = values_message(writer, MESSAGE_OUTCOME);
  const char *error = troupe_writer_error(writer);
  if (message != NULL)
    message->outcome = OUTCOME_REPLY;
  else
    problem_set("%s", error != NULL ? error : "not enough memory");
  return message;
}

static struct message *no_values(void) {
  struct message *message = message_need(MESSAGE_OUTCOME, 0);
  message->outcome = OUTCOME_REPLY;
  return message;
}

bool troupe_reply(struct troupe *host, struct troupe_from from,
                  const struct troupe_writer *values) {
  struct message *message;
  struct entry entry;
  bool replied = false;
  if (from.epoch == 0) return problem_set("only a call has a reply");
  if (!entry_open(&host->entries, &entry)) return false;
  worker_keep();
  message = values != NULL ? reply_of(values) : no_values();
  if (message != NULL) replied = answer(host, from, message);
  worker_let();
  entry_close(&host->entries, &entry);
  return replied;
}

bool troupe_reply_error(struct troupe *host, struct troupe_from from,
                        const char *text) {
  struct entry entry;
  bool replied;
  if (text == NULL) return problem_set("expected an error's text, got NULL");
  if (from.epoch == 0) return problem_set("only a call has a reply");
  if (!entry_open(&host->entries, &entry)) return false;
  worker_keep();
  replied = answer(host, from, native_error(OUTCOME_ERROR, text));
  worker_let();
  entry_close(&host->entries, &entry);
  return replied;
}

/* --- What is not done ----------------------------------------------------- */

static void log_undone(struct body *body, const char *why) {
  char who[WORDS_WHO_SIZE], text[DOING_SIZE];
  const char *request = doing_text(body, text);
  body_who(body, who);
  atomic_fetch_add_explicit(&body->script->unhandled, 1,
                            memory_order_relaxed);
  if (why != NULL)
    log_write(body->script->log, LOG_WARN, who, "%s: %s", request, why);
  else
    log_write(body->script->log, LOG_WARN, who, "no handler for %s", request);
}

void native_unknown(struct body *body) {
  if (body->tracing != NULL)
    tracing_handled(body, body->request, RECORD_UNKNOWN, NULL);
  if (body->request->kind == MESSAGE_CALL)
    scheduler_end_wait(body->script->scheduler, body->actor->serving,
                       OUTCOME_UNKNOWN);
  else
    log_undone(body, NULL);
}

void troupe_unknown(struct troupe_actor *self) {
  worker_keep();
  if (self->body->activity == ACTIVITY_MESSAGE) native_unknown(self->body);
  worker_let();
}

static void refuse_request(struct troupe_actor *self, const char *why) {
  struct body *body = self->body;
  if (body->request->kind == MESSAGE_CALL)
    scheduler_answer(body->script->scheduler, body->actor->serving,
                     native_error(OUTCOME_ERROR, why));
  else
    log_undone(body, why);
}

void troupe_refuse(struct troupe_actor *self, const char *why) {
  if (why == NULL) why = "refused";
  worker_keep();
  if (self->body->activity == ACTIVITY_START) {
    memory_free(self->refusal);
    self->refusal = memory_strdup(why);
  } else if (self->body->activity == ACTIVITY_MESSAGE) {
    refuse_request(self, why);
  }
  worker_let();
}
