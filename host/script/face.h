/*
** Face: what a script sees of the host, `require "troupe"`, and os.exit.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_H
#define TROUPE_SCRIPT_FACE_H

#include <lua.h>

/* os.exit. */
int face_exit(lua_State *L);

#endif
