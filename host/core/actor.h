/*
** Actor: something with a pid, a mailbox and a step. What the step does (run
** Lua, run C) is its type's business; this layer knows neither.
**
** Actors live in slots that are never given back to the heap, only reused,
** so a sender may touch whatever a pid leads to: a slot whose pid has moved
** on, or whose mailbox is closed or another generation's, refuses; and the
** reader compares the pid again. No grace period, no pinning, no reference
** count.
**
** Threads
**   [any thread]  directory_*, actor_wait_*, fields marked so
**   [owner]       the rest: the worker that is running the actor, or who
**                 made it and has not scheduled it yet
*/
#ifndef TROUPE_CORE_ACTOR_H
#define TROUPE_CORE_ACTOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"
#include "core/counter.h"
#include "core/id.h"
#include "core/mailbox.h"
#include "core/pidset.h"

struct actor;
struct worker;
struct directory;
struct registration;
struct actor_timing;
struct timings;
struct lease_hold;
struct room_wait;

/* What a step answers to the worker. */
enum step {
  STEP_IDLE,  /* nothing left to handle */
  STEP_WAIT,  /* suspended inside a wait */
  STEP_AGAIN, /* its slice is over and there is more */
  STEP_ENDED  /* gone: the slot may be somebody else's already */
};

struct actor_type {
  const char *name;
  /* Runs one turn. [owner] */
  enum step (*step)(struct actor *actor);
  /* Asks the actor, in the middle of its step, to come to a boundary; or NULL.
  ** Called on the thread that runs it, by a signal handler: it touches nothing
  ** that is not safe there. True: it has been asked before, and has not come
  ** to where it would see that. */
  bool (*interrupt)(struct actor *actor);
};

/* What an actor waits for. */
#define WAIT_LIST(X) \
  X(NONE, "nothing") \
  X(CALL, "a reply") \
  X(START, "a start") \
  X(STOP, "a stop") \
  X(ROOM, "room in a mailbox") \
  X(SLEEP, "the end of a sleep") \
  X(CHECKOUT, "a pool worker") \
  X(SOCKET, "a socket") \
  X(RECEIVE, "a message") \
  X(REPORT, "a report") \
  X(VISIT, "the answer to a visit") \
  X(TRACE, "an event of a trace") \
  X(RELOAD, "a reload") \
  X(SETTLE, "settle")

enum wait_kind {
#define WAIT_NAME(name, text) WAIT_##name,
  WAIT_LIST(WAIT_NAME)
#undef WAIT_NAME
};

/* How an actor depends on who started it. */
enum bond {
  BOND_NONE,
  BOND_CHILD, /* ends with its starter, whether it traps exits or not */
  BOND_TASK   /* the same; its own end does not reach the starter */
};

/* Somebody's wait, from outside: end it with actor_wait_end. */
struct waiter {
  uint64_t pid;
  uint64_t epoch;
};

/*
** What ends a wait, and when: one word, epoch << 8 | kind << 2 | state. The
** low bits of the epoch say which strand of the actor waits (STRAND_BITS):
** 0 for all actors but those that handle several requests at a time.
*/
struct wait {
  _Atomic uint64_t word;
  /* Who is waited for: a pid or, for a check-out, a pool's number. Written by
  ** the owner with release before the wait opens, seq_cst while it is open
  ** (actor_wait_retarget); valid for the word's epoch. */
  _Atomic uint64_t target;
  _Atomic uint64_t deadline; /* of the present wait; nanoseconds */
  _Atomic uint64_t armed;    /* when its deadline node fires; 0: none */
  /* When the present or last wait was opened; nanoseconds. Written by the
  ** owner, read by whoever tells of it; relaxed. */
  _Atomic uint64_t since;
};

#define MEMORY_UNIT 16
#define METER_FIRST 8 /* messages of an actor that are not measured */

#define STRAND_BITS 8
#define STRANDS_LARGEST ((1u << STRAND_BITS) - 1) /* beside strand 0 */

