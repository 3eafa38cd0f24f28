/*
** Connect: the way to a connected socket: look the name up, try each of its
** addresses in turn.
**
** Threads    [worker] all functions
** Ownership  connecting_start's answer lives until `done` is called or
**            connecting_cancel, whichever comes first. The descriptor that
**            `done` brings is the callee's.
*/
#ifndef TROUPE_IO_CONNECT_H
#define TROUPE_IO_CONNECT_H

#include "io/address.h"

struct connecting;

/* `fd` is connected and non-blocking, or -1 with why in `error`: that of the
** first address, which is the one that the system prefers. Never called
** from within connecting_start. [loop] */
typedef void connecting_done(void *context, int fd, int error);

/* On the loop of this thread's worker. NULL with *error. */
struct connecting *connecting_start(const struct address *address,
                                    connecting_done *done, void *context,
                                    int *error);
/* `done` is not called any more. */
void connecting_cancel(struct connecting *connecting);

#endif
