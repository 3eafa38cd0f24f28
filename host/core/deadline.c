/*
** Deadlines: a wait's end by time, at next to no cost for a call that is
** answered.
**
** The deadline itself lives in the actor's slot. A wheel node is posted only
** if none will fire by then; it stays where it was armed when the wait ends,
** and when it fires it looks: a wait that is due is ended; one that is due
** later gets the node again; none, and the node goes. So a million calls with
** the usual five seconds post one node.
**
** `armed` says when the earliest node fires. The two sides race:
**   owner:  publishes the wait (exchange), then reads `armed`
**   node:   writes `armed`, fences, then reads the wait
** At least one sees the other. If the owner sees the old `armed` it posts
** nothing, and the node sees the wait and stays. If both act there are two
** nodes, and the second finds nothing to do.
**
** An earlier deadline than `armed` posts a node of its own, which remembers
** the later one, so that a loop of a call and a short sleep does not pile up
** nodes five seconds long.
*/
#include <time.h>

#include "base/check.h"
#include "base/slab.h"
#include "base/tick.h"
#include "core/fence.h"
#include "core/worker.h"

struct deadline_node {
  struct wheel_node node;
  struct scheduler *scheduler;
  uint64_t pid;
  uint32_t strand;
  uint64_t later; /* when another node of this wait fires; 0: there is none */
};

/* Stands where another thread may slip in. Under stress one does: this one then
** sleeps, for longer than the deadlines of the specs are apart. */
static void hold_up(void) {
#ifdef TROUPE_STRESS
  struct timespec span = {0, 3000000};
  if (tick_cycles() / 64 % 8 == 0) nanosleep(&span, NULL);
#endif
}

static void free_node(struct deadline_node *deadline) {
  slab_give(deadline, sizeof *deadline);
}

/* `later` has passed, or is later than `due`: it is kept. */
static void rearm(struct deadline_node *deadline, uint64_t due) {
  deadline->node.due = due;
  wheel_add(worker_wheel(worker_current()), &deadline->node);
}

/* Only the node that `armed` speaks of changes it, and only from what it has
** written: the slot may have another actor by now, with a node of its own. */
static bool move_armed(struct wait *wait, uint64_t from, uint64_t to) {
  return atomic_compare_exchange_strong_explicit(
      &wait->armed, &from, to, memory_order_seq_cst, memory_order_seq_cst);
}

/* The wait is due later than this node, which said `armed` last. */
static void postpone(struct deadline_node *deadline, struct wait *wait,
                     uint64_t armed, uint64_t due) {
  bool covered = armed != 0 && armed <= due; /* by the later node */
  if (!covered && move_armed(wait, armed, due) &&
      !atomic_load_explicit(&deadline->scheduler->stopping,
                            memory_order_relaxed))
    rearm(deadline, due);
  else
    free_node(deadline);
}

/* The wait that the node is for; NULL: its actor has gone. */
static struct wait *find_wait(const struct deadline_node *deadline) {
  struct actor *actor =
      directory_find(deadline->scheduler->directory, deadline->pid);
  return actor == NULL ? NULL : actor_wait_of(actor, deadline->strand);
}

/* `armed` speaks of the later node from now on. Had that one fired before, it
** took `armed` for somebody else's and is gone: so the clock is read after it
** has been named, and a name that is past by then is taken back. False:
** `armed` was another node's. */
static bool hand_on(struct deadline_node *deadline, struct wait *wait,
                    uint64_t *armed, uint64_t *now) {
  *armed = deadline->later;
  if (!move_armed(wait, deadline->node.due, *armed)) return false;
  hold_up();
  *now = scheduler_now(deadline->scheduler);
  if (*armed > *now) return true;
  move_armed(wait, *armed, 0);
  *armed = 0;
  return true;
}

/* The word is read before the deadline: that is then this wait's, or that of
** the next one, which looked at `armed` later; but not that of the one before,
** long past. */
static void fire(struct wheel_node *node) {
  struct deadline_node *deadline = (struct deadline_node *)node;
  struct wait *wait = find_wait(deadline);
  struct waiter waiter = {deadline->pid, 0};
  uint64_t armed, now, due;
  bool pending;
  hold_up();
  if (wait == NULL || !hand_on(deadline, wait, &armed, &now)) {
    free_node(deadline);
    return;
  }
  fence_full();
  pending = actor_wait_pending(wait, &waiter.epoch);
  hold_up();
  due = atomic_load_explicit(&wait->deadline, memory_order_relaxed);
  if (!pending || due == TICK_NEVER) {
    free_node(deadline);
  } else if (due > now) {
    postpone(deadline, wait, armed, due);
  } else {
    scheduler_end_wait_due(deadline->scheduler, waiter, OUTCOME_TIMEOUT);
    free_node(deadline);
  }
}

bool deadline_is_stale(const struct wheel_node *node) {
  const struct deadline_node *deadline = (const struct deadline_node *)node;
  struct wait *wait;
  uint64_t epoch;
  if (node->fire != fire) return false;
  wait = find_wait(deadline);
  return wait == NULL || !actor_wait_pending(wait, &epoch) ||
         atomic_load_explicit(&wait->deadline, memory_order_relaxed) >
             node->due;
}

bool deadline_arm(struct worker *worker, struct actor *actor,
                  uint64_t deadline) {
  struct deadline_node *node = slab_take(sizeof *node);
  if (node == NULL) return false;
  node->node.link = NULL;
  node->node.due = deadline;
  node->node.fire = fire;
  node->scheduler = worker->scheduler;
  node->pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  node->strand = actor_strand(actor_wait_epoch(actor));
  node->later = atomic_exchange_explicit(&actor->waiting->armed, deadline,
                                         memory_order_seq_cst);
  wheel_add(&worker->wheel, &node->node);
  return true;
}
