/*
** Timer: troupe.after and troupe.every.
**
** Threads
**   [worker]  a timer's node is in the wheel of the worker that made it
**   [owner]   the rest: of the target
*/
#ifndef TROUPE_SCRIPT_TIMER_H
#define TROUPE_SCRIPT_TIMER_H

#include <lua.h>
#include <stdbool.h>

#include "core/message.h"
#include "script/body.h"

struct notes; /* script/notes.h */

/* A TIMER message has come: false if the timer was cancelled meanwhile. After
** true it cannot be any more. */
bool timer_arrived(const struct message *message);
/* It is not handled now after all: it goes back to the front of the mailbox.
** False: not needed, the next tick has come. */
bool timer_put_back(const struct message *message);
/* Pushes what the timer carries; returns how many values. */
int timer_unpack(lua_State *L, const struct message *message);
/* What it carries, as a message: of any kind, only its values count. */
const struct message *timer_values(const struct message *message);
/* Frees a TIMER message's share of its timer, not the message. */
void timer_release(const struct message *message);

/* Writes down its timers to itself, a list. */
void timer_note(const struct body *body, struct notes *notes);

/* The actor ends: so do its timers to itself. */
void timer_stop_all(struct body *body);

/* after(seconds, target, ...) -> timer, or nil, "noactor" if nobody holds the
** key now; timer:cancel() -> whether it would still have been handled */
int timer_lua_after(lua_State *L);
int timer_lua_every(lua_State *L);

#endif
