/*
** Pipe: writing to what may be a pipe, or a socket, that nobody reads any more,
** without the signal that this brings. A worker blocks it; the command ignores
** it. An engine's thread does what the engine wants, so it is held back there
** for as long as we write, and is gone when we are done.
**
** Threads  [any thread] all functions; both of a pair on one thread
*/
#ifndef TROUPE_BASE_PIPE_H
#define TROUPE_BASE_PIPE_H

#include <stdbool.h>

struct pipe_guard {
  bool blocked; /* it was not before */
  bool pending; /* it was, before: that one is not ours */
};

/* In the command: nothing. May be nested. */
void pipe_guard_enter(struct pipe_guard *guard);
void pipe_guard_leave(const struct pipe_guard *guard);

#endif
