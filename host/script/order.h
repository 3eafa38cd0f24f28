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

/* Asks an actor to stop as a supervisor does. STATUS_NOACTOR: it is gone. */
enum status order_shutdown(struct script *script, uint64_t pid);
/* As troupe.stop, in its turn, but nobody waits for it. */
enum status order_stop(struct script *script, uint64_t pid);
/* `late`: it did not stop in time; the actor says on the log where it was. */
enum status order_kill(struct script *script, uint64_t pid, bool late);

#endif
