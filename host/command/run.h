/*
** Run: `troupe run` and `troupe -e`: a host until its script ends, or a signal
** stops it.
**
** Threads
**   [main]  run_script
*/
#ifndef TROUPE_COMMAND_RUN_H
#define TROUPE_COMMAND_RUN_H

#include "command/request.h"

/* Returns the process's exit status. */
int run_script(const struct request *request);

#endif
