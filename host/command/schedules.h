/*
** Schedules: `troupe test --schedules N` runs the tests once under each of N
** seeds, and tells of the lowest under which they fail: what is printed, how to
** have that again, and which choices make it so.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_SCHEDULES_H
#define TROUPE_COMMAND_SCHEDULES_H

#include "command/seeded.h"

/* Returns the exit status. */
int schedules_run(const struct seeded *seeded);

#endif
