/*
** Inspect: what one actor may know of another, for lua/troupe/inspect.lua.
**
** A target that is not there raises noactor.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_INSPECT_H
#define TROUPE_SCRIPT_FACE_INSPECT_H

#include <lua.h>

/* core.pid(text) -> the pid that prints so, or nil. Nobody need have it. */
int inspect_lua_pid(lua_State *L);
/* core.occupant(slot) -> the pid of who is there now, <0.slot.?>, or nil. */
int inspect_lua_occupant(lua_State *L);
/* core.behaviour(pid) -> the name of a live one's behaviour, or nil. */
int inspect_lua_behaviour(lua_State *L);

/*
** core.info(target), core.stacks(target): the target's dossier
** (script/dossier.h), of the caller itself, too. It is asked for it as for a
** report: whatever it is doing, and without being disturbed. One that does not
** answer within a second has `doing` "silent", `silent`, which says why as far
** as is known, and what its slot tells: pid, behaviour, waits, target, since.
*/
int inspect_lua_info(lua_State *L);
int inspect_lua_stacks(lua_State *L);

/* core.defaults() -> what an actor may use whose start options do not say:
** { memory, cpu, mailbox }; nil where there is no limit. */
int inspect_lua_defaults(lua_State *L);

/* core.level(level) -> the level of the host's log, as it was; a string sets
** it. */
int inspect_lua_level(lua_State *L);

/* core.modules() -> { sources, names }: script/module_store.h, modules_note. */
int inspect_lua_modules(lua_State *L);

#endif
