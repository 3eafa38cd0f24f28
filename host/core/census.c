#include "core/census.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/counter.h"
#include "core/fence.h"

/* --- One actor ------------------------------------------------------------ */

/* The first of its waits that is open. */
static bool find_wait(struct actor *actor, struct wait **wait,
                      struct wait_edge *edge) {
  bool several =
      atomic_load_explicit(&actor->concurrent, memory_order_relaxed);
  bool deferred;
  for (uint32_t i = 0; i <= (several ? STRANDS_LARGEST : 0); i++) {
    *wait = actor_wait_of(actor, i);
    if (*wait == NULL) return false;
    if (actor_wait_look(*wait, edge, &deferred)) return true;
  }
  return false;
}

/* It is ready to run; what it has used in its present turn is not counted yet,
** and one that computes without an end has no other. */
static enum census_doing read_turn(struct scheduler *scheduler,
                                   struct census_row *row) {
  for (int i = 0; i < scheduler->worker_seats; i++) {
    if (scheduler_running(scheduler, i) != row->pid) continue;
    row->cpu += scheduler_turn(scheduler, i);
    return DOING_RUNNING;
  }
  return DOING_QUEUED;
}

/* One whose wait is over and that has not been queued yet is as good as
** queued. */
static void read_doing(struct scheduler *scheduler, struct actor *actor,
                       uint64_t now, struct census_row *row) {
  enum mailbox_state state = mailbox_state(&actor->mailbox);
  struct wait_edge edge;
  struct wait *wait;
  row->waits = WAIT_NONE;
  row->since = 0;
  if (find_wait(actor, &wait, &edge)) {
    uint64_t since = counter_read(&wait->since);
    row->doing = DOING_WAITING;
    row->waits = edge.kind;
    if (now > since) row->since = (double)(now - since) / TICK_SECOND;
  } else if (state == MAILBOX_IDLE) {
    row->doing = DOING_IDLE;
  } else {
    row->doing = read_turn(scheduler, row);
  }
}

static void read_counters(struct scheduler *scheduler, struct actor *actor,
                          struct census_row *row) {
  row->queue = mailbox_count(&actor->mailbox);
  row->queue_bytes = mailbox_size(&actor->mailbox);
  row->messages_in = counter_read(&actor->messages_in);
  row->messages_out = counter_read(&actor->messages_out);
  row->memory = (uint64_t)atomic_load_explicit(&actor->memory,
                                               memory_order_relaxed) *
                MEMORY_UNIT;
  row->cpu = (double)counter_read(&actor->cycles) /
             ((double)scheduler->cycles_per_us * 1e6);
  row->version = atomic_load_explicit(&actor->version, memory_order_relaxed);
  row->restarts =
      atomic_load_explicit(&actor->restarts, memory_order_relaxed);
}

static void read_timing(struct actor *actor, enum timing timing,
                        struct timing_figures *figures) {
  if (!timing_read(actor, timing, figures))
    *figures = (struct timing_figures){-1, -1};
}

static bool is_still(struct actor *actor, uint64_t pid) {
  fence_read();
  return atomic_load_explicit(&actor->pid, memory_order_relaxed) == pid;
}

/* Four cache lines more of each: only of those that are to be shown. */
static void read_timings(struct actor *actor, struct census_row *row) {
  read_timing(actor, TIMING_WAITING, &row->waiting);
  read_timing(actor, TIMING_HANDLING, &row->handling);
}

static void read_row(struct scheduler *scheduler, struct actor *actor,
                     uint64_t now, struct census_row *row) {
  row->starter = actor_starter(actor);
  row->behaviour = atomic_load_explicit(&actor->name, memory_order_acquire);
  read_counters(scheduler, actor, row);
  read_doing(scheduler, actor, now, row);
}

bool census_look(struct scheduler *scheduler, uint64_t pid,
                 struct census_row *row) {
  struct actor *actor = directory_find(scheduler->directory, pid);
  row->pid = pid;
  if (actor == NULL) return false;
  read_row(scheduler, actor, scheduler_now(scheduler), row);
  read_timings(actor, row);
  return is_still(actor, pid);
}

/* --- The order ------------------------------------------------------------ */

/* Is it behind the other? Equal ones are in the order of their slots. */
static bool is_behind(const struct census_place *one,
                      const struct census_place *other) {
  return one->key != other->key ? one->key < other->key
                                : one->slot > other->slot;
}

static void rise(struct census *census, uint32_t at,
                 struct census_place place) {
  while (at > 0) {
    uint32_t above = (at - 1) / 2;
    if (!is_behind(&place, &census->heap[above])) break;
    census->heap[at] = census->heap[above];
    at = above;
  }
  census->heap[at] = place;
}

