/*
** Directory: where actors live.
**
** Slots come in chunks that are made once and stay. A look-up is two loads
** and a compare: the chunk's address, the slot's pid. Who holds an outdated
** pid finds another pid or none there; who looked up just before the change
** meets the mailbox's own guards (closed, or the message's target).
**
** Free slots are reused oldest first, so that a generation, 32 bits wide,
** moves as slowly as it can.
*/
#include <stddef.h>

#include "base/check.h"
#include "base/memory.h"
#include "core/actor.h"
#include "core/fence.h"
#include "core/timing.h"

#ifdef TROUPE_STRESS
#define CHUNK_BITS 4
#else
#define CHUNK_BITS 10
#endif
#define CHUNK_SLOTS (1u << CHUNK_BITS)
#define CHUNKS (ID_SLOT_LIMIT >> 10)

struct directory {
  /* Written once each under lock (release), read by anybody (acquire). */
  _Atomic(struct actor *) chunks[CHUNKS];
  struct timings *timings;
  struct mutex lock;
  /* Made so far. Written under lock, read by anybody; relaxed: a slot is
  ** looked at by its pid. */
  _Atomic uint32_t slots;
  /* lock: */
  struct actor *free_first, *free_last;
  struct actor *oldest, *newest;
  uint64_t count;
};

struct directory *directory_new(void) {
  _Static_assert(offsetof(struct actor, mailbox.head) % 64 == 0,
                 "what senders touch begins a cache line");
  struct directory *directory = memory_zalloc(sizeof *directory);
  if (directory == NULL) return NULL;
  directory->timings = timings_new();
  if (directory->timings == NULL) {
    memory_free(directory);
    return NULL;
  }
  mutex_init(&directory->lock);
  /* Slot 0 is not used: <0.0.x> is nobody. */
  atomic_init(&directory->slots, 1);
  return directory;
}

static void free_slot(struct actor *actor) {
  pidset_deinit(&actor->relations);
  memory_free(actor->deferred);
  memory_free(atomic_load_explicit(&actor->strands, memory_order_relaxed));
}

void directory_free(struct directory *directory) {
  if (directory == NULL) return;
  for (uint32_t i = 0; i < CHUNKS; i++) {
    struct actor *chunk =
        atomic_load_explicit(&directory->chunks[i], memory_order_relaxed);
    if (chunk == NULL) continue;
    for (uint32_t k = 0; k < CHUNK_SLOTS; k++) free_slot(&chunk[k]);
    memory_free_aligned(chunk);
  }
  mutex_deinit(&directory->lock);
  timings_free(directory->timings);
  memory_free(directory);
}

static struct actor *slot_at(struct directory *directory, uint32_t slot) {
  struct actor *chunk;
  if (unlikely(slot >> CHUNK_BITS >= CHUNKS)) return NULL;
  chunk = atomic_load_explicit(&directory->chunks[slot >> CHUNK_BITS],
                               memory_order_acquire);
  return chunk == NULL ? NULL : &chunk[slot & (CHUNK_SLOTS - 1)];
}

static void reset_counters(struct actor *actor) {
  actor->meter = METER_FIRST + 1;
  actor->meter_weight = 1;
  atomic_store_explicit(&actor->messages_in, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->messages_out, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->cycles, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->cpu_used, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->memory, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->restarts, 0, memory_order_relaxed);
}

static struct actor *fresh_slot_locked(struct directory *directory) {
  uint32_t slot = directory_slots(directory);
  struct actor *chunk, *actor;
  if (slot >> CHUNK_BITS >= CHUNKS) return NULL;
  actor = slot_at(directory, slot);
  if (actor == NULL) {
    chunk = memory_aligned(64, CHUNK_SLOTS * sizeof *chunk);
    if (chunk == NULL) return NULL;
    atomic_store_explicit(&directory->chunks[slot >> CHUNK_BITS], chunk,
                          memory_order_release);
    actor = &chunk[slot & (CHUNK_SLOTS - 1)];
  }
  atomic_store_explicit(&directory->slots, slot + 1, memory_order_relaxed);
  actor->slot = slot;
  actor->waiting = &actor->wait;
  actor->generation = 1;
  reset_counters(actor);
  mailbox_init(&actor->mailbox, actor->generation);
  pidset_init(&actor->relations);
  return actor;
}

