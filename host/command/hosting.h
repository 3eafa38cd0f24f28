/*
** Hosting: what the commands that have a host of their own do with it.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_HOSTING_H
#define TROUPE_COMMAND_HOSTING_H

#include "command/request.h"

/* A host with its settings; NULL: why has been told. A file of settings is a
** script, and may loop: signals should still end the process. */
struct troupe *hosting_make(const struct request *request);

/* Starts it, and its script, if there is one. False: see troupe_error. */
bool hosting_begin(struct troupe *host, const struct request *request);

/* Stops it; it is gone then. Returns the exit status: `status`, unless a signal
** has cut its script short. */
int hosting_finish(struct troupe *host, int status, int signal_number);

/* To standard error; returns 1. */
int hosting_tell(const char *what);

/* From here on a second Ctrl-C ends the process at once. */
void hosting_unblock_interrupt(void);

#endif
