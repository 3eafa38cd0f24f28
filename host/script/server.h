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
void server_close_all(struct body *body);

#endif
