#include "core/actor.h"

#include "base/check.h"
#include "base/memory.h"

/* The wait word: epoch << 8 | kind << 2 | state. */
#define KIND_SHIFT 2
#define EPOCH_SHIFT 8

static uint64_t wait_word(uint64_t epoch, enum wait_kind kind,
                          enum wait_state state) {
  return epoch << EPOCH_SHIFT | (uint64_t)kind << KIND_SHIFT |
         (uint64_t)state;
}

static enum wait_state state_of(uint64_t word) {
  return (enum wait_state)(word & WAIT_STATE_BITS);
}

static enum wait_kind kind_of(uint64_t word) {
  return (enum wait_kind)(word >> KIND_SHIFT & 63);
}

static uint64_t epoch_of(uint64_t word) { return word >> EPOCH_SHIFT; }

static uint64_t with_state(uint64_t word, enum wait_state state) {
  return (word & ~WAIT_STATE_BITS) | (uint64_t)state;
}

/* --- Strands -------------------------------------------------------------- */

#define STRAND_MASK ((UINT64_C(1) << STRAND_BITS) - 1)

uint32_t actor_strand(uint64_t epoch) {
  return (uint32_t)(epoch & STRAND_MASK);
}

struct wait *actor_wait_of(struct actor *actor, uint32_t strand) {
  struct wait *strands;
  if (likely(strand == 0)) return &actor->wait;
  strands = atomic_load_explicit(&actor->strands, memory_order_acquire);
  return strands == NULL ? NULL : &strands[strand - 1];
}

bool actor_make_strands(struct actor *actor) {
  struct wait *strands;
  atomic_store_explicit(&actor->concurrent, true, memory_order_relaxed);
  if (atomic_load_explicit(&actor->strands, memory_order_relaxed) != NULL)
    return true;
  strands = memory_zalloc(STRANDS_LARGEST * sizeof *strands);
  if (strands == NULL) return false;
  for (uint32_t i = 0; i < STRANDS_LARGEST; i++)
    atomic_init(&strands[i].word, wait_word(i + 1, WAIT_NONE, WAIT_ENDED));
  atomic_store_explicit(&actor->strands, strands, memory_order_release);
  return true;
}

void actor_enter_strand(struct actor *actor, uint32_t strand) {
  actor->waiting = actor_wait_of(actor, strand);
  ASSERT(actor->waiting != NULL, "a strand that has been made");
}

/* --- Waits ---------------------------------------------------------------- */

uint64_t actor_wait_begin(struct actor *actor, enum wait_kind kind,
                          uint64_t target, uint64_t deadline) {
  struct wait *wait = actor->waiting;
  uint64_t word = atomic_load_explicit(&wait->word, memory_order_relaxed);
  uint64_t epoch = epoch_of(word) + STRAND_MASK + 1;
  ASSERT(state_of(word) == WAIT_ENDED, "one wait at a time");
  /* Release: who reads this target finds the wait before it ended. */
  atomic_store_explicit(&wait->target, target, memory_order_release);
  atomic_store_explicit(&wait->deadline, deadline, memory_order_relaxed);
  /* An exchange, hence also the fence between this and the load of `armed`
  ** in actor_wait_needs_timer: the other half is in deadline.c. */
  atomic_exchange_explicit(&wait->word, wait_word(epoch, kind, WAIT_PENDING),
                           memory_order_seq_cst);
  return epoch;
}

bool actor_wait_needs_timer(struct actor *actor, uint64_t deadline) {
  uint64_t armed =
      atomic_load_explicit(&actor->waiting->armed, memory_order_seq_cst);
  return armed == 0 || armed > deadline;
}

bool actor_wait_claim(struct actor *actor, uint64_t epoch) {
  struct wait *wait = actor_wait_of(actor, actor_strand(epoch));
  uint64_t word;
  if (unlikely(wait == NULL)) return false;
  word = atomic_load_explicit(&wait->word, memory_order_relaxed);
  if (epoch_of(word) != epoch || state_of(word) != WAIT_PENDING) return false;
  return atomic_compare_exchange_strong_explicit(
      &wait->word, &word, with_state(word, WAIT_BEGUN), memory_order_acq_rel,
      memory_order_relaxed);
}

void actor_wait_defer(struct actor *actor, uint64_t epoch) {
  struct wait *wait = actor_wait_of(actor, actor_strand(epoch));
  uint64_t word;
  if (unlikely(wait == NULL)) return;
  word = atomic_load_explicit(&wait->word, memory_order_relaxed);
  do {
    if (epoch_of(word) != epoch || state_of(word) != WAIT_BEGUN) return;
  } while (!atomic_compare_exchange_weak_explicit(
      &wait->word, &word, with_state(word, WAIT_DEFERRED),
      memory_order_seq_cst, memory_order_relaxed));
}

