/*
** Reload: the exchange of a module's version in all actors that use it.
**
** One actor, the *coordinator*, leads it (lua/troupe/reload.lua); those that
** use the module are its *parts*. It posts orders (MESSAGE_RELOAD) to all of
** them at once and waits until each has done what it was told, or has ended:
**
**   FREEZE   come to a message boundary and stay there
**   SERVE    handle this one request, by the old version, and freeze again:
**            somebody who is to freeze waits for it (reload_chain.c)
**   PREPARE  load the new version beside the old one, upgrade a copy of the
**            state
**   RELEASE  take what has been prepared, or drop it, and go on
**
** Between the last two the version is switched, for all at once, in the store
** (module_store.h). There is one reload at a time in a host: parts know it by
** its number, and what they tell an earlier one is not heard.
**
** Threads
**   [any thread]   reloads_*, reload_tell, reload_fail, reload_unit
**   [coordinator]  the rest: the actor that leads it
** Ownership
**   A struct reload is the coordinator's, and so is what hangs off it.
*/
#ifndef TROUPE_SCRIPT_RELOAD_H
#define TROUPE_SCRIPT_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/message.h"
#include "core/pidset.h"
#include "script/module_store.h"

struct script; /* script/script.h */

enum reload_order { RELOAD_FREEZE, RELOAD_SERVE, RELOAD_PREPARE,
                    RELOAD_RELEASE };

/* Payload of a MESSAGE_RELOAD. */
struct reload_message {
  uint64_t number;
  uint32_t index; /* of the part */
  uint8_t order;  /* enum reload_order */
  bool committed; /* RELEASE: by the new version */
  const char *name; /* as which it has loaded the module; lives on */
  struct waiter request; /* SERVE: its caller; pid ID_NONE: the oldest one */
};

/* Where a part stands. Of the busy ones something is awaited. */
enum reload_state {
  RELOAD_ASKED,     /* busy: to freeze */
  RELOAD_FROZEN,
  RELOAD_SERVING,   /* busy: one request, then to freeze again */
  RELOAD_PREPARING, /* busy */
  RELOAD_READY,
  RELOAD_FAILED,
  RELOAD_RELEASED,  /* busy */
  RELOAD_DONE,
  RELOAD_GONE       /* it has ended */
};

/* Who has loaded the module under several names is one part, in the index, and
** has for each more an entry that is GONE from the beginning. */
struct reload_part {
  uint64_t pid;     /* constant */
  const char *name; /* as which it has loaded the module; constant */
  enum reload_state state; /* lock */
  bool several;            /* lock; it has more names */
};

struct reload {
  uint64_t number; /* 0: it has not begun, or is over */
  struct source *source;
  const char *path;     /* on which it is found, if not on the coordinator's */
  struct unit *unit;    /* the new version; owned */
  uint32_t old_version; /* what the host calls it */
  uint64_t self;        /* the coordinator; it does its own part itself */
  uint64_t joined;      /* users of the source that are parts */
  bool closed;          /* the source is */
  bool committed;
  struct pidset index;  /* pid -> index of its part + 1 */
  /* --- Lock; the coordinator alone changes the list. --- */
  struct reload_part *parts;
  uint32_t count, capacity;
  uint32_t busy;
  struct waiter waiter;    /* the coordinator, until none is busy; or ID_NONE */
  struct message *failure; /* the first: payload: an error object; or NULL */
  uint64_t failed;         /* whose it is */
};

/* --- Of a host ------------------------------------------------------------ */

struct reloads;
struct reloads *reloads_new(void); /* NULL: no memory */
void reloads_free(struct reloads *reloads);

/* --- A part's ------------------------------------------------------------- */

void reload_tell(struct script *script, uint64_t number, uint32_t index,
                 enum reload_state state);
/* `failure`, taken, has one error object for payload; NULL: no memory for it.
*/
void reload_fail(struct script *script, uint64_t number, uint32_t index,
                 struct message *failure);
/* The version to be prepared, owned by the caller; NULL: that reload is over.
*/
struct unit *reload_unit(struct script *script, uint64_t number,
                         struct source **source);

/* Another name of this part's, the first for *place 0, or NULL: there is no
** more. The text lives as long as the store. */
const char *reload_other_name(struct script *script, uint64_t number,
                              uint32_t index, uint32_t *place);

/* --- The coordinator's ---------------------------------------------------- */

/* False: another one is under way. */
bool reload_begin(struct script *script, struct reload *reload);
/* Closes the module; who uses it and is no part yet becomes one, and is told to
** freeze. Returns how many, -1 for no memory. */
int reload_join(struct script *script, struct reload *reload);
/* None is busy: true. False: `waiter`'s wait is ended when none is. */
bool reload_await(struct script *script, struct reload *reload,
                  struct waiter waiter);
/* Parts that have ended without a word are not waited for; returns how many
** are busy. */
uint32_t reload_busy(struct script *script, struct reload *reload);
/* Has one failed? From then on `failed` and `failure` do not change. */
bool reload_has_failed(struct script *script, const struct reload *reload);
/* Parts that have not ended. */
uint32_t reload_count(struct script *script, const struct reload *reload);
/* A busy part, or ID_NONE. */
uint64_t reload_laggard(struct script *script, struct reload *reload);
/* Whoever is held up by a part that is frozen is helped on. False: no memory.
** See reload_chain.c. */
bool reload_follow(struct script *script, struct reload *reload);
/* The coordinator's own part; false: it has none. */
bool reload_own(const struct reload *reload, uint32_t *index);
/* Those that are frozen are told to prepare. */
void reload_prepare(struct script *script, struct reload *reload);
/* The switch; false: somebody has come to use the module and is to be joined
** first. */
bool reload_commit(struct script *script, struct reload *reload);
/* All go on, with what is current now. */
void reload_release(struct script *script, struct reload *reload);
/* Nothing is heard of parts any more; releases if that has not been done.
** Nothing if it is over. */
void reload_end(struct script *script, struct reload *reload);

#endif
