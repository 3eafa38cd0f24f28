/*
** Attach: `troupe attach`: a session with a host that runs elsewhere.
**
** Threads
**   [main]  attach
*/
#ifndef TROUPE_COMMAND_ATTACH_H
#define TROUPE_COMMAND_ATTACH_H

#include "command/request.h"

/* Returns the process's exit status. */
int attach(const struct request *request);

#endif
