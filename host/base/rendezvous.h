/*
** Rendezvous: where a host that has a name, and whoever wants to talk to it,
** meet: a directory of this user's, and in it a socket and a lock by name.
**
**   DIRECTORY/shop.sock   the host listens here
**   DIRECTORY/shop.lock   locked as long as the host lives; its process id
**
** The directory is $TROUPE_RUNTIME_DIR, else $XDG_RUNTIME_DIR/troupe, else
** troupe-UID in the directory of temporary files. Whoever can write there is
** who may connect, so it is used only if it is a directory and not a link,
** ours, and closed to everybody else (mode 0700).
**
** Threads
**   [any thread]  all functions, while nobody changes the environment
** Ownership
**   Who has claimed a name owns its lock, and the socket's file.
** Errors
**   One line of English in `error`, without a line end.
*/
#ifndef TROUPE_BASE_RENDEZVOUS_H
#define TROUPE_BASE_RENDEZVOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#define RENDEZVOUS_NAME_LARGEST 40 /* bytes */
#define RENDEZVOUS_PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)
#define RENDEZVOUS_ERROR_SIZE ((size_t)400) /* holds any of them */

struct rendezvous {
  char directory[RENDEZVOUS_PATH_SIZE];
  char socket[RENDEZVOUS_PATH_SIZE]; /* fits a struct sockaddr_un */
  char lock[RENDEZVOUS_PATH_SIZE];
};

/* The places of `name`: 1 to RENDEZVOUS_NAME_LARGEST letters, digits, '_', '-'
** and '.', the first none of the last two. Makes nothing; a directory that is
** there is looked at, whether it may be trusted; it need not be there. For who
** connects. */
bool rendezvous_find(struct rendezvous *place, const char *name, char *error,
                     size_t error_size);

/* Takes the name for this process: makes the directory, takes the lock, and
** removes the socket that a host before may have left over. A descriptor that
** holds the lock till rendezvous_leave, or till the process ends; -1: the name
** is taken ("a host named shop is running already (process 1234)"), or it
** cannot be. For a host. */
int rendezvous_claim(struct rendezvous *place, const char *name, char *error,
                     size_t error_size);
/* Gives it back: no lock, no file of it. Takes -1. */
void rendezvous_leave(const struct rendezvous *place, int lock);

/* The process that has the name, -1 if it cannot be told which, 0: none has. */
long rendezvous_holder(const struct rendezvous *place);

/* Calls `visit` for each name that a host has, in no order, until it answers
** false. False only if the directory cannot be trusted or read; no directory is
** no hosts. */
bool rendezvous_list(bool (*visit)(void *context, const char *name,
                                   long process),
                     void *context, char *error, size_t error_size);

#endif
