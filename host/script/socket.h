/*
** Socket: troupe.tcp. A socket or a listener is a userdata of its actor, in
** the actor's list while it is open, and closed with it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_SOCKET_H
#define TROUPE_SCRIPT_SOCKET_H

#include <lua.h>
#include <stdbool.h>

#include "core/message.h"
#include "script/body.h"

struct notes; /* script/notes.h */

/* Pushes the socket of the accepted connection that this actor was started
** for. Raises if it cannot be had. */
void socket_push_accepted(lua_State *L, struct body *body);

/* A SOCKET message has come: false if its socket has been closed meanwhile. */
bool socket_arrived(struct body *body, const struct message *message);
/* Pushes "data", socket, bytes or "closed", socket, reason; false and nothing
** if there is nothing after all. */
bool socket_push_event(lua_State *L, const struct message *message);
/* The handler has returned: the next may come. */
void socket_delivered(lua_State *L, const struct message *message);

/* Writes down what it has open, a list. */
void socket_note(const struct body *body, struct notes *notes);

/* Closes the last one that it has opened since body->sockets_opened was `mark`
** and has open, and writes its peer; false: there is none. */
bool socket_close_last(struct body *body, uint64_t mark, char *peer,
                       size_t size);

/* Closes what the actor still has open, and a connection that it never took
** up. */
void socket_close_all(struct body *body);

/* Pushes the module `troupe.tcp`. */
void socket_open_tcp(lua_State *L);

#endif
