#include "core/actor.h"

#include "base/check.h"
#include "base/memory.h"

/* The wait word: epoch << 8 | kind << 2 | state. */
#define STATE_BITS 3u
#define KIND_SHIFT 2
#define EPOCH_SHIFT 8

static uint64_t wait_word(uint64_t epoch, enum wait_kind kind,
                          enum wait_state state) {
  return epoch << EPOCH_SHIFT | (uint64_t)kind << KIND_SHIFT |
         (uint64_t)state;
}

static enum wait_state state_of(uint64_t word) {
  return (enum wait_state)(word & STATE_BITS);
}

static uint64_t epoch_of(uint64_t word) { return word >> EPOCH_SHIFT; }

static uint64_t with_state(uint64_t word, enum wait_state state) {
  return (word & ~(uint64_t)STATE_BITS) | (uint64_t)state;
}

uint64_t actor_wait_begin(struct actor *actor, enum wait_kind kind,
                          uint64_t target, uint64_t deadline) {
  uint64_t word = atomic_load_explicit(&actor->wait, memory_order_relaxed);
  uint64_t epoch = epoch_of(word) + 1;
  ASSERT(state_of(word) == WAIT_ENDED, "one wait at a time");
  atomic_store_explicit(&actor->wait_target, target, memory_order_relaxed);
  atomic_store_explicit(&actor->deadline, deadline, memory_order_relaxed);
  /* An exchange, hence also the fence between this and the load of `armed`
  ** in actor_wait_needs_timer: the other half is in scheduler.c. */
  atomic_exchange_explicit(&actor->wait, wait_word(epoch, kind, WAIT_PENDING),
                           memory_order_seq_cst);
  return epoch;
}

bool actor_wait_needs_timer(struct actor *actor, uint64_t deadline) {
  uint64_t armed = atomic_load_explicit(&actor->armed, memory_order_seq_cst);
  return armed == 0 || armed > deadline;
}

bool actor_wait_claim(struct actor *actor, uint64_t epoch) {
  uint64_t word = atomic_load_explicit(&actor->wait, memory_order_relaxed);
  if (epoch_of(word) != epoch || state_of(word) != WAIT_PENDING) return false;
  return atomic_compare_exchange_strong_explicit(
      &actor->wait, &word, with_state(word, WAIT_BEGUN), memory_order_acq_rel,
      memory_order_relaxed);
}

bool actor_wait_end(struct actor *actor, uint64_t epoch, bool *begun) {
  uint64_t word = atomic_load_explicit(&actor->wait, memory_order_relaxed);
  do {
    if (epoch_of(word) != epoch || state_of(word) == WAIT_ENDED) return false;
    *begun = state_of(word) == WAIT_BEGUN;
  } while (!atomic_compare_exchange_weak_explicit(
      &actor->wait, &word, with_state(word, WAIT_ENDED), memory_order_acq_rel,
      memory_order_relaxed));
  return true;
}

bool actor_wait_open(struct actor *actor, uint64_t epoch) {
  uint64_t word = atomic_load_explicit(&actor->wait, memory_order_seq_cst);
  return epoch_of(word) == epoch && state_of(word) != WAIT_ENDED;
}

enum wait_kind actor_wait_kind(struct actor *actor) {
  uint64_t word = atomic_load_explicit(&actor->wait, memory_order_seq_cst);
  if (state_of(word) == WAIT_ENDED) return WAIT_NONE;
  return (enum wait_kind)(word >> KIND_SHIFT & 63);
}

uint64_t actor_wait_epoch(struct actor *actor) {
  return epoch_of(atomic_load_explicit(&actor->wait, memory_order_seq_cst));
}

struct message *actor_next(struct actor *actor, bool urgent_only,
                           struct message_queue *strays) {
  uint64_t pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  for (;;) {
    struct message *message = mailbox_pop_urgent(&actor->mailbox);
    if (message == NULL && !urgent_only) message = mailbox_pop(&actor->mailbox);
    if (message == NULL || likely(message->target == pid)) return message;
    message_queue_append(strays, message);
  }
}

/* Drops those who have given up; true if that made room. */
static bool sweep_deferred(struct actor *actor, struct directory *directory) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < actor->deferred_count; i++) {
    struct waiter waiter = actor->deferred[i];
    struct actor *caller = directory_find(directory, waiter.pid);
    if (caller != NULL && actor_wait_open(caller, waiter.epoch))
      actor->deferred[kept++] = waiter;
  }
  actor->deferred_count = kept;
  return kept <= actor->deferred_capacity / 2;
}

bool actor_defer(struct actor *actor, struct directory *directory,
                 struct waiter waiter) {
  if (actor->deferred_count == actor->deferred_capacity &&
      (actor->deferred_count == 0 || !sweep_deferred(actor, directory))) {
    uint32_t capacity = actor->deferred_capacity * 2 + 4;
    struct waiter *grown =
        memory_resize(actor->deferred, capacity * sizeof *grown);
    if (grown == NULL) return false;
    actor->deferred = grown;
    actor->deferred_capacity = capacity;
  }
  actor->deferred[actor->deferred_count++] = waiter;
  return true;
}
