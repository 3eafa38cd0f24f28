/*
** Console: what the operator's actors need of the host. They are those of
** lua/troupe/console.lua: the behaviour `troupe.console`, which owns the socket
** of a host that has a name, and for each who has connected a session. All of
** them live on the private worker (core/scheduler.h).
**
** Threads
**   [main]   console_new, _free, _wait, _problem, _hand
**   [owner]  the others: actors on the private worker
** Ownership
**   A descriptor that is handed in is the console's in any case.
*/
#ifndef TROUPE_SCRIPT_CONSOLE_H
#define TROUPE_SCRIPT_CONSOLE_H

#include <lua.h>
#include <stdbool.h>

#include "base/thread.h"
#include "script/script.h"

#define CONSOLE_HANDED_LARGEST 16 /* not yet taken up */

struct console {
  struct script *script;
  struct fixed_reason adopt; /* the info that there is a descriptor */
  uint64_t pid;              /* of troupe.console; before its launch: main */
  struct mutex lock;
  struct condition changed;
  char problem[200]; /* lock; constant once it has ended */
  bool started, ended;                /* lock */
  int handed[CONSOLE_HANDED_LARGEST]; /* lock; the oldest first */
  int handed_count;                   /* lock */
};

struct console *console_new(struct script *script); /* NULL: no memory */
void console_free(struct console *console);         /* takes NULL */

/* Waits, some seconds at most, until troupe.console has started; false: it has
** not: console_problem, or the log, says why. */
bool console_wait(struct console *console);
/* Why its init has refused; "" if it has not. The console's. */
const char *console_problem(struct console *console);
/* A connected socket whose other end is to get a session. False: too many. */
bool console_hand(struct console *console, int fd);

/* troupe.console has started, or ended: `problem` is what its init has refused
** with, or NULL. [owner] */
void console_started(struct console *console);
void console_ended(struct console *console, const char *problem);

/* core.console_start(module, args, options): core.start on this worker. */
int console_lua_start(lua_State *L);
/* core.console_serve(path, module, args, most) -> listener, or nil, problem */
int console_lua_serve(lua_State *L);
/* core.console_adopt(module, args) -> pid, or nil: nothing is handed in. */
int console_lua_adopt(lua_State *L);

#endif
