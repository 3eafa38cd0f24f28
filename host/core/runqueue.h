/*
** Run queue: the actors that are ready on one worker, first in, first out.
**
** A ring of RUNQUEUE_SIZE pointers: the owner adds at the tail, owner and
** thieves take from the head with a compare-and-swap (the shape of Go's run
** queue: src/runtime/proc.go, runqput, runqget, runqgrab). What does not fit
** goes, half a ring at a time, to an overflow list behind a lock that all
** workers share. Whoever puts an actor anywhere and then looks for a parked
** worker must fence in between: core/fence.h.
**
** Threads
**   [owner]       runqueue_put, runqueue_get
**   [any thread]  runqueue_steal, runqueue_length; overflow_*
*/
#ifndef TROUPE_CORE_RUNQUEUE_H
#define TROUPE_CORE_RUNQUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"

struct actor;

#ifdef TROUPE_STRESS
#define RUNQUEUE_SIZE 8u
#else
#define RUNQUEUE_SIZE 256u
#endif

/* Actors that fit in no ring, or were made ready by a foreign thread. */
struct overflow {
  struct mutex lock;
  struct actor *first, *last;  /* lock; by actor->link */
  _Atomic uint32_t count;      /* written under lock, read by anybody */
};

struct runqueue {
  _Atomic uint32_t head; /* owner and thieves: compare-and-swap */
  _Atomic uint32_t tail; /* owner: release */
  _Atomic(struct actor *) ring[RUNQUEUE_SIZE];
};

void overflow_init(struct overflow *overflow);
void overflow_deinit(struct overflow *overflow);
void overflow_put(struct overflow *overflow, struct actor *actor);
struct actor *overflow_get(struct overflow *overflow); /* or NULL */

void runqueue_init(struct runqueue *queue);
void runqueue_put(struct runqueue *queue, struct overflow *overflow,
                  struct actor *actor);
struct actor *runqueue_get(struct runqueue *queue); /* or NULL */
/* Moves half of `from` into `to` (the thief's own, empty ring) and returns
** one of them, the oldest; NULL if there was nothing. */
struct actor *runqueue_steal(struct runqueue *from, struct runqueue *to);
uint32_t runqueue_length(struct runqueue *queue);

#endif
