/*
** Stopper: the actor that stops all others, when the host stops.
**
** Threads
**   [main]    stopper_run
*/
#ifndef TROUPE_STOPPER_H
#define TROUPE_STOPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "embed/host.h"

/*
** Asks every actor to stop, the youngest first, each before the next. One that
** has not stopped when the `grace` (nanoseconds) is over is named on the log
** and killed, so that the others still stop in order; two seconds later
** whoever is left is given up. False: then somebody is still there. On the
** engine's thread its own actors are served meanwhile.
*/
bool stopper_run(struct troupe *host, uint64_t grace);

#endif
