/*
** A part may be inside a handler that waits for an actor which is frozen
** already, and would never come to its boundary. So from each part that is
** still busy we follow the waits, whoever they lead through. Where they end at
** a frozen part, that one serves the last one's request, and what the same
** sender had sent it before, so that its order holds. Where they end in front
** of the closed module, that one is let in, and becomes a part.
**
** Nothing new begins meanwhile: what is served was asked for by a handler that
** was running. So it drains. What is read here may be outdated at once: then
** there is nothing to serve, and the next round sees how things stand.
*/
#include "base/check.h"
#include "base/memory.h"
#include "core/circle.h"
#include "core/scheduler.h"
#include "script/reload_parts.h"

struct chase {
  struct script *script;
  struct reload *reload;
  struct pidset seen;
  uint64_t *pids; /* to be looked at */
  uint32_t count, capacity;
};

static bool push(struct chase *chase, uint64_t pid) {
  uint64_t *grown = memory_grown(chase->pids, chase->count, &chase->capacity,
                                 sizeof *grown);
  if (grown == NULL) return false;
  chase->pids = grown;
  grown[chase->count++] = pid;
  return true;
}

/* Is it frozen? Then it serves from here on. */
static bool thaw(struct chase *chase, uint32_t index) {
  struct reload *reload = chase->reload;
  bool frozen;
  mutex_lock(&chase->script->reloads->mutex);
  frozen = reload->parts[index].state == RELOAD_FROZEN;
  if (frozen) reload_move_locked(reload, index, RELOAD_SERVING);
  mutex_unlock(&chase->script->reloads->mutex);
  return frozen;
}

/* Who waits for room is in nobody's queue: the oldest there makes some. */
static bool serve(struct chase *chase, uint32_t index, struct waiter waiter,
                  const struct wait_edge *wait) {
  struct reload_message order = {.number = chase->reload->number,
                                 .index = index,
                                 .order = RELOAD_SERVE,
                                 .request = waiter};
  if (wait->kind == WAIT_ROOM) {
    order.request = (struct waiter){ID_NONE, 0};
    if (!room_is_awaited(chase->script->scheduler, wait->target, waiter))
      return true;
  }
  if (!thaw(chase, index)) return false;
  reload_post(chase->script, chase->reload, index, &order);
  return true;
}

static void let_in(struct chase *chase, struct waiter waiter) {
  if (modules_unwait(chase->script->modules, chase->reload->source, waiter))
    scheduler_end_wait(chase->script->scheduler, waiter, OUTCOME_REPLY);
}

static bool follow(struct chase *chase, struct waiter waiter,
                   const struct wait_edge *wait) {
  uint64_t pids[CIRCLE_TARGETS];
  uint32_t count;
  if (wait->kind == WAIT_RELOAD) {
    let_in(chase, waiter);
    return true;
  }
  count = circle_targets(chase->script->scheduler, wait, pids);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t place = pidset_flags(&chase->reload->index, pids[i]);
    if (place != 0 && pids[i] != chase->reload->self &&
        serve(chase, place - 1, waiter, wait))
      continue;
    if (!push(chase, pids[i])) return false;
  }
  return true;
}

/* All its strands. */
static bool look(struct chase *chase, uint64_t pid) {
  struct actor *actor =
      directory_find(chase->script->scheduler->directory, pid);
  if (actor == NULL || pidset_flags(&chase->seen, pid) != 0) return true;
  if (!pidset_add(&chase->seen, pid, 1)) return false;
  for (uint32_t i = 0; i <= STRANDS_LARGEST; i++) {
    struct wait *wait = actor_wait_of(actor, i);
    struct wait_edge edge;
    bool deferred;
    if (wait == NULL) return true;
    if (!actor_wait_look(wait, &edge, &deferred) || deferred) continue;
    if (!follow(chase, (struct waiter){pid, edge.epoch}, &edge)) return false;
  }
  return true;
}

static bool push_busy(struct chase *chase) {
  struct reload *reload = chase->reload;
  bool pushed = true;
  mutex_lock(&chase->script->reloads->mutex);
  for (uint32_t i = 0; pushed && i < reload->count; i++)
    if (reload_is_busy(reload->parts[i].state))
      pushed = push(chase, reload->parts[i].pid);
  mutex_unlock(&chase->script->reloads->mutex);
  return pushed;
}

bool reload_follow(struct script *script, struct reload *reload) {
  struct chase chase = {script, reload, {NULL, 0, 0}, NULL, 0, 0};
  bool done = push_busy(&chase);
  while (done && chase.count > 0)
    done = look(&chase, chase.pids[--chase.count]);
  pidset_deinit(&chase.seen);
  memory_free(chase.pids);
  return done;
}
