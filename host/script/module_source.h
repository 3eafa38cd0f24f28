/*
** Module source: a file of Lua that actors have loaded: its compiled versions,
** and who uses it.
**
** A source is *closed* while it is being reloaded: who would load it waits
** until it is open again, and gets what is then its version. The switch to
** another version is one store, of `current`.
**
** Threads    [store lock] all functions and all fields but `chunk`, which is
**            constant; [any thread] unit_*
** Ownership  A source lives as long as the store. A unit is counted.
*/
#ifndef TROUPE_SCRIPT_MODULE_SOURCE_H
#define TROUPE_SCRIPT_MODULE_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/actor.h"
#include "core/waiters.h"

/* A compiled version. */
struct unit {
  atomic_uint owners; /* counted up by an owner, or under the store's lock by
                      ** whoever finds it there */
  uint32_t version;   /* 1 is the first; constant, as are size and code */
  size_t size;
  char code[];
};

/* Who has loaded the source, and as which module: "shop.account"; "" for a
** script. The text lives as long as the store. */
struct user {
  uint64_t pid;
  const char *name;
};

struct source {
  struct source *next; /* store's table */
  char *chunk; /* its name as Lua has it: "@./shop.lua", "=troupe/pool.lua" */
  struct unit *current;
  struct unit *former; /* what was current before; or NULL */
  uint32_t versions;   /* so many have been numbered */
  bool closed;
  struct waiters waiting; /* until it is open */
  struct user *users;     /* some of them have ended */
  uint32_t user_count, user_capacity;
  uint64_t joined; /* users that there ever were */
};

/* NULL: no memory. It has one owner, and the version is not set yet. */
struct unit *unit_new(const struct buffer *code);
struct unit *unit_share(struct unit *unit);
void unit_drop(struct unit *unit); /* takes NULL */

struct source *source_new(const char *chunk);  /* NULL: no memory */
void source_free(struct source *source);

/* Sorts users by pid and name, those that have ended and repetitions left out;
** returns how many are left. [any thread, of a list of its own] */
uint32_t source_tidy(struct user *users, uint32_t count,
                     struct directory *directory);
/* Notes a user; forgets some that have ended. False: no memory. */
bool source_join_locked(struct source *source, struct directory *directory,
                        uint64_t pid, const char *name);
/* Users that have not ended; one that has loaded it as two modules is two. */
uint32_t source_live_locked(const struct source *source,
                            struct directory *directory);
/* `unit` becomes the current one: shared. */
void source_switch_locked(struct source *source, struct unit *unit);

#endif
