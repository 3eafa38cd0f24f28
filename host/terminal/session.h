/*
** Session: with the console of a host: at a terminal, with lines of code that
** were given, or with standard input as a script.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_TERMINAL_SESSION_H
#define TROUPE_TERMINAL_SESSION_H

#include "terminal/client.h"

/* Would it be at a terminal? */
bool session_is_interactive(const struct client *client);

/*
** An exit status: 0; 1: something raised, or there is no session (any more);
** 128 and its number: a signal has ended it, or has cut an evaluation short.
*/
int session_run(const struct client *client);

#endif
