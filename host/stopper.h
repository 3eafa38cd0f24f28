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

#include "script/script.h"

/*
** Asks every actor to stop, the youngest first, each before the next; gives up
** at `until` (nanoseconds, as tick_now), names those that are left on the log,
** kills them and gives them `until_killed`. False: somebody is still there.
*/
bool stopper_run(struct script *script, uint64_t until, uint64_t until_killed);

#endif
