/*
** Seek: the host that somebody means, and a connection to its console.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_TERMINAL_SEEK_H
#define TROUPE_TERMINAL_SEEK_H

#include "base/buffer.h"

/* By its name, or by the path of its socket, which has a slash in it; NULL: the
** only one that runs. A descriptor that the caller owns, or -1: then `problem`
** has lines that say why (several hosts: their names). */
int seek_host(const char *word, struct buffer *problem);

/* The names of those that run, sorted, a line each, behind what is in `names`.
** False: `problem` has a line that says why not. */
bool seek_list(struct buffer *names, struct buffer *problem);

#endif
