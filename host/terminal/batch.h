/*
** Batch: a session without a terminal: what is to be evaluated is known.
**
** Threads
**   [main]  batch_run
*/
#ifndef TROUPE_TERMINAL_BATCH_H
#define TROUPE_TERMINAL_BATCH_H

#include "terminal/client.h"

/* As session_run. */
int batch_run(const struct client *client);

#endif
