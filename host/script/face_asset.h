/*
** Face asset: `troupe.asset`, the files in a project's folder assets/, and in
** what `troupe build` has made of it.
**
** Threads
**   [owner]  asset_open
*/
#ifndef TROUPE_SCRIPT_FACE_ASSET_H
#define TROUPE_SCRIPT_FACE_ASSET_H

#include <lua.h>

/* Pushes the module: read, list. May raise. */
void asset_open(lua_State *L);

#endif