/* What a turn is going to touch, fetched into the cache while it is queued. */
#define WARM_PLACES 4
#define WARM_LINES 4 /* cache lines of each */

struct actor {
  /* The worker whose handles it owns, or NULL. Written by the owner; read by
  ** who wakes it and by thieves, who look again once it is theirs; relaxed. */
  _Alignas(64) _Atomic(struct worker *) home;
  /* What its reader has, and then, from the next cache line on... */
  struct mailbox mailbox;
  /* ...all that a sender touches: the mailbox's door, and this. */
  /* The pid of the actor that lives here, or ID_NONE. Written by owner with
  ** release, when it is made and when its death becomes visible. */
  _Atomic uint64_t pid;
  struct wait wait; /* of strand 0: the only one of most actors */

  /* --- Owner. --- */
  struct actor *link;       /* run queue, free list: whoever holds it */
  const struct actor_type *type;
  void *body;               /* the type's */
  /* Addresses only, never followed: set by the owner when it has started,
  ** read by whoever is about to send to it; relaxed. NULL: nothing. */
  _Atomic(const char *) warm[WARM_PLACES];
  struct waiter serving;    /* caller of the request in hand; pid may be 0 */
  struct wait *waiting;     /* of the strand that runs, or ran last */
  /* CPU time of the message in hand, and below, how much of it makes the
  ** type's interrupt be called; nanoseconds. The owner, and the tick on its
  ** thread: core/slice.c; relaxed. */
  _Atomic uint64_t cpu_used;
  /* Counted for the operator (core/census.h). Written by the owner alone,
  ** hence by counter_add; read by anybody, each as a figure by itself;
  ** relaxed. */
  _Atomic uint64_t messages_in;  /* that a handler has been given */
  _Atomic uint64_t messages_out; /* calls, casts and infos that were taken */
  _Atomic uint64_t cycles;       /* of all its turns so far */
  _Atomic uint32_t memory;       /* as its turn left it; of MEMORY_UNIT bytes */
  /* It may handle several requests at a time. Written by the owner, read by
  ** whoever looks for circles; relaxed: it is before its first request. */
  _Atomic bool concurrent;
  /* An EXIT, a KILL, a REPORT or a VISIT came in while it was busy: who pushed
  ** it sets this after the push, so that the reader looks before the next
  ** message. */
  _Atomic bool urgent;
  uint8_t meter;            /* messages until one is measured: core/meter.c */
  /* Its turn is inside a function of C that does not come back, and its worker
  ** goes on without it. Written by the thread that runs it, in its tick, too
  ** (core/hold.c); read by anybody; relaxed. */
  _Atomic bool astray;
  /* From here on: not of every turn. */
  uint64_t cpu_mark;
  /* Waits of the strands 1 and up, STRANDS_LARGEST of them. Made by the owner
  ** when it first needs them (release; others acquire), and kept with the
  ** slot: who has an outdated epoch may still look. */
  _Atomic(struct wait *) strands;
  uint32_t slot;            /* constant */
  uint32_t generation;      /* directory's lock */
  uint32_t handles;         /* pins: see scheduler.h, actor_pin */
  bool trap;                /* exits of linked actors arrive as down */
  struct pidset relations;  /* links and monitors: see core/links.h */
  struct waiter *deferred;  /* callers whose replies are still owed */
  uint32_t deferred_count, deferred_capacity;
  /* Written when it is made, under the directory's lock, and constant from
  ** its launch on. Read by anybody; relaxed: who must not miss a change reads
  ** under that lock. */
  _Atomic uint64_t starter; /* pid that started it */
  _Atomic uint8_t bond;     /* enum bond */
  uint8_t meter_weight;     /* of the next that is measured; owner */
  /* How often there was one before it in its place; written by who makes it,
  ** read by anybody; relaxed. */
  _Atomic uint16_t restarts;
  struct registration *registrations; /* names and groups: core/registry.h */
  /* Hash of a key that it is registered under, or 0. Written by whoever may
  ** change its registrations, read by anybody; relaxed: the look-up that it
  ** leads to is under a lock, and compares the pid. */
  _Atomic uint64_t key_hash;
  /* What has been measured; NULL: nothing yet. Written by the owner (release:
  ** it has been cleared), read by anybody (acquire): see core/timing.h. */
  _Atomic(struct actor_timing *) timing;
  struct lease_hold *leases;          /* checked-out workers: core/lease.h */
  struct room_wait *crowd;            /* senders that wait: core/room.c */
  /* What runs there, for people; lives as long as the host, or NULL. Written
  ** by the owner (release: the text may be new), read by anybody (acquire). */
  _Atomic(const char *) name;
  /* Of its behaviour; 0: it has none yet. Written by the owner, read by
  ** anybody; relaxed. */
  _Atomic uint32_t version;

