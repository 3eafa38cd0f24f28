/*
** Repl: `troupe repl`: a session with a host of its own, in this process.
**
** Threads
**   [main]  run_repl
*/
#ifndef TROUPE_COMMAND_REPL_H
#define TROUPE_COMMAND_REPL_H

#include "command/request.h"

/* Returns the process's exit status. */
int run_repl(const struct request *request);

#endif
