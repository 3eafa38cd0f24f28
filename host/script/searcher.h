/*
** Searcher: what `package` does with files of a release: its C modules, and
** package.searchpath.
**
** Threads  [owner] searcher_install
*/
#ifndef TROUPE_SCRIPT_SEARCHER_H
#define TROUPE_SCRIPT_SEARCHER_H

#include <lua.h>

/* With a fresh `package` table on top. Does nothing in what is no release. May
** raise (memory). */
void searcher_install(lua_State *L);

#endif