static struct actor *take_slot_locked(struct directory *directory) {
  struct actor *actor = directory->free_first;
  if (actor == NULL) return fresh_slot_locked(directory);
  directory->free_first = actor->link;
  if (directory->free_first == NULL) directory->free_last = NULL;
  mailbox_reopen(&actor->mailbox, actor->generation);
  return actor;
}

static void enter_locked(struct directory *directory, struct actor *actor) {
  actor->newer = NULL;
  actor->older = directory->newest;
  if (actor->older != NULL)
    actor->older->newer = actor;
  else
    directory->oldest = actor;
  directory->newest = actor;
  directory->count++;
}

static void leave_locked(struct directory *directory, struct actor *actor) {
  if (actor->older != NULL)
    actor->older->newer = actor->newer;
  else
    directory->oldest = actor->newer;
  if (actor->newer != NULL)
    actor->newer->older = actor->older;
  else
    directory->newest = actor->older;
  actor->older = actor->newer = NULL;
  directory->count--;
}

static void set_bond(struct actor *actor, enum bond bond) {
  atomic_store_explicit(&actor->bond, (uint8_t)bond, memory_order_relaxed);
}

struct actor *directory_add(struct directory *directory,
                            const struct actor_type *type, void *body,
                            uint64_t starter) {
  struct actor *actor;
  mutex_lock(&directory->lock);
  actor = take_slot_locked(directory);
  if (actor != NULL) {
    actor->type = type;
    actor->body = body;
    atomic_store_explicit(&actor->starter, starter, memory_order_relaxed);
    set_bond(actor, BOND_NONE);
    actor->link = NULL;
    enter_locked(directory, actor);
    atomic_store_explicit(&actor->pid,
                          id_make(actor->slot, actor->generation),
                          memory_order_release);
  }
  mutex_unlock(&directory->lock);
  return actor;
}

/* What is written into the slot from here on is nothing of that actor: who
** reads it and looks again (core/census.c) finds the pid gone. */
void directory_hide(struct directory *directory, struct actor *actor) {
  (void)directory;
  atomic_store_explicit(&actor->pid, ID_NONE, memory_order_release);
  fence_write();
}

static void reset(struct actor *actor) {
  pidset_deinit(&actor->relations);
  pidset_init(&actor->relations);
  memory_free(actor->deferred);
  actor->deferred = NULL;
  actor->deferred_count = actor->deferred_capacity = 0;
  actor->serving = (struct waiter){ID_NONE, 0};
  actor->trap = false;
  /* Of one that had settled for good. */
  atomic_store_explicit(&actor->home, NULL, memory_order_relaxed);
  atomic_store_explicit(&actor->concurrent, false, memory_order_relaxed);
  atomic_store_explicit(&actor->urgent, false, memory_order_relaxed);
  /* A node that is still in some wheel is for the pid that was. */
  for (uint32_t i = 0; i <= STRANDS_LARGEST; i++) {
    struct wait *wait = actor_wait_of(actor, i);
    if (wait == NULL) break;
    atomic_store_explicit(&wait->armed, 0, memory_order_relaxed);
  }
  actor->waiting = &actor->wait;
  reset_counters(actor);
  atomic_store_explicit(&actor->name, NULL, memory_order_relaxed);
  atomic_store_explicit(&actor->key_hash, 0, memory_order_relaxed);
  atomic_store_explicit(&actor->version, 0, memory_order_relaxed);
  actor->body = NULL;
  for (int i = 0; i < WARM_PLACES; i++)
    atomic_store_explicit(&actor->warm[i], NULL, memory_order_relaxed);
}

