/*
** Prompt: a session at a terminal: lines are read, each is evaluated.
**
** Threads
**   [main]  prompt_run
*/
#ifndef TROUPE_TERMINAL_PROMPT_H
#define TROUPE_TERMINAL_PROMPT_H

#include "terminal/client.h"

/* The terminal that a line can be edited on: the output, or else the error
** output, for one whose results go elsewhere; -1: neither is one. */
int prompt_terminal(const struct client *client);

/* As session_run. */
int prompt_run(const struct client *client);

#endif
