/*
** Links and monitors, and how an actor ends.
**
** A relation is kept on both sides, each side by its own actor: the watcher
** knows whom it monitors (so a `down` that arrives after demonitor is
** recognised and dropped), the watched knows whom to tell. They tell each
** other by messages, so nothing is shared.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_CORE_LINKS_H
#define TROUPE_CORE_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/scheduler.h"

/* pidset flags in actor->relations */
enum {
  RELATION_LINK = 1,     /* linked, both sides */
  RELATION_MONITOR = 2,  /* I monitor it */
  RELATION_WATCHED = 4   /* it monitors me */
};

/* Each: STATUS_OK, or STATUS_NOMEM. A dead target is told to the actor by a
** DOWN or EXIT message as if it had just ended, with OUTCOME_NOACTOR. */
enum status links_link(struct scheduler *scheduler, struct actor *actor,
                       uint64_t target);
enum status links_unlink(struct scheduler *scheduler, struct actor *actor,
                         uint64_t target);
enum status links_monitor(struct scheduler *scheduler, struct actor *actor,
                          uint64_t target);
enum status links_demonitor(struct scheduler *scheduler, struct actor *actor,
                            uint64_t target);
/* One side of a link, atomic with a start: the starter's and the child's. */
enum status links_enter(struct actor *actor, uint64_t other);

/* What the reader of a MONITOR, DEMONITOR, LINK or UNLINK message does. Takes
** the message. */
void links_handle(struct scheduler *scheduler, struct actor *actor,
                  struct message *message);

/*
** A DOWN or EXIT is there. True: it stands (the relation is still there, or
** it is a stop that asks for none) and the actor should hear of it or die of
** it. False: it is stale.
*/
bool links_stand(struct actor *actor, const struct message *message);
/* The same when it is handled: the relation is removed. */
bool links_arrived(struct actor *actor, const struct message *message);

/* Must it end, whatever it traps? Who supervises it says so, or is gone. */
bool links_forced(const struct actor *actor, const struct message *message);
/* An EXIT that it does not die of becomes a DOWN, behind all that has come; an
** unlink before its turn revokes it. Taken. */
void links_trap(struct actor *actor, struct message *message);

/* Why an actor ended. */
struct reason {
  const void *bytes; /* one encoded value */
  size_t size;
  bool normal;       /* links do not die of it */
  uint8_t flags;     /* MESSAGE_TABLES, for DOWN and EXIT */
  /* Of one that has not started: an OUTCOME of which those who wait for it get
  ** copies. NULL: they look again. */
  const struct message *verdict;
};

/*
** Ends the actor for everybody else. Closes the mailbox; makes the death
** visible and the names free; then tells, in this order, those whose calls
** wait here, monitors, links, and gives back leases. What is left in the
** mailbox goes to its seat or is refused; returns how many casts and infos
** were. After it the slot may be another actor's: the body must be the
** caller's own by now. [owner]
*/
uint32_t links_end(struct scheduler *scheduler, struct actor *actor,
                   const struct reason *reason);

/* Hands a granted seat to its waiter, or, where that has given up, to the next
** one. [any thread with a slab cache] */
void links_grant(struct scheduler *scheduler, struct key pool,
                 struct lease_grant *grant);

/*
** Answers a message that will never be handled, and frees it: a call gets
** OUTCOME_EXIT with the reason (NOACTOR if it is NULL), a monitor `down`, a
** stop its answer. Returns true if it was a cast or an info, which the
** caller counts.
*/
bool links_refuse(struct scheduler *scheduler, struct message *message,
                  const struct reason *reason);

#endif
