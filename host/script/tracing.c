#include "script/tracing.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "codec/peek.h"
#include "script/script.h"
#include "script/trace.h"

/* When each strand's request came in, or its own one went out: nanoseconds, or
** one of these. */
#define BEFORE 0 /* before it was traced */
#define TOLD 1   /* its end has been told */

struct times {
  uint64_t began, asked;
};

struct tracing {
  struct trace *first;
  uint32_t count;
  struct times times[]; /* one, or one for each strand that there can be */
};

/* Of the strand that runs. One that has strands only since its code has been
** exchanged has times that mean little, for as long as it is traced. */
static struct times *times_of(struct body *body) {
  uint32_t strand = actor_strand(actor_wait_epoch(body->actor));
  return &body->tracing->times[strand < body->tracing->count ? strand : 0];
}

/* Before its start nobody knows whether it will have strands. */
static struct tracing *new_tracing(const struct body *body) {
  bool one = body->started && body->strands == NULL;
  uint32_t count = one ? 1 : STRANDS_LARGEST + 1;
  struct tracing *tracing =
      memory_zalloc(sizeof *tracing + count * sizeof tracing->times[0]);
  if (tracing != NULL) tracing->count = count;
  return tracing;
}

/* --- Who traces ----------------------------------------------------------- */

struct message *tracing_order_new(struct trace *trace) {
  struct message *message = message_need(MESSAGE_REPORT, sizeof trace);
  if (trace != NULL) trace_share(trace);
  memcpy(message->bytes, &trace, sizeof trace);
  message->flags = MESSAGE_OWNS;
  return message;
}

static struct trace *trace_of(const struct message *order) {
  struct trace *trace;
  ASSERT(order->size == sizeof trace, "as tracing_order_new makes it");
  memcpy(&trace, order->bytes, sizeof trace);
  return trace;
}

void tracing_order_drop(const struct message *order) {
  trace_drop(trace_of(order));
}

static bool is_closed(struct trace *trace) {
  bool closed;
  mutex_lock(&trace->lock);
  closed = trace->closed;
  mutex_unlock(&trace->lock);
  return closed;
}

/* Tracers that have let go since the last event. Returns how many are left. */
static unsigned forget_closed(struct body *body) {
  struct trace **at = &body->tracing->first;
  unsigned count = 0;
  while (*at != NULL) {
    struct trace *trace = *at;
    if (!is_closed(trace)) {
      at = &trace->next;
      count++;
      continue;
    }
    *at = trace->next;
    trace_drop(trace);
  }
  return count;
}

static bool enter(struct body *body, struct trace *trace) {
  if (body->tracing == NULL) body->tracing = new_tracing(body);
  if (body->tracing == NULL || forget_closed(body) == TRACERS) return false;
  trace->next = body->tracing->first;
  body->tracing->first = trace_share(trace);
  return true;
}

void tracing_order(struct body *body, struct message *order) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiter asker = {order->sender, order->epoch};
  struct trace *trace = trace_of(order);
  bool entered = trace == NULL || enter(body, trace);
  if (body->tracing != NULL && forget_closed(body) == 0) tracing_free(body);
  tracing_order_drop(order);
  message_free(order);
  if (asker.epoch != 0)
    scheduler_end_wait(scheduler, asker,
                       entered ? OUTCOME_REPLY : OUTCOME_OVERLOAD);
}

void tracing_free(struct body *body) {
  struct tracing *tracing = body->tracing;
  struct trace *trace;
  if (tracing == NULL) return;
  while ((trace = tracing->first) != NULL) {
    tracing->first = trace->next;
    trace_drop(trace);
  }
  memory_free(tracing);
  body->tracing = NULL;
}

/* --- Telling -------------------------------------------------------------- */

/* The texts are cleared where they begin: they are long. */
static struct record new_record(const struct body *body,
                                enum record_direction direction,
                                unsigned kind, struct record_texts *texts) {
  texts->request[0] = texts->answer[0] = texts->target[0] = '\0';
  return (struct record){.at = scheduler_now(body->script->scheduler),
                         .queued = RECORD_UNKNOWN_SPAN,
                         .took = RECORD_UNKNOWN_SPAN,
                         .direction = (uint8_t)direction,
                         .kind = (uint8_t)kind};
}

static void tell(struct body *body, struct record *record,
                 const struct record_texts *texts) {
  struct scheduler *scheduler = body->script->scheduler;
  struct trace **at = &body->tracing->first;
  while (*at != NULL) {
    struct trace *trace = *at;
    if (trace_tell(scheduler, trace, record, texts)) {
      at = &trace->next;
      continue;
    }
    *at = trace->next;
    trace_drop(trace);
  }
  if (body->tracing->first == NULL) tracing_free(body);
}

/* A clear answer: how much there is, and what it says. */
static void set_answer(struct record *record, struct record_texts *texts,
                       const struct message *answer) {
  if (answer == NULL) return;
  record->bytes = record_bytes(answer);
  if (answer->count == 0) return;
  codec_words(answer->bytes, answer->size, answer->count, ", ", texts->answer,
              RECORD_TEXT);
}

