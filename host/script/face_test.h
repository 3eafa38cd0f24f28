/*
** The bindings behind troupe.test. What reaches into the whole host, so that an
** actor could change what others see, is for the host of `troupe test` alone:
** elsewhere it raises badargument.
**
** Threads  [owner] all functions: but for the visit, of the actor that tests
*/
#ifndef TROUPE_SCRIPT_FACE_TEST_H
#define TROUPE_SCRIPT_FACE_TEST_H

#include <lua.h>

/* Raises unless this is the host of `troupe test`; `what` needs it. */
void test_check(lua_State *L, const char *what);

/* core.keep_log(keep): the host's log keeps its lines, or writes them again:
** base/log.h. */
int test_lua_keep_log(lua_State *L);
/* core.kept_log() -> level, who, text of the oldest line that is kept, `who`
** may be nil; or nil, and how many had to be dropped. */
int test_lua_kept_log(lua_State *L);

/* core.overtime(seconds, number, what): that evaluation of this actor is
** interrupted when it has taken so long by the real clock; if it does not heed
** that, the process ends, and tells what it was. Without: no more -> if it has
** been interrupted, what it waited for and its stack. */
int test_lua_overtime(lua_State *L);

/* core.exit_status(number): with which the host ends, should this script end
** without os.exit. */
int test_lua_exit_status(lua_State *L);

/* core.refuse(from): the call that `from` stands for has no handler. */
int test_lua_refuse(lua_State *L);

/* core.close_socket() -> how many this actor has opened so far; of that number,
** closes the last that it has opened since and has open -> its peer; or nil. */
int test_lua_close_socket(lua_State *L);

/* core.stop_timers(): this actor's own, to itself, all of them. */
int test_lua_stop_timers(lua_State *L);

/* core.cover(): from now on the lines of this actor, and of all that start,
** are counted. */
int test_lua_cover(lua_State *L);
/* core.covered() -> what has run of files, by source: { [line] = count }. */
int test_lua_covered(lua_State *L);

/* core.answerer(fn): what the visit "ask" of others calls in this actor. */
int test_lua_answerer(lua_State *L);
/* That visit: any values -> what the function returns. */
int test_ask(lua_State *L);

#endif