  /* --- Directory's lock: all live actors, oldest first. --- */
  struct actor *older, *newer;
};

/* Legal: ENDED -> PENDING (owner) -> BEGUN (callee) -> DEFERRED (callee: the
** reply may come from anybody now); from each to ENDED (whoever ends it). The
** epoch grows with every wait and never restarts. The state is the word's low
** two bits. */
enum wait_state { WAIT_ENDED, WAIT_PENDING, WAIT_BEGUN, WAIT_DEFERRED };
#define WAIT_STATE_BITS UINT64_C(3)

/* A wait as the wait-for graph sees it. */
struct wait_edge {
  uint64_t epoch;
  enum wait_kind kind;
  uint64_t target;
};

/* --- Directory ------------------------------------------------------------ */

struct directory *directory_new(void); /* NULL: no memory */
void directory_free(struct directory *directory);

/* A fresh actor with a fresh pid, or NULL: no memory. It is the caller's, and
** its mailbox busy, until scheduler_launch. */
struct actor *directory_add(struct directory *directory,
                            const struct actor_type *type, void *body,
                            uint64_t starter);
/* From here on the pid leads nowhere: the death is visible. [owner] */
void directory_hide(struct directory *directory, struct actor *actor);
/* Gives the slot back. The mailbox must be closed. [owner] */
void directory_remove(struct directory *directory, struct actor *actor);

/* The slot of a live pid, or NULL. The answer may be outdated at once. */
struct actor *directory_find(struct directory *directory, uint64_t pid);
/* The slot that pid was made for, dead or alive; NULL for a forged pid. */
struct actor *directory_slot(struct directory *directory, uint64_t pid);
/* Slots made so far: 1 .. directory_slots - 1. [any thread] */
uint32_t directory_slots(struct directory *directory);
/* The store of what is measured of its actors. */
struct timings *directory_timings(struct directory *directory);
/* The slot of that number, whoever lives there. What is read of it is of one
** actor if its pid is the same before, and, after fence_read, behind it. */
struct actor *directory_at(struct directory *directory, uint32_t slot);

uint64_t directory_count(struct directory *directory);
/* Before its launch: ties it to its starter. The links are the caller's. */
void directory_bind(struct directory *directory, struct actor *actor,
                    enum bond bond);
/* True if the pid is gone, or bound to one that is: it is about to end. */
bool directory_orphan(struct directory *directory, uint64_t pid);
/* Pid of the newest live actor that is not `except`, or ID_NONE. Those that
** end with their starter are passed over as long as that is there; those whose
** home is `last`, if not NULL, as long as there are others. */
uint64_t directory_newest(struct directory *directory, uint64_t except,
                          const struct worker *last);
/* Up to `limit` pids, oldest first; returns how many there are. */
uint64_t directory_list(struct directory *directory, uint64_t *pids,
                        uint64_t limit);

/* --- Waits ---------------------------------------------------------------- */

/* The waits of further strands; false: no memory. [owner] */
bool actor_make_strands(struct actor *actor);
/* From now on the actor waits as this strand. [owner] */
void actor_enter_strand(struct actor *actor, uint32_t strand);
/* Which strand an epoch belongs to. */
uint32_t actor_strand(uint64_t epoch);
/* Its wait; NULL if the actor has no such strand. [any thread] */
struct wait *actor_wait_of(struct actor *actor, uint32_t strand);

