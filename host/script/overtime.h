/*
** Overtime: what an actor evaluates (core.evaluate) is interrupted when it has
** taken too long by the real clock, whatever the host's clock says, and
** whether it runs, waits, or waits for one who does.
**
** Nothing interrupts a function of C, and one worker is all that most tests
** have: an interrupt that nobody has heeded OVERTIME_GRACE later ends the
** process, and the programs in its group if that is its own.
**
** A host has one such limit at a time. What an interrupt does is told in
** script/interrupt.h.
**
** Threads
**   [owner]  overtime_set, overtime_look, overtime_end: of the actor that
**            evaluates
**   [main]   overtime_new, overtime_free
** Ownership
**   The thread that watches is made by the first overtime_set, and ended by
**   overtime_free; the scheduler must live till then.
*/
#ifndef TROUPE_SCRIPT_OVERTIME_H
#define TROUPE_SCRIPT_OVERTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/script.h"

#define OVERTIME_GRACE (3 * TICK_SECOND)

struct overtime;

struct overtime *overtime_new(struct script *script); /* NULL: no memory */
void overtime_free(struct overtime *overtime); /* takes NULL */

/* In so many nanoseconds of real time what this actor evaluates under that
** number is interrupted, unless that has ended or been set anew before. `what`
** names it, should it end the process; it is copied, and may be cut short. Not
** STATUS_OK: there is no memory, or no thread. */
enum status overtime_set(struct overtime *overtime, uint64_t span,
                         const char *what, struct body *body,
                         uint64_t evaluation);

/* The interrupt has come, and has not been heeded yet: what the actor waits for
** and its stack are kept. `running`: as in script/doing.h. */
void overtime_look(struct overtime *overtime, struct body *body,
                   lua_State *running);

/* No more. What was kept, if it has come to that, else NULL; it lives until the
** next is set. */
const struct buffer *overtime_end(struct overtime *overtime);

#endif
