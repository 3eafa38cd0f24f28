/*
** Outlet: where that goes which a script prints, in an engine. A process that
** is not ours has its own standard output. So print, warn, io.stdout and
** io.stderr of an actor lead to the host's output function, or to the log, in
** whole lines; what has no end yet is kept for so long.
**
** Threads    [owner] all functions
** Ownership  The outlet is the body's, from the first use on.
*/
#ifndef TROUPE_SCRIPT_OUTLET_H
#define TROUPE_SCRIPT_OUTLET_H

#include <lua.h>
#include <stddef.h>

struct body;

/* With the io library on top, just opened: its files lead here. Raises if there
** is no memory. In the command: nothing. */
void outlet_open(lua_State *L);

int outlet_print(lua_State *L); /* `print` */

/* Never fails: without memory a line may come in pieces. */
void outlet_write(struct body *body, const char *bytes, size_t size);

/* When its state has been closed. */
void outlet_close(struct body *body);

#endif
