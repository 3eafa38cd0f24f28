#include "script/trace.h"

#include "base/check.h"
#include "base/memory.h"

static const struct waiter nobody = {ID_NONE, 0};

struct trace *trace_new(uint32_t events) {
  struct trace *trace = memory_zalloc(sizeof *trace);
  ASSERT(events >= 1 && events <= TRACE_EVENTS, "the caller has checked");
  if (trace == NULL) return NULL;
  mutex_init(&trace->lock);
  buffer_init(&trace->events);
  trace->left = events;
  trace->shares = 1;
  return trace;
}

struct trace *trace_share(struct trace *trace) {
  mutex_lock(&trace->lock);
  trace->shares++;
  mutex_unlock(&trace->lock);
  return trace;
}

void trace_drop(struct trace *trace) {
  bool last;
  if (trace == NULL) return;
  mutex_lock(&trace->lock);
  ASSERT(trace->shares > 0, "who drops has a share");
  last = --trace->shares == 0;
  mutex_unlock(&trace->lock);
  if (!last) return;
  buffer_deinit(&trace->events);
  mutex_deinit(&trace->lock);
  memory_free(trace);
}

/* --- The tracer ----------------------------------------------------------- */

enum trace_taken trace_take(struct trace *trace, struct waiter waiter,
                            struct buffer *events, uint32_t *lost) {
  enum trace_taken taken = TRACE_SOME;
  struct buffer empty = *events;
  ASSERT(buffer_size(events) == 0, "an empty buffer to exchange");
  mutex_lock(&trace->lock);
  *events = trace->events;
  *lost = trace->lost;
  trace->events = empty;
  trace->lost = 0;
  trace->waiter = nobody;
  if (buffer_size(events) == 0 && *lost == 0)
    taken = trace->over ? TRACE_OVER : TRACE_NONE;
  if (taken == TRACE_NONE) trace->waiter = waiter;
  mutex_unlock(&trace->lock);
  return taken;
}

void trace_close(struct trace *trace) {
  mutex_lock(&trace->lock);
  trace->closed = true;
  trace->waiter = nobody;
  buffer_deinit(&trace->events);
  mutex_unlock(&trace->lock);
}

/* --- The traced ----------------------------------------------------------- */

/* Ended without the lock: that may have to wait for memory. Nothing happens to
** a wait that is over. */
static void wake(struct scheduler *scheduler, struct waiter waiter) {
  struct message *message;
  if (waiter.pid == ID_NONE) return;
  message = message_need(MESSAGE_OUTCOME, 0);
  message->outcome = OUTCOME_RETRY;
  scheduler_answer_later(scheduler, waiter, message);
}

static struct waiter take_waiter(struct trace *trace) {
  struct waiter waiter = trace->waiter;
  trace->waiter = nobody;
  return waiter;
}

bool trace_tell(struct scheduler *scheduler, struct trace *trace,
                struct record *record, const struct record_texts *texts) {
  struct waiter waiter;
  bool goes_on;
  mutex_lock(&trace->lock);
  if (!trace->closed &&
      (buffer_size(&trace->events) >= TRACE_BYTES ||
       !record_add(&trace->events, record, texts)))
    trace->lost++;
  trace->left--;
  trace->over = trace->left == 0;
  goes_on = !trace->over && !trace->closed;
  waiter = take_waiter(trace);
  mutex_unlock(&trace->lock);
  wake(scheduler, waiter);
  return goes_on;
}

void trace_end(struct scheduler *scheduler, struct trace *trace) {
  struct waiter waiter;
  mutex_lock(&trace->lock);
  trace->over = true;
  waiter = take_waiter(trace);
  mutex_unlock(&trace->lock);
  wake(scheduler, waiter);
}
