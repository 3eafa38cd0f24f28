/*
** Face archive: `troupe.archive`, by which `troupe build` writes what it makes.
** Not for scripts.
**
** Threads
**   [owner]  archive_open_face
*/
#ifndef TROUPE_SCRIPT_FACE_ARCHIVE_H
#define TROUPE_SCRIPT_FACE_ARCHIVE_H

#include <lua.h>

/* Pushes the module: write(path, files): by name their bytes, or true for the
** file of that name. The size of what it has made, or nil and why it could not.
** May raise. */
void archive_open_face(lua_State *L);

#endif
