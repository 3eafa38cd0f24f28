/*
** Run queue: who may touch a place in the ring, and which orders say so.
**
** `tail - head` places are in use; both count up for ever and wrap. The
** owner alone moves `tail`; whoever moves `head` from h to h + n by
** compare-and-swap owns the n actors that were there.
**
**   - The owner stores an actor in its place, then `tail`. A taker loads
**     `tail`, then the place. So a taker that sees the tail sees the actor,
**     and all that was done to it before it was queued.
**   - A taker loads the place, then swaps `head` (release). The owner loads
**     `head` (acquire) before it stores into a place again. So a place is
**     not overwritten under a taker whose swap succeeds; a taker whose swap
**     fails may have read rubbish, and throws it away. The places are atomic
**     for that reading's sake only: relaxed.
** None of this orders a put before a later look at who is parked. The caller
** fences in between, and a worker that parks fences before it looks at the
** queues: core/fence.h. So neither `tail` nor the overflow list's `count` is
** more than released, and a put that needs nobody woken stays cheap.
**
** A head of 32 bits could come round while a thief sleeps between its load
** and its swap; that takes 2^32 turns of one worker, some ten minutes at the
** least, inside a span of a few nanoseconds.
*/
#include "core/runqueue.h"

#include <stddef.h>

#include "base/check.h"
#include "core/actor.h"

#define HALF (RUNQUEUE_SIZE / 2)

_Static_assert((RUNQUEUE_SIZE & (RUNQUEUE_SIZE - 1)) == 0,
               "indices wrap at a power of two");

/* --- Overflow ------------------------------------------------------------- */

void overflow_init(struct overflow *overflow) {
  mutex_init(&overflow->lock);
  overflow->first = NULL;
  overflow->last = NULL;
  atomic_init(&overflow->count, 0);
}

void overflow_deinit(struct overflow *overflow) {
  mutex_deinit(&overflow->lock);
}

/* One writer at a time, the one with the lock: no need to read and write in
** one step. Relaxed: what it counts is handed over under the lock. */
static void recount_locked(struct overflow *overflow, uint32_t change) {
  uint32_t count =
      atomic_load_explicit(&overflow->count, memory_order_relaxed);
  atomic_store_explicit(&overflow->count, count + change,
                        memory_order_relaxed);
}

/* Appends a chain of `count` actors. */
static void append(struct overflow *overflow, struct actor *first,
                   struct actor *last, uint32_t count) {
  last->link = NULL;
  mutex_lock(&overflow->lock);
  if (overflow->first == NULL)
    overflow->first = first;
  else
    overflow->last->link = first;
  overflow->last = last;
  recount_locked(overflow, count);
  mutex_unlock(&overflow->lock);
}

void overflow_put(struct overflow *overflow, struct actor *actor) {
  append(overflow, actor, actor, 1);
}

struct actor *overflow_get(struct overflow *overflow) {
  if (atomic_load_explicit(&overflow->count, memory_order_relaxed) == 0)
    return NULL;
  mutex_lock(&overflow->lock);
  struct actor *actor = overflow->first;
  if (actor != NULL) {
    overflow->first = actor->link;
    if (overflow->first == NULL) overflow->last = NULL;
    actor->link = NULL;
    recount_locked(overflow, (uint32_t)-1);
  }
  mutex_unlock(&overflow->lock);
  return actor;
}

/* --- Ring ----------------------------------------------------------------- */

void runqueue_init(struct runqueue *queue) {
  atomic_init(&queue->head, 0);
  atomic_init(&queue->tail, 0);
  for (uint32_t i = 0; i < RUNQUEUE_SIZE; i++)
    atomic_init(&queue->ring[i], NULL);
}

static struct actor *load_place(struct runqueue *queue, uint32_t index) {
  return atomic_load_explicit(&queue->ring[index % RUNQUEUE_SIZE],
                              memory_order_relaxed);
}

static void store_place(struct runqueue *queue, uint32_t index,
                        struct actor *actor) {
  atomic_store_explicit(&queue->ring[index % RUNQUEUE_SIZE], actor,
                        memory_order_relaxed);
}

/* Takes the `count` places from `head` on; false: somebody was faster.
** Release: what was read from the places has been read before. */
static bool claim(struct runqueue *queue, uint32_t head, uint32_t count) {
  return atomic_compare_exchange_strong_explicit(
      &queue->head, &head, head + count, memory_order_release,
      memory_order_relaxed);
}

/* The owner's own tail: nobody else writes it. */
static uint32_t own_tail(struct runqueue *queue) {
  return atomic_load_explicit(&queue->tail, memory_order_relaxed);
}

/* Takes the older half of a full ring and links it in order. False: the ring
** is not full any more. The links are written only once the actors are
** ours: until the swap a thief may have them. */
static bool spill(struct runqueue *queue, struct overflow *overflow,
                  uint32_t head) {
  struct actor *actors[HALF];
  for (uint32_t i = 0; i < HALF; i++) actors[i] = load_place(queue, head + i);
  if (!claim(queue, head, HALF)) return false;
  for (uint32_t i = 0; i + 1 < HALF; i++) actors[i]->link = actors[i + 1];
  append(overflow, actors[0], actors[HALF - 1], HALF);
  return true;
}

/* After a spill, or a failed one, the ring has room: only we fill it. */
void runqueue_put(struct runqueue *queue, struct overflow *overflow,
                  struct actor *actor) {
  uint32_t tail = own_tail(queue);
  uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
  ASSERT(tail - head <= RUNQUEUE_SIZE, "a ring holds what it holds");
  while (tail - head == RUNQUEUE_SIZE) {
    spill(queue, overflow, head);
    head = atomic_load_explicit(&queue->head, memory_order_acquire);
  }
  store_place(queue, tail, actor);
  atomic_store_explicit(&queue->tail, tail + 1, memory_order_release);
}

struct actor *runqueue_get(struct runqueue *queue) {
  uint32_t tail = own_tail(queue);
  for (;;) {
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    if (head == tail) return NULL;
    struct actor *actor = load_place(queue, head);
    if (claim(queue, head, 1)) return actor;
  }
}

/*
** The thief copies first and claims afterwards, as it must: a claimed place
** may be overwritten at once. Head and tail are read one after the other, so
** together they may make no sense; what cannot be a length is read again,
** and what could be but is not fails at the swap.
*/
struct actor *runqueue_steal(struct runqueue *from, struct runqueue *to) {
  uint32_t own = own_tail(to);
  ASSERT(atomic_load_explicit(&to->head, memory_order_acquire) == own,
         "a thief has nothing of its own left");
  for (;;) {
    uint32_t head = atomic_load_explicit(&from->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&from->tail, memory_order_acquire);
    uint32_t length = tail - head;
    if (length == 0) return NULL;
    if (length > RUNQUEUE_SIZE) continue;
    uint32_t count = length - length / 2;
    struct actor *oldest = load_place(from, head);
    for (uint32_t i = 1; i < count; i++)
      store_place(to, own + i - 1, load_place(from, head + i));
    if (!claim(from, head, count)) continue;
    if (count > 1)
      atomic_store_explicit(&to->tail, own + count - 1, memory_order_release);
    return oldest;
  }
}

uint32_t runqueue_length(struct runqueue *queue) {
  uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
  uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
  uint32_t length = tail - head;
  return length > RUNQUEUE_SIZE ? RUNQUEUE_SIZE : length;
}
