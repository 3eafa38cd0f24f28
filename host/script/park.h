/*
** Park: a script in troupe.receive is at a boundary, though its main thread is
** suspended there. A visit (script/visit.h) that comes then runs on a thread of
** its own, with nothing in hand; the receive is taken back meanwhile, and
** opened again, with the deadline that it had, when the visit is over.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_PARK_H
#define TROUPE_SCRIPT_PARK_H

#include <stdbool.h>

#include "script/body.h"

/* The body is a visit's from here on. False: the receive is ending just now, or
** there is no memory. */
bool park_receive(struct body *body);
/* The visit is over: the body is the receive's again. */
void park_return(struct body *body);
/* The same for an actor that ends, with the visit in hand or not: its asker is
** owed an exit, the receive is not opened again. Nothing if none is parked. */
void park_end(struct body *body);

#endif
