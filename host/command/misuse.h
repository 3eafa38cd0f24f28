/*
** Misuse: what is told to who has asked for something that there is not.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_MISUSE_H
#define TROUPE_COMMAND_MISUSE_H

#include <stdbool.h>

/* A line on standard error, in the name of the program that was typed, that
** ends in `argument`. Returns false. */
bool misuse(const char *what, const char *argument);

/* A line as well, without a word on help; returns 1. */
int misuse_tell(const char *what);

#endif
