/*
** Contents: what stands in an actor's mailbox, told to another one that asks.
** The actor itself looks, as it does for a report (script/report.h); nothing of
** its script runs, and no message is touched.
**
** Threads  [owner] all functions, each of the actor that it is about
*/
#ifndef TROUPE_SCRIPT_CONTENTS_H
#define TROUPE_SCRIPT_CONTENTS_H

#include <stdint.h>

#include "base/buffer.h"
#include "core/message.h"
#include "script/body.h"

#define CONTENTS_LARGEST 1000 /* messages that are told */

/* Before the records (script/record.h), the oldest message first. */
struct contents {
  uint64_t total;   /* messages there; of those beyond the first 1,000 only
                    ** requests are counted */
  uint64_t bytes;   /* of the requests among them */
  uint64_t senders; /* that wait for room */
};

/* A REPORT that asks for so many: 1..CONTENTS_LARGEST. */
struct message *contents_order_new(uint32_t count);
/* Answers it with an OUTCOME_REPLY, and frees it. */
void contents_answer(struct body *body, struct message *order);
/* Reads an answer. The records live as long as it. */
struct contents contents_read(const struct message *outcome,
                              const char **records, size_t *size);

#endif
