/*
** Terminal: an engine's own client of the console. For the terminal_*.c only,
** but for the first two functions.
**
** It is a native actor on the engine's thread. The console gives it a session
** (lua/troupe/console/session.lua), which casts to it what a client behind a
** socket would read in frames, and gets what that would send as infos. So what
** comes is served, bounded and woken for as any message is, and a frame without
** news costs nothing, with terminals or without.
**
** Threads
**   [main]    terminals_install, terminals_remove
**   [engine]  the rest, and all of struct troupe_terminal
** Ownership
**   A terminal belongs to the host's list, until both its caller has closed it
**   and its actor has ended; or the host goes.
*/
#ifndef TROUPE_EMBED_TERMINAL_H
#define TROUPE_EMBED_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "embed/native.h"
#include "troupe.h"

struct terminals {
  struct native native; /* the behaviour; no script finds it */
  struct troupe_terminal *first;
};

struct troupe_terminal {
  struct troupe_terminal *next; /* in the host's list */
  struct troupe *host;
  struct troupe_terminal_options options;
  uint64_t pid;     /* of its actor */
  uint64_t session; /* of the session's actor; ID_NONE: not yet, or no more */
  bool lives;       /* the actor has not ended */
  bool closed;      /* the caller does not want to hear of it any more */
  bool ended;       /* the session has, and `end` has said so */
  bool ready;       /* a line may be typed */
  bool more;        /* which is the rest of an input */
  bool at_start;    /* what has been shown ended with its line */
  bool within;      /* a text of several pieces */
  int interrupts;   /* of the input at work */
  int asked;        /* completions, not answered yet */
  size_t before;    /* of the last one: bytes before the cursor */
  struct buffer prompt, more_prompt; /* with a NUL */
  struct buffer input;               /* the lines of it that were typed */
  struct buffer answer;              /* a completion's pieces so far */
};

/* False: no memory. Needs natives_install. */
bool terminals_install(struct troupe *host);
/* Those that are open end. No actor runs any more. */
void terminals_remove(struct troupe *host);

/* Tells the session who we are, and how many columns there are. False:
** problem_set says why. */
bool terminal_hello(struct troupe_terminal *terminal);
/* It is gone for the caller: `end` says so, unless it has, or must not. */
void terminal_over(struct troupe_terminal *terminal, const char *why);
/* Frees it if nobody needs it any more. */
void terminal_release(struct troupe_terminal *terminal);

/* --- terminal_actor.c ---------------------------------------------------- */

extern const struct troupe_behaviour terminal_behaviour;

#endif
