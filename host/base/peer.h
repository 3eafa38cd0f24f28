/*
** Peer: who is at the other end of a unix socket, as the kernel says.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_PEER_H
#define TROUPE_BASE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* The user that it belonged to when they were connected. False: the kernel does
** not say; then `user` is nobody's number. */
bool peer_user(int fd, uid_t *user);

#endif
