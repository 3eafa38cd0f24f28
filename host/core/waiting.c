#include "core/waiting.h"

#include "base/check.h"
#include "base/memory.h"
#include "core/counter.h"

/* --- Circles -------------------------------------------------------------- */

static uint32_t waits_of(struct actor *actor) {
  bool several =
      atomic_load_explicit(&actor->concurrent, memory_order_relaxed);
  return 1 + (several ? STRANDS_LARGEST : 0);
}

/* One that holds the actor up: of several handlers the first one's. */
static bool first_wait(struct scheduler *scheduler, uint64_t pid,
                       struct wait_edge *edge) {
  struct actor *actor = directory_find(scheduler->directory, pid);
  uint32_t count = actor != NULL ? waits_of(actor) : 0;
  bool deferred;
  for (uint32_t i = 0; i < count; i++) {
    struct wait *wait = actor_wait_of(actor, i);
    if (wait == NULL) return false;
    if (actor_wait_look(wait, edge, &deferred)) return true;
  }
  return false;
}

/* The least pid of the circle that this wait leads back through, or ID_NONE.
** *epochs tells it from any other circle, or the same one later. */
static uint64_t follow(struct scheduler *scheduler, uint64_t pid,
                       struct wait_edge edge, uint64_t *epochs) {
  uint64_t least = pid;
  *epochs = 0;
  for (int hops = 0; hops < WAITING_CIRCLE; hops++) {
    *epochs += edge.epoch * (uint64_t)(hops + 1);
    if (!id_valid(edge.target)) return ID_NONE;
    if (edge.target == pid) return least;
    if (edge.target < least) least = edge.target;
    if (!first_wait(scheduler, edge.target, &edge)) return ID_NONE;
  }
  return ID_NONE;
}

static uint64_t circle_of(struct scheduler *scheduler, uint64_t pid,
                          const struct wait_edge *edge) {
  uint64_t epochs, again;
  uint64_t circle = follow(scheduler, pid, *edge, &epochs);
  if (circle == ID_NONE) return ID_NONE;
  return follow(scheduler, pid, *edge, &again) == circle && again == epochs
             ? circle
             : ID_NONE;
}

/* --- The order ------------------------------------------------------------ */

static bool is_behind(const struct waiting_row *one,
                      const struct waiting_row *other) {
  if ((one->circle == ID_NONE) != (other->circle == ID_NONE))
    return one->circle == ID_NONE;
  if (one->circle != other->circle) return one->circle > other->circle;
  if (one->since != other->since) return one->since > other->since;
  return one->pid > other->pid;
}

static void rise(struct waiting *waiting, struct waiting_row row) {
  uint32_t at = waiting->count++;
  while (at > 0 && is_behind(&row, &waiting->heap[(at - 1) / 2])) {
    waiting->heap[at] = waiting->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  waiting->heap[at] = row;
}

static void sink(struct waiting *waiting, struct waiting_row row) {
  struct waiting_row *heap = waiting->heap;
  uint32_t at = 0, below;
  while ((below = 2 * at + 1) < waiting->count) {
    if (below + 1 < waiting->count && is_behind(&heap[below + 1], &heap[below]))
      below++;
    if (!is_behind(&heap[below], &row)) break;
    heap[at] = heap[below];
    at = below;
  }
  heap[at] = row;
}

static bool has_room(struct waiting *waiting) {
  struct waiting_row *heap;
  if (waiting->count == waiting->limit) return false;
  heap = memory_grown(waiting->heap, waiting->count, &waiting->capacity,
                      sizeof *heap);
  if (heap != NULL) waiting->heap = heap;
  return heap != NULL;
}

static void enter(struct waiting *waiting, const struct waiting_row *row) {
  waiting->total++;
  if (has_room(waiting))
    rise(waiting, *row);
  else if (waiting->count > 0 && is_behind(&waiting->heap[0], row))
    sink(waiting, *row);
}

/* --- All of them ---------------------------------------------------------- */

void waiting_init(struct waiting *waiting, struct scheduler *scheduler,
                  uint32_t limit) {
  ASSERT(limit > 0, "somebody is asked for");
  *waiting = (struct waiting){
      .scheduler = scheduler,
      .slot = 1,
      .slots = directory_slots(scheduler->directory),
      .limit = limit};
}

void waiting_deinit(struct waiting *waiting) {
  memory_free(waiting->heap);
  waiting->heap = NULL;
  waiting->count = 0;
}

/* False: it waits for nothing, or not any more. */
static bool read_row(struct waiting *waiting, struct actor *actor,
                     uint32_t strand, struct waiting_row *row) {
  struct scheduler *scheduler = waiting->scheduler;
  struct wait *wait = actor_wait_of(actor, strand);
  if (wait == NULL || !actor_wait_look(wait, &row->wait, &row->deferred))
    return false;
  row->since = counter_read(&wait->since);
  row->circle = circle_of(scheduler, row->pid, &row->wait);
  return actor_wait_open(actor, row->wait.epoch) &&
         directory_find(scheduler->directory, row->pid) == actor;
}

static void visit(struct waiting *waiting, uint32_t slot) {
  struct actor *actor = directory_at(waiting->scheduler->directory, slot);
  struct waiting_row row;
  if (actor == NULL) return;
  row.pid = atomic_load_explicit(&actor->pid, memory_order_acquire);
  if (row.pid == ID_NONE) return;
  for (uint32_t i = 0; i < waits_of(actor); i++)
    if (read_row(waiting, actor, i, &row)) enter(waiting, &row);
}

bool waiting_step(struct waiting *waiting, uint32_t slots) {
  uint32_t left = waiting->slots - waiting->slot;
  uint32_t end = waiting->slot + (slots < left ? slots : left);
  while (waiting->slot < end) visit(waiting, waiting->slot++);
  return waiting->slot < waiting->slots;
}

uint32_t waiting_count(const struct waiting *waiting) {
  return waiting->count;
}

struct waiting_row waiting_take(struct waiting *waiting) {
  struct waiting_row row = waiting->heap[0];
  struct waiting_row last = waiting->heap[--waiting->count];
  if (waiting->count > 0) sink(waiting, last);
  return row;
}
