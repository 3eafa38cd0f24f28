/*
** Overload: what a script hears of a full mailbox.
**
** Threads  [owner] all functions but overload_tell: [any thread]
*/
#ifndef TROUPE_SCRIPT_OVERLOAD_H
#define TROUPE_SCRIPT_OVERLOAD_H

#include <lua.h>
#include <stdint.h>

#include "core/scheduler.h"

/* Raises `overload`: the mailbox of `pid` is full; `why` follows the figures
** ("; it refuses"). ID_NONE: what is held for the address at index 1. */
int overload_raise(lua_State *L, uint64_t pid, const char *why);
/* The same for who has waited since `since`, in nanoseconds. */
int overload_raise_waited(lua_State *L, uint64_t pid, uint64_t since);

/* scheduler->crowded: a line on the log. */
void overload_tell(struct scheduler *scheduler, struct actor *actor);

/* Pushes { size, bytes, full }. May raise (memory). */
void overload_push_bound(lua_State *L, const struct mailbox_bound *bound);

/* core.mailbox(target) -> { count, bytes, size, limit, full, dropped, waiting }
** or nil: what is in it, what may be, the policy, what that has cost, and how
** many senders wait. */
int overload_lua_mailbox(lua_State *L);

#endif