bool actor_wait_end(struct actor *actor, uint64_t epoch, bool *begun) {
  struct wait *wait = actor_wait_of(actor, actor_strand(epoch));
  uint64_t word;
  if (unlikely(wait == NULL)) return false;
  word = atomic_load_explicit(&wait->word, memory_order_relaxed);
  do {
    if (epoch_of(word) != epoch || state_of(word) == WAIT_ENDED) return false;
    *begun = state_of(word) != WAIT_PENDING;
  } while (!atomic_compare_exchange_weak_explicit(
      &wait->word, &word, with_state(word, WAIT_ENDED), memory_order_acq_rel,
      memory_order_relaxed));
  return true;
}

bool actor_wait_open(struct actor *actor, uint64_t epoch) {
  struct wait *wait = actor_wait_of(actor, actor_strand(epoch));
  uint64_t word;
  if (unlikely(wait == NULL)) return false;
  word = atomic_load_explicit(&wait->word, memory_order_seq_cst);
  return epoch_of(word) == epoch && state_of(word) != WAIT_ENDED;
}

bool actor_wait_pending(struct wait *wait, uint64_t *epoch) {
  uint64_t word = atomic_load_explicit(&wait->word, memory_order_seq_cst);
  *epoch = epoch_of(word);
  return state_of(word) != WAIT_ENDED;
}

enum wait_kind actor_wait_kind(struct actor *actor) {
  uint64_t word =
      atomic_load_explicit(&actor->wait.word, memory_order_seq_cst);
  return state_of(word) == WAIT_ENDED ? WAIT_NONE : kind_of(word);
}

/* The target is the next wait's if that is being opened just now; then this
** one has ended, and the second look sees it. */
bool actor_wait_look(struct wait *wait, struct wait_edge *edge,
                     bool *deferred) {
  uint64_t word = atomic_load_explicit(&wait->word, memory_order_seq_cst);
  if (state_of(word) == WAIT_ENDED) return false;
  edge->epoch = epoch_of(word);
  edge->kind = kind_of(word);
  edge->target = atomic_load_explicit(&wait->target, memory_order_seq_cst);
  word = atomic_load_explicit(&wait->word, memory_order_seq_cst);
  *deferred = state_of(word) == WAIT_DEFERRED;
  return state_of(word) != WAIT_ENDED && epoch_of(word) == edge->epoch;
}

bool actor_wait_edge(struct actor *actor, struct wait_edge *edge) {
  bool deferred;
  return !atomic_load_explicit(&actor->concurrent, memory_order_relaxed) &&
         actor_wait_look(&actor->wait, edge, &deferred) && !deferred &&
         edge->target != ID_NONE;
}

uint64_t actor_wait_epoch(struct actor *actor) {
  return epoch_of(
      atomic_load_explicit(&actor->waiting->word, memory_order_seq_cst));
}

enum wait_kind actor_wait_last(struct actor *actor) {
  return kind_of(
      atomic_load_explicit(&actor->waiting->word, memory_order_relaxed));
}

uint64_t actor_wait_since(struct actor *actor) {
  return atomic_load_explicit(&actor->waiting->since, memory_order_relaxed);
}

uint64_t actor_wait_target(struct actor *actor) {
  return atomic_load_explicit(&actor->waiting->target, memory_order_relaxed);
}

uint64_t actor_wait_deadline(struct actor *actor) {
  return atomic_load_explicit(&actor->waiting->deadline, memory_order_relaxed);
}

void actor_wait_retarget(struct actor *actor, uint64_t target) {
  atomic_store_explicit(&actor->waiting->target, target, memory_order_seq_cst);
}

static void end_wait(struct actor *actor, struct wait *wait) {
  bool begun;
  actor_wait_end(actor,
                 epoch_of(atomic_load_explicit(&wait->word,
                                               memory_order_relaxed)),
                 &begun);
}

void actor_wait_end_all(struct actor *actor) {
  struct wait *strands =
      atomic_load_explicit(&actor->strands, memory_order_relaxed);
  end_wait(actor, &actor->wait);
  if (strands == NULL) return;
  for (uint32_t i = 0; i < STRANDS_LARGEST; i++) end_wait(actor, &strands[i]);
}

/* --- Messages ------------------------------------------------------------- */

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

struct message *actor_next_work(struct actor *actor,
                                struct message_queue *strays) {
  uint64_t pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  struct message *message;
  while ((message = mailbox_pop(&actor->mailbox)) != NULL &&
         message->target != pid)
    message_queue_append(strays, message);
  return message;
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

/* A larger block also if the sweep has made a little room only, or each that
** follows would sweep again. */
bool actor_defer(struct actor *actor, struct directory *directory,
                 struct waiter waiter) {
  uint32_t capacity = actor->deferred_capacity;
  if (actor->deferred_count == capacity &&
      (capacity == 0 || !sweep_deferred(actor, directory))) {
    struct waiter *grown =
        memory_grown(actor->deferred, capacity, &actor->deferred_capacity,
                     sizeof *grown);
    if (grown == NULL) return false;
    actor->deferred = grown;
  }
  actor->deferred[actor->deferred_count++] = waiter;
  return true;
}