static void sink(struct census *census, struct census_place place) {
  uint32_t at = 0, below;
  while ((below = 2 * at + 1) < census->count) {
    if (below + 1 < census->count &&
        is_behind(&census->heap[below + 1], &census->heap[below]))
      below++;
    if (!is_behind(&census->heap[below], &place)) break;
    census->heap[at] = census->heap[below];
    at = below;
  }
  census->heap[at] = place;
}

static double key_of(const struct census *census,
                     const struct census_row *row) {
  switch (census->query.order) {
    case CENSUS_QUEUE:
      return (double)row->queue;
    case CENSUS_MEMORY:
      return (double)row->memory;
    case CENSUS_CPU:
      return row->cpu;
    case CENSUS_CALLS:
      return (double)row->messages_in;
    case CENSUS_WAITING:
      return row->waiting.p99;
    case CENSUS_HANDLING:
      return row->handling.p99;
    case CENSUS_SLOT:
      return 0;
  }
  CHECK(false, "no such order");
}

static struct census_place place_of(const struct census *census,
                                    const struct census_row *row) {
  return (struct census_place){key_of(census, row), id_slot(row->pid), 0};
}

static bool has_room(const struct census *census,
                     const struct census_row *row) {
  struct census_place place = place_of(census, row);
  return census->count < census->capacity ||
         is_behind(&census->heap[0], &place);
}

/* The one that is not to stay has its row taken over. */
static void enter(struct census *census, const struct census_row *row) {
  struct census_place place = place_of(census, row);
  if (census->count < census->capacity) {
    place.row = census->count++;
    rise(census, place.row, place);
  } else {
    place.row = census->heap[0].row;
    sink(census, place);
  }
  census->rows[place.row] = *row;
}

/* --- All of them ---------------------------------------------------------- */

enum status census_init(struct census *census, struct scheduler *scheduler,
                        const struct census_query *query) {
  uint32_t slots = directory_slots(scheduler->directory);
  ASSERT(query->limit > 0, "a census of somebody");
  *census = (struct census){.scheduler = scheduler,
                            .query = *query,
                            .now = scheduler_now(scheduler),
                            .slot = 1,
                            .slots = slots};
  census->capacity = query->limit < slots ? query->limit : slots;
  census->rows = memory_alloc(census->capacity * sizeof *census->rows);
  census->heap = memory_alloc(census->capacity * sizeof *census->heap);
  if (census->rows != NULL && census->heap != NULL) return STATUS_OK;
  census_deinit(census);
  return STATUS_NOMEM;
}

void census_deinit(struct census *census) {
  memory_free(census->rows);
  memory_free(census->heap);
  census->rows = NULL;
  census->heap = NULL;
  census->count = 0;
}

/* Names are few, and each is kept once or a few times only. */
static bool is_asked_for(struct census *census, const char *name) {
  if (census->query.behaviour == NULL) return true;
  if (name == NULL || name == census->other) return false;
  if (name == census->same) return true;
  if (strcmp(name, census->query.behaviour) == 0)
    census->same = name;
  else
    census->other = name;
  return name == census->same;
}

/* Does the order need what has been measured? */
static bool is_timed(const struct census *census) {
  return census->query.order == CENSUS_WAITING ||
         census->query.order == CENSUS_HANDLING;
}

static void visit(struct census *census, uint32_t slot) {
  struct actor *actor = directory_at(census->scheduler->directory, slot);
  struct census_row row;
  if (actor == NULL) return;
  row.pid = atomic_load_explicit(&actor->pid, memory_order_acquire);
  if (row.pid == ID_NONE ||
      !is_asked_for(census, atomic_load_explicit(&actor->name,
                                                 memory_order_acquire)))
    return;
  read_row(census->scheduler, actor, census->now, &row);
  if (is_timed(census)) read_timings(actor, &row);
  if (!has_room(census, &row)) return;
  if (!is_timed(census)) read_timings(actor, &row);
  if (is_still(actor, row.pid)) enter(census, &row);
}

bool census_step(struct census *census, uint32_t slots) {
  uint32_t left = census->slots - census->slot;
  uint32_t end = census->slot + (slots < left ? slots : left);
  while (census->slot < end) visit(census, census->slot++);
  return census->slot < census->slots;
}

uint32_t census_count(const struct census *census) { return census->count; }

const struct census_row *census_take(struct census *census) {
  struct census_place place = census->heap[0];
  struct census_place last = census->heap[--census->count];
  if (census->count > 0) sink(census, last);
  return &census->rows[place.row];
}
