/*
** Problem: why the last function of the face that failed on this thread did so
** (troupe_problem).
**
** Threads  [any thread] all functions; each knows of its own thread only
*/
#ifndef TROUPE_EMBED_PROBLEM_H
#define TROUPE_EMBED_PROBLEM_H

#include <stdbool.h>

/* One line of English, without a full stop; false, for who returns that. */
bool problem_set(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
