/*
** Listener: the socket that brings new connections, on the loop of the
** worker that its owner is pinned to. It hands out bare descriptors, so that
** a connection may live on any worker.
**
** Threads
**   [owner on its worker]  listener_open, listener_local, listener_close
**   [any thread]           listener_freed, listener_connections
** Ownership
**   listener_open returns owned; listener_close ends it. Its memory goes with
**   the last of its connections, each of which owes one listener_freed.
** Errors
**   Negative libuv codes; names by uv_err_name. Out of descriptors, it lets
**   clients wait in the backlog and tries again ten times a second.
*/
#ifndef TROUPE_IO_LISTENER_H
#define TROUPE_IO_LISTENER_H

#include <stddef.h>

#include "core/scheduler.h"
#include "io/address.h"

struct listener;

struct listener_options {
  int max;     /* connections at a time, 0: no bound; more have to wait */
  int backlog; /* 0: 511 */
  unsigned mode; /* of a unix socket's file; 0: as the umask has it */
  /* A connection has come: `fd` is the callee's, and non-blocking. [loop] */
  void (*accepted)(void *context, int fd);
  void *context;
};

/* Binds and listens; pins the actor. NULL with *error. A unix socket file
** that nobody answers on is replaced, one in use is UV_EADDRINUSE. A host
** name is looked up here and now, IPv4 before IPv6. */
struct listener *listener_open(struct actor *actor,
                               const struct address *address,
                               const struct listener_options *options,
                               int *error);
/* One of its connections has ended: room for another. [any thread] */
void listener_freed(struct listener *listener);
/* How many there are. [any thread] */
int listener_connections(struct listener *listener);
void listener_local(struct listener *listener, char *text, size_t size);
/* Stops accepting, removes a unix socket file, unpins. `accepted` is not
** called any more. */
void listener_close(struct listener *listener);

#endif