static void set_reason(const struct body *body, struct record_texts *texts) {
  size_t size = buffer_size(&body->reason);
  if (size > 0)
    codec_words(buffer_bytes(&body->reason), size, 1, "", texts->answer,
                RECORD_TEXT);
}

void tracing_in(struct body *body, const struct message *message) {
  struct record_texts texts;
  struct record record = new_record(body, RECORD_IN, message->kind, &texts);
  record.peer = message->sender;
  record.bytes = record_bytes(message);
  record.queued = record_waited(body->script->scheduler, message);
  record_words(message, texts.request);
  times_of(body)->began = record.at;
  tell(body, &record, &texts);
}

/* What is to be told of a handler's end; false: it has been. */
static bool begin_end(struct body *body, const struct message *request,
                      enum record_how how, struct record *record,
                      struct record_texts *texts) {
  uint64_t *began = &times_of(body)->began;
  if (*began == TOLD || request->kind == MESSAGE_VISIT) return false;
  *record = new_record(body, RECORD_END, request->kind, texts);
  record->peer = request->sender;
  record->how = (uint8_t)how;
  if (*began != BEFORE && how != RECORD_GIVEN_UP)
    record->took = record->at - *began;
  record_words(request, texts->request);
  *began = TOLD;
  return true;
}

void tracing_handled(struct body *body, const struct message *request,
                     enum record_how how, const struct message *answer) {
  struct record_texts texts;
  struct record record;
  if (!begin_end(body, request, how, &record, &texts)) return;
  set_answer(&record, &texts, answer);
  tell(body, &record, &texts);
}

void tracing_failed(struct body *body) {
  struct record_texts texts;
  struct record record;
  if (!begin_end(body, body->request, RECORD_ERROR, &record, &texts)) return;
  set_reason(body, &texts);
  tell(body, &record, &texts);
}

void tracing_out(struct body *body, const struct message *message,
                 uint64_t pid, const char *target) {
  struct record_texts texts;
  struct record record = new_record(body, RECORD_OUT, message->kind, &texts);
  record.peer = pid;
  record.bytes = record_bytes(message);
  record_words(message, texts.request);
  if (pid == ID_NONE && target != NULL)
    strncat(texts.target, target, RECORD_TEXT - 1);
  times_of(body)->asked = record.at;
  tell(body, &record, &texts);
}

static unsigned kind_asked(enum wait_kind kind) {
  switch (kind) {
    case WAIT_START: return MESSAGE_START;
    case WAIT_STOP: return MESSAGE_STOP;
    default: return MESSAGE_CALL;
  }
}

static void tell_answered(struct body *body, unsigned kind,
                          enum record_how how, uint64_t peer,
                          const struct message *outcome) {
  struct record_texts texts;
  struct record record = new_record(body, RECORD_REPLY, kind, &texts);
  uint64_t *asked = &times_of(body)->asked;
  record.peer = peer;
  record.how = (uint8_t)how;
  if (*asked > TOLD) record.took = record.at - *asked;
  *asked = TOLD;
  set_answer(&record, &texts, outcome);
  tell(body, &record, &texts);
}

static enum record_how how_of(const struct message *outcome) {
  switch ((enum outcome)outcome->outcome) {
    case OUTCOME_REPLY: return RECORD_REPLIED;
    case OUTCOME_EXIT: return RECORD_EXIT;
    case OUTCOME_NOACTOR: return RECORD_NOACTOR;
    case OUTCOME_TIMEOUT: return RECORD_TIMEOUT;
    case OUTCOME_UNKNOWN: return RECORD_UNKNOWN;
    case OUTCOME_OVERLOAD: return RECORD_OVERLOAD;
    default: return RECORD_ERROR;
  }
}

void tracing_answered(struct body *body, const struct message *outcome) {
  enum wait_kind kind = actor_wait_last(body->actor);
  if (outcome->kind != MESSAGE_OUTCOME || outcome->outcome == OUTCOME_RETRY ||
      (kind != WAIT_CALL && kind != WAIT_START && kind != WAIT_STOP))
    return;
  tell_answered(body, kind_asked(kind), how_of(outcome),
                actor_wait_target(body->actor), outcome);
}

void tracing_unsent(struct body *body, enum message_kind kind,
                    enum record_how how) {
  tell_answered(body, kind, how, ID_NONE, NULL);
}

static void tell_end(struct body *body) {
  struct record_texts texts;
  struct record record = new_record(body, RECORD_END, MESSAGE_STOP, &texts);
  record.how = body->reason_normal ? RECORD_DONE : RECORD_EXIT;
  strcpy(texts.request, "stop");
  set_reason(body, &texts);
  tell(body, &record, &texts);
}

void tracing_ended(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  if (body->request != NULL)
    tracing_handled(body, body->request, RECORD_EXIT, NULL);
  if (body->tracing != NULL) tell_end(body);
  if (body->tracing == NULL) return;
  for (struct trace *at = body->tracing->first; at != NULL; at = at->next)
    trace_end(scheduler, at);
  tracing_free(body);
}
