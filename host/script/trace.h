/*
** Trace: the events of one actor on their way to another. The traced one puts
** them in (script/tracing.h), the tracer takes them out, and may wait.
**
** It wants so many events and then is over; or the traced actor ends, which is
** the last event. The tracer lets go of it at any time, at the latest when its
** state is closed: the traced one sees that at its next event.
**
** Threads
**   [any thread]  trace_drop
**   [owner]       the rest: of the tracer, or of the traced
** Ownership
**   It is freed with its last share: the tracer's (trace_new), and the one that
**   trace_share makes for the traced.
*/
#ifndef TROUPE_SCRIPT_TRACE_H
#define TROUPE_SCRIPT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/scheduler.h"
#include "script/record.h"

#define TRACE_EVENTS 1000           /* at most, of one trace */
#define TRACE_BYTES ((size_t)1 << 18) /* of events that nobody has taken */

struct trace {
  struct trace *next; /* the traced actor's: script/tracing.c */
  struct mutex lock;
  /* --- Under the lock. --- */
  struct buffer events; /* records that have not been taken */
  struct waiter waiter; /* the tracer, waiting for one; pid ID_NONE: not so */
  uint32_t left;        /* events to come */
  uint32_t lost;        /* for want of memory, not yet told */
  uint32_t shares;
  bool over;   /* no event comes any more */
  bool closed; /* nobody takes them any more */
};

enum trace_taken { TRACE_SOME, TRACE_NONE, TRACE_OVER };

/* Wants 1..TRACE_EVENTS events. NULL: no memory. [tracer] */
struct trace *trace_new(uint32_t events);
struct trace *trace_share(struct trace *trace);
void trace_drop(struct trace *trace); /* takes NULL */

/* Exchanges what has been told for the empty *events; *lost: how many there
** was no memory or no room for. TRACE_NONE: the wait of `waiter` will be ended
** (OUTCOME_RETRY) when there is something; not if its pid is ID_NONE. [tracer]
*/
enum trace_taken trace_take(struct trace *trace, struct waiter waiter,
                            struct buffer *events, uint32_t *lost);
/* No more events; what has been told is dropped. The share stays. [tracer] */
void trace_close(struct trace *trace);

/* Tells one. False: it was the last, or nobody listens: the share can go.
** [traced] */
bool trace_tell(struct scheduler *scheduler, struct trace *trace,
                struct record *record, const struct record_texts *texts);
/* The actor has ended: whoever waits need not wait any more. [traced] */
void trace_end(struct scheduler *scheduler, struct trace *trace);

#endif
