/*
** Start: how a Lua actor comes to be, and what is settled when its init has
** returned.
**
** Threads  [owner] all functions; start_new: who starts it
*/
#ifndef TROUPE_SCRIPT_START_H
#define TROUPE_SCRIPT_START_H

#include <lua.h>
#include <stdbool.h>

#include "core/actor.h"
#include "script/body.h"
#include "script/script.h"

/* A body and its actor, found by nobody yet. Takes `path`. NULL: no memory. */
struct actor *start_new(struct script *script, struct path *path,
                        uint64_t starter);
/* Undoes it, before its first message has been posted. */
void start_discard(struct script *script, struct actor *actor);
/* Frees the body of an actor that is no longer, and its state if it has one.*/
void start_free_body(struct body *body);

/* First turn: makes the state. False: no memory; the reason is set. */
bool start_state(struct body *body);
/* ACTIVITY_START is over. */
enum step start_finished(struct body *body);
/* init raised, or there was no getting there: body->reason says why. */
enum step start_failed(struct body *body);

/* "<0.17.3> account" */
void start_who(struct body *body, char *text, size_t size);
/* The printed error of a script, for the host. */
void start_keep_text(struct body *body, const char *text, size_t size);

/*
** Get-or-start: one round. STATUS_OK: *pid is live. STATUS_WAIT: a wait is
** open; suspend, then call start_sought (which raises what went wrong) and
** go another round. `make` makes an actor and its START message when there
** is none; it may raise. May itself raise.
*/
typedef struct actor *start_make(lua_State *L, struct message **message);
enum status start_seek(lua_State *L, struct key key, start_make *make,
                       uint64_t *pid);
void start_sought(lua_State *L, struct key key);
/* For the address at index 1. */
struct actor *start_entity(lua_State *L, struct message **message);

/* troupe.start(module, args, options) */
int start_lua_start(lua_State *L);
/* registry.ensure(key, module, args, options) */
int start_lua_ensure(lua_State *L);

#endif