/*
** Opens a wait and publishes it (seq_cst) before whatever makes others know
** of it is sent. `target` may be ID_NONE. Returns the epoch. The caller must
** see to a timer: actor_wait_needs_timer. [owner]
*/
uint64_t actor_wait_begin(struct actor *actor, enum wait_kind kind,
                          uint64_t target, uint64_t deadline);
/* True if no deadline node fires early enough: the caller must post one. */
bool actor_wait_needs_timer(struct actor *actor, uint64_t deadline);

/* The handler starts: from here on the wait ends as begun. False if the
** caller has given up: the request must be skipped. [any thread] */
bool actor_wait_claim(struct actor *actor, uint64_t epoch);
/* The reply is no longer the callee's alone to give: the wait stays open, but
** is no edge of the wait-for graph any more. Nothing if it has ended.
** [any thread] */
void actor_wait_defer(struct actor *actor, uint64_t epoch);
/* Ends the wait. Only one caller ever gets true for an epoch, and must then
** post an OUTCOME. *begun: a handler had claimed it. [any thread] */
bool actor_wait_end(struct actor *actor, uint64_t epoch, bool *begun);
/* Is this wait still open? [any thread] */
bool actor_wait_open(struct actor *actor, uint64_t epoch);
/* Is it open, and under which epoch? [any thread] */
bool actor_wait_pending(struct wait *wait, uint64_t *epoch);
/* What it is for, whatever that is; false: it is not open. [any thread] */
bool actor_wait_look(struct wait *wait, struct wait_edge *edge,
                     bool *deferred);
/* What strand 0 waits for; NONE: its wait is not open. [any thread] */
enum wait_kind actor_wait_kind(struct actor *actor);
static inline uint64_t actor_starter(const struct actor *actor) {
  return atomic_load_explicit(&actor->starter, memory_order_relaxed);
}
static inline enum bond actor_bond(const struct actor *actor) {
  return (enum bond)atomic_load_explicit(&actor->bond, memory_order_relaxed);
}
/* Is strand 0 in a wait? One load, seq_cst. [any thread] */
static inline bool actor_waits(struct actor *actor) {
  return (atomic_load_explicit(&actor->wait.word, memory_order_seq_cst) &
          WAIT_STATE_BITS) != WAIT_ENDED;
}
/*
** The wait that holds the whole actor up. False: it waits for nobody, or for
** nobody in particular, or it has other strands to go on with. [any thread]
*/
bool actor_wait_edge(struct actor *actor, struct wait_edge *edge);
/* Of the present or last wait of the strand that runs. [owner] */
uint64_t actor_wait_epoch(struct actor *actor);
enum wait_kind actor_wait_last(struct actor *actor);
uint64_t actor_wait_target(struct actor *actor);
uint64_t actor_wait_since(struct actor *actor); /* nanoseconds */
uint64_t actor_wait_deadline(struct actor *actor);
/* Found out only now whom the present wait is for: published, seq_cst, as by
** actor_wait_begin. [owner] */
void actor_wait_retarget(struct actor *actor, uint64_t target);
/* Ends every wait that is open: nobody will look at an outcome. [owner] */
void actor_wait_end_all(struct actor *actor);

/*
** The next message of this actor's own: urgent ones only, or any. Skips and
** collects into `strays` what was meant for an earlier actor of the slot.
** NULL: none. [owner]
*/
struct message *actor_next(struct actor *actor, bool urgent_only,
                           struct message_queue *strays);

/* The same, of those that are not urgent. [owner] */
struct message *actor_next_work(struct actor *actor,
                                struct message_queue *strays);

/* Remembers that `waiter` is still owed a reply; forgets those who have
** given up. False: no memory. [owner] */
bool actor_defer(struct actor *actor, struct directory *directory,
                 struct waiter waiter);

#endif
