/*
** Server: tcp.serve. A listener of an actor; every connection it brings
** becomes an actor of its own on the least loaded worker.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_SERVER_H
#define TROUPE_SCRIPT_SERVER_H

#include <lua.h>

#include "script/body.h"

struct notes; /* script/notes.h */

int server_lua_serve(lua_State *L);
/* Writes down its listeners, a list of addresses. */
void server_note(const struct body *body, struct notes *notes);
/* The same on the private worker, for the operator's sessions, which stay on
** it: (path, module, args, most). Who may not connect is refused:
** script/admission.h. */
int server_lua_private(lua_State *L);
/* Makes such a session of `fd`, a connected socket, and its START message; both
** are taken. ID_NONE: no memory. */
uint64_t server_adopt(lua_State *L, struct message *start, int fd);
void server_close_all(struct body *body);

#endif
