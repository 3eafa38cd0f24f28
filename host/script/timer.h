/*
** Timer: troupe.after and troupe.every.
**
** Threads
**   [worker]  a timer's node is in the wheel of the worker that made it
**   [owner]   timer_arrived, timer_unpack: of the target
*/
#ifndef TROUPE_SCRIPT_TIMER_H
#define TROUPE_SCRIPT_TIMER_H

#include <lua.h>
#include <stdbool.h>

#include "core/message.h"

/* A TIMER message has come: false if the timer was cancelled meanwhile. */
bool timer_arrived(const struct message *message);
/* Pushes what the timer carries; returns how many values. */
int timer_unpack(lua_State *L, const struct message *message);
/* Frees a TIMER message's share of its timer, not the message. */
void timer_release(const struct message *message);

int timer_lua_after(lua_State *L);
int timer_lua_every(lua_State *L);

#endif
