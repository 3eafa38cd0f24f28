/*
** Face of reload: what lua/troupe/reload.lua needs of the host.
**
**   exchange.open(name, how, file) -> change, how is "new", "force", "back"; of
**     this file if it is given, and no other of the name; or
**     nil and "unchanged", "not loaded", "no former version", "busy". Raises
**     what is wrong with the file.
**   exchange.versions(name) -> the number of the current version, and of the
**     former one; nil: it is not loaded
**   exchange.files() -> {file = {name, stamp}, ...}; a stamp is a text that is
**     another one when the file has changed, nil if it is not there or empty
**   exchange.candidate(number) -> the new version's chunk, its file
**   exchange.check(value, name) raises unless it is a behaviour
**
** A change leads one reload (script/reload.h); it ends with its variable.
**
**   change:describe() -> {number, version, former, behaviour, path}
**   change:join() -> how many more are told to freeze
**   change:await(seconds) -> how many are busy
**   change:follow(), change:prepare(), change:release(): orders
**   change:prepare_own(), change:install_own(): the coordinator's own part
**   change:commit() -> was the version switched?
**   change:failure() -> nil, or whose, and an error object
**   change:laggard() -> one who is busy, or nil
**   change:count() -> actors that take part and have not ended
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_RELOAD_H
#define TROUPE_SCRIPT_FACE_RELOAD_H

#include <lua.h>

/* Pushes the module `troupe.exchange`. May raise (memory). */
void reload_open(lua_State *L);

#endif
