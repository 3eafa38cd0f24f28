/*
** Order: what the host, or another actor, makes an actor do at once.
**
** Threads  [any thread] with a slab cache
*/
#ifndef TROUPE_SCRIPT_ORDER_H
#define TROUPE_SCRIPT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "script/script.h"

/* What an INTERRUPT carries: the asker of a visit; or the number of an
** evaluation; or neither, for whichever there is. */
struct interrupt {
  struct waiter visit;
  uint64_t evaluation;
};

/* Asks an actor to stop as a supervisor does. STATUS_NOACTOR: it is gone. */
enum status order_shutdown(struct script *script, uint64_t pid);
/* As troupe.stop, in its turn, but nobody waits for it. */
enum status order_stop(struct script *script, uint64_t pid);
/* `late`: it did not stop in time; the actor says on the log where it was. */
enum status order_kill(struct script *script, uint64_t pid, bool late);

/* The visit to `pid` that this waiter has asked for is to end, if it has begun
** and is not over; its asker does not wait for it any more. */
void order_interrupt(struct script *script, uint64_t pid,
                     struct waiter asker);
/* The same for what it evaluates under this number, which is above 0. */
void order_interrupt_evaluation(struct script *script, uint64_t pid,
                                uint64_t evaluation);
/* Ends whatever the actor waits for: it raises `cancelled` there. False: it is
** in no wait. */
bool order_cancel(struct script *script, uint64_t pid);

#endif
