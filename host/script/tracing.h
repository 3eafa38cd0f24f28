/*
** Tracing: an actor that is traced tells what goes into it and out of it.
** `body->tracing` is NULL in one that is not: the callers look at it, so that
** tracing costs nobody else more than that. All functions but tracing_order
** want it not to be.
**
** A request in hand is told twice: as it comes in, and when its handler has
** ended, with how long that took. So is one of its own, as it goes out and when
** its answer is there.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TRACING_H
#define TROUPE_SCRIPT_TRACING_H

#include <stdint.h>

#include "core/message.h"
#include "script/body.h"
#include "script/record.h"

#define TRACERS 8 /* of one actor at a time */

struct trace;

/* An order to trace, as a REPORT's payload: the trace, with a share for the
** traced; NULL: to forget those that are closed. Answers it (REPLY, or
** OVERLOAD: enough trace it already), frees it. */
struct message *tracing_order_new(struct trace *trace);
void tracing_order(struct body *body, struct message *order);
/* One that nobody will answer: gives its share back. The message stays. */
void tracing_order_drop(const struct message *order);

/* Its handler begins, or would. */
void tracing_in(struct body *body, const struct message *message);
/* Its handler has ended so, unless it has been told before. `answer`: what was
** answered, or NULL. */
void tracing_handled(struct body *body, const struct message *request,
                     enum record_how how, const struct message *answer);
/* The same of the request in hand, with what was raised: body->reason. */
void tracing_failed(struct body *body);
/* A request of its own goes to a pid or, ID_NONE, to what `target` (or NULL)
** names. */
void tracing_out(struct body *body, const struct message *message,
                 uint64_t pid, const char *target);
/* An outcome has come: told, if it is that of such a request. */
void tracing_answered(struct body *body, const struct message *outcome);
/* The one that went out last did not arrive. */
void tracing_unsent(struct body *body, enum message_kind kind,
                    enum record_how how);
/* The actor has ended: the last event, to all. Forgets them. */
void tracing_ended(struct body *body);
/* Forgets them, if there are any. */
void tracing_free(struct body *body);

#endif
