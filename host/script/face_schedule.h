/*
** Schedule, as scripts and people see it (core/schedule.h).
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_SCHEDULE_H
#define TROUPE_SCRIPT_FACE_SCHEDULE_H

#include <lua.h>

#include "core/schedule.h"

/* core.schedule() -> { seed, turns, choices, hash }, the last a text; nil: the
** host has none. */
int schedule_lua_figures(lua_State *L);

/* A schedule_words: `<0.9.1> disk ("disk1") is held back before call "get" 7
** from <0.4.1> shop`, or `<0.4.1> shop is held back at shop.lua:12`. */
void schedule_describe(struct scheduler *scheduler, struct actor *actor,
                       const char *how, char *text, size_t size);
/* A schedule_unseen: what troupe.test does to hear how actors end, and who asks
** to be told of an end. */
bool schedule_is_unseen(struct scheduler *scheduler, struct actor *actor);

/* The running actor has done, on this thread, what others can see
** (script/preempt.h): it makes way at its next instruction, if it can and is
** chosen to. */
void schedule_make_way(lua_State *L);

#endif
