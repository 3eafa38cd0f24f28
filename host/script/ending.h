/*
** Ending: how a Lua actor ends: reason, terminate, links, state.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_ENDING_H
#define TROUPE_SCRIPT_ENDING_H

#include <stdbool.h>

#include "core/actor.h"
#include "script/body.h"

/* After RUN_FAILED: unwinds, and makes the error the reason, with this actor's
** hop. `ends`: it ends the actor, unless it is the timeout of the request in
** hand; false from here: it ends the request only. Who must hear of it by the
** log or the host does. It may turn out that the actor is killed meanwhile:
** then nothing of it runs any more. */
bool ending_reason_error(struct body *body, bool ends);

/* After RUN_CUT, or for a visit that is suspended: unwinds, and makes of it,
** and of where it was, the reason; the actor goes on. `noted`: body->evidence
** is where it was. */
void ending_reason_cut(struct body *body, bool noted);

/* After RUN_DYING: nothing of the script runs any more, and the reason says
** what it died of. ending_finish is next. */
void ending_die(struct body *body);

/* Shuts the mailbox and runs `terminate`, if there is one. STEP_WAIT while
** that waits; then ending_finish has been called when it answers
** STEP_ENDED. */
enum step ending_begin(struct body *body);
/* Without `terminate`: runs finalisers, unless the actor was killed, and
** may wait as ending_begin does; then tells everybody, closes the state. */
enum step ending_finish(struct body *body);

/* The host stops, and this one did not: says on the log what holds it up. */
void ending_log_late(struct body *body);

#endif
