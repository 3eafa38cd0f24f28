/*
** Lease: exclusive check-out of a pool's workers, in order.
**
** A pool has seats 0..size-1. A seat is free, leased to one actor, settling
** (given back while its worker was still busy with what a borrower had left
** behind: not handed on before it is done) or vacant (no worker sits there).
** Borrowers queue in order when no seat is free. No actor stands in the
** middle: the table is here, behind one short lock per pool.
**
**   free -> leased -> free | settling | vacant
**   settling -> free | vacant      vacant -> free
**
** Waking is by return value, as in registry.h: a seat that becomes free goes
** to the first waiter; the caller ends that wait and, if it was too late for
** it (actor_wait_end said false), gives the seat back and goes on.
**
** A pool has a number, which no other ever has: one that is opened under a
** closed one's key is another pool. Numbers are below 2^63, so never a pid.
**
** Threads    [any thread] all functions; `actor` arguments: its owner
** Ownership  A lease is found by the pool's key and lives until lease_close
**            and the last hold is gone (counted inside).
*/
#ifndef TROUPE_CORE_LEASE_H
#define TROUPE_CORE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "core/actor.h"
#include "core/registry.h"

struct leases; /* all pools of a host */

struct leases *leases_new(void); /* NULL: no memory */
void leases_free(struct leases *leases);

/* All seats vacant. STATUS_OK, STATUS_EXISTS, STATUS_NOMEM; INVALID for a
** size outside 1..LEASE_SEATS. */
#define LEASE_SEATS 1024
enum status lease_open(struct leases *leases, struct key pool, uint32_t size);
/* Nobody can borrow any more. *freed: those who waited, in order; set here.
** ABSENT: no such. */
enum status lease_close(struct leases *leases, struct key pool,
                        struct waiters *freed);

/* What lease_* hands on to: end `waiter` with OUTCOME_REPLY and `seat`. */
struct lease_grant {
  struct waiter waiter; /* pid ID_NONE: nobody was waiting */
  uint32_t seat;
};

/*
** Borrow. STATUS_OK: *seat is leased to the actor. STATUS_WAIT: queued;
** the wait must be open already. ABSENT: no such pool. NOMEM. *number: the
** pool's, with OK and WAIT.
*/
enum status lease_take(struct leases *leases, struct key pool,
                       struct actor *actor, struct waiter waiter,
                       uint32_t *seat, uint64_t *number);
/* The queued actor was granted `seat` and is running again. Needs no memory:
** the hold is on the actor's list since it was queued, so that its death
** gives the seat back even if it never gets here. [owner]
** False: there was no such grant. */
bool lease_accept(struct leases *leases, struct key pool, uint64_t number,
                  struct actor *actor, uint32_t seat);
/* A waiter that ended some other way; nothing if it is not in line any more.
** [any thread] */
void lease_forget(struct leases *leases, struct key pool, struct waiter waiter);

/* Give back. `busy`: the worker may still be working on something of the
** borrower's. *settling: 0, or the number of the lease that the seat settles
** from, until lease_settled. */
void lease_give(struct leases *leases, struct key pool, uint64_t number,
                struct actor *actor, uint32_t seat, bool busy,
                uint64_t *settling, struct lease_grant *grant);
/* A grant that came too late for its waiter. *grant is that grant, and
** becomes the next; nothing is done if its waiter no longer has the seat. */
void lease_refused(struct leases *leases, struct key pool, uint32_t seat,
                   struct lease_grant *grant);

/* The worker of a seat is done with what that lease left behind. Nothing if
** the seat has been somebody else's since. */
void lease_settled(struct leases *leases, struct key pool, uint32_t seat,
                   uint64_t lease, struct lease_grant *grant);
/* A worker sits there now, or no longer does. A leased seat whose worker
** ends stays leased until it is given back, and is then vacant. */
void lease_occupied(struct leases *leases, struct key pool, uint32_t seat,
                    struct lease_grant *grant);
void lease_vacated(struct leases *leases, struct key pool, uint32_t seat);

/* The first lease that the actor still holds (it has ended, or a `with` was
** unwound): pool's key copied to `bytes`. False when there is none. It also
** leaves every queue that the actor stands in: it waits no more. [owner] */
bool lease_first(struct leases *leases, struct actor *actor,
                 unsigned char bytes[KEY_LARGEST], struct key *pool,
                 uint64_t *number, uint32_t *seat);

/*
** Who must give a seat back before that pool has one: all its seats are
** leased, and these are the actors that have them, in the order of the seats.
** 0 if the pool is closed, has more than `limit` seats, or has one that is
** not leased, or whose new holder still has to be told so: his wait may be open
** yet, and is for nobody any more.
*/
uint32_t lease_holders(struct leases *leases, uint64_t number, uint64_t *pids,
                       uint32_t limit);

/* Calls `each` for every seat that the actor holds; the key lives until it is
** given back. [owner] */
void lease_held(struct leases *leases, const struct actor *actor,
                void (*each)(void *context, struct key pool, uint32_t seat),
                void *context);

/* For at(): which seats are leased, for choosing another. */
bool lease_taken(struct leases *leases, struct key pool, uint32_t seat);
uint32_t lease_size(struct leases *leases, struct key pool); /* 0: no such */

#endif