void directory_remove(struct directory *directory, struct actor *actor) {
  ASSERT(mailbox_closed(&actor->mailbox), "an ended actor's is closed");
  ASSERT(actor->handles == 0, "an ended actor owns no handle");
  ASSERT(actor->registrations == NULL && actor->leases == NULL,
         "an ended actor holds no name and no lease");
  directory_hide(directory, actor);
  timing_drop(directory->timings, actor);
  reset(actor);
  mutex_lock(&directory->lock);
  leave_locked(directory, actor);
  actor->generation++;
  if (actor->generation == 0) actor->generation = 1;
  actor->link = NULL;
  if (directory->free_last != NULL)
    directory->free_last->link = actor;
  else
    directory->free_first = actor;
  directory->free_last = actor;
  mutex_unlock(&directory->lock);
}

struct actor *directory_find(struct directory *directory, uint64_t pid) {
  struct actor *actor = directory_slot(directory, pid);
  if (actor == NULL) return NULL;
  return atomic_load_explicit(&actor->pid, memory_order_acquire) == pid
             ? actor
             : NULL;
}

struct actor *directory_slot(struct directory *directory, uint64_t pid) {
  if (unlikely(!id_valid(pid) || id_node(pid) != 0)) return NULL;
  return slot_at(directory, id_slot(pid));
}

uint32_t directory_slots(struct directory *directory) {
  return atomic_load_explicit(&directory->slots, memory_order_relaxed);
}

struct timings *directory_timings(struct directory *directory) {
  return directory->timings;
}

struct actor *directory_at(struct directory *directory, uint32_t slot) {
  return slot_at(directory, slot);
}

uint64_t directory_count(struct directory *directory) {
  uint64_t count;
  mutex_lock(&directory->lock);
  count = directory->count;
  mutex_unlock(&directory->lock);
  return count;
}

void directory_bind(struct directory *directory, struct actor *actor,
                    enum bond bond) {
  mutex_lock(&directory->lock);
  set_bond(actor, bond);
  mutex_unlock(&directory->lock);
}

bool directory_orphan(struct directory *directory, uint64_t pid) {
  struct actor *actor;
  mutex_lock(&directory->lock);
  actor = directory_find(directory, pid);
  while (actor != NULL && actor_bond(actor) != BOND_NONE)
    actor = directory_find(directory, actor_starter(actor));
  mutex_unlock(&directory->lock);
  return actor == NULL;
}

static bool is_kept_locked(struct directory *directory,
                           const struct actor *actor) {
  return actor_bond(actor) != BOND_NONE &&
         directory_find(directory, actor_starter(actor)) != NULL;
}

static bool lives_at(const struct actor *actor, const struct worker *home) {
  return home != NULL &&
         atomic_load_explicit(&actor->home, memory_order_relaxed) == home;
}

uint64_t directory_newest(struct directory *directory, uint64_t except,
                          const struct worker *last) {
  uint64_t newest = ID_NONE;
  struct actor *actor;
  mutex_lock(&directory->lock);
  for (actor = directory->newest; actor != NULL; actor = actor->older) {
    uint64_t pid = id_make(actor->slot, actor->generation);
    if (pid == except || is_kept_locked(directory, actor)) continue;
    if (!lives_at(actor, last)) {
      newest = pid;
      break;
    }
    if (newest == ID_NONE) newest = pid;
  }
  mutex_unlock(&directory->lock);
  return newest;
}

uint64_t directory_list(struct directory *directory, uint64_t *pids,
                        uint64_t limit) {
  uint64_t count = 0;
  struct actor *actor;
  mutex_lock(&directory->lock);
  for (actor = directory->oldest; actor != NULL; actor = actor->newer) {
    if (count < limit) pids[count] = id_make(actor->slot, actor->generation);
    count++;
  }
  mutex_unlock(&directory->lock);
  return count;
}
