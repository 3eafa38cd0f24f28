/*
** The wait-for graph is not kept anywhere: it is what the actors' wait words
** say. An actor that is in a wait has an edge to whom it waits for; one that
** waits for a pool has an edge to everyone who holds a seat of it, and is held
** up only if all of them are.
**
** An actor is lost if it waits and all that it waits for are lost. So: collect
** whatever can be reached from it. Is anybody among them who does not wait, or
** who waits for time, for a socket, for a deferred reply, for an actor with
** other handlers to go on with? Then there is a way out. Does somebody not
** lead back? Then the circle is another one, and its own victim's business.
**
** Who waits for room has an edge only once it stands in the crowd, and looks
** then. Whom it waits for has counted out what it had handled before its own
** wait began: so all the room that can come without it is there.
**
** Why the last one sees it. Each opens its wait with a seq_cst exchange, then
** looks at the others' words with seq_cst loads. Of those who make a circle the
** one whose exchange is last in that order finds all the others' waits open.
**
** Why nobody sees one that is not there. Epochs never come again. A member's
** wait with the same epoch at two looks was open all the time between, so if
** all of them are found again, after the last of them was found first, they
** were open together, and then nothing but a deadline or a death could have
** ended one.
**
** Why there is one victim. Two who closed a circle at once may both see it. The
** second look, and the end of one's own wait, are under a mutex: who comes
** second finds the first one's wait ended, and goes on. It is taken on
** suspicion only.
*/
#include "core/circle.h"

#include "base/check.h"
#include "base/memory.h"

struct circle_link {
  uint32_t from, to;
};

static bool wait_of(struct scheduler *scheduler, uint64_t pid,
                    struct wait_edge *wait) {
  struct actor *actor = directory_find(scheduler->directory, pid);
  if (actor == NULL || !actor_wait_edge(actor, wait)) return false;
  return wait->kind != WAIT_ROOM ||
         room_is_awaited(scheduler, wait->target,
                         (struct waiter){pid, wait->epoch});
}

uint32_t circle_targets(struct scheduler *scheduler,
                        const struct wait_edge *wait,
                        uint64_t pids[CIRCLE_TARGETS]) {
  if (wait->kind == WAIT_CHECKOUT)
    return lease_holders(scheduler->leases, wait->target, pids,
                         CIRCLE_TARGETS);
  pids[0] = wait->target;
  return 1;
}

/* Without memory and locks: most chains end at somebody who is working. */
static bool suspected(struct scheduler *scheduler, uint64_t self) {
  uint64_t pid = self;
  for (int hops = 0; hops < CIRCLE_LARGEST; hops++) {
    struct wait_edge wait;
    if (!wait_of(scheduler, pid, &wait)) return false;
    if (wait.kind == WAIT_CHECKOUT || wait.target == self) return true;
    pid = wait.target;
  }
  return false;
}

/* --- Collecting ----------------------------------------------------------- */

static bool add_member(struct circle *circle, uint64_t pid,
                       const struct wait_edge *wait) {
  struct circle_member *members = memory_grown(
      circle->members, circle->count, &circle->capacity, sizeof *members);
  if (members == NULL) return false;
  circle->members = members;
  circle->members[circle->count++] = (struct circle_member){pid, *wait};
  return true;
}

static bool add_link(struct circle *circle, uint32_t from, uint32_t to) {
  struct circle_link *links = memory_grown(
      circle->links, circle->link_count, &circle->link_capacity,
      sizeof *links);
  if (links == NULL) return false;
  circle->links = links;
  circle->links[circle->link_count++] = (struct circle_link){from, to};
  return true;
}

/* Its index, entered if it is new. False: it gets away, or there are too many
** of them. */
static bool enter(struct scheduler *scheduler, struct circle *circle,
                  uint64_t pid, uint32_t *index) {
  struct wait_edge wait;
  for (*index = 0; *index < circle->count; (*index)++)
    if (circle->members[*index].pid == pid) return true;
  return circle->count < CIRCLE_LARGEST && wait_of(scheduler, pid, &wait) &&
         add_member(circle, pid, &wait);
}

static bool follow(struct scheduler *scheduler, struct circle *circle,
                   uint32_t from) {
  uint64_t pids[CIRCLE_TARGETS];
  uint32_t count =
      circle_targets(scheduler, &circle->members[from].wait, pids);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t to;
    if (!enter(scheduler, circle, pids[i], &to) ||
        !add_link(circle, from, to))
      return false;
  }
  return count > 0;
}

/* Does every member lead back to the first? Marks those that do until there
** are no more of them. */
static bool all_lead_back(const struct circle *circle) {
  bool back[CIRCLE_LARGEST] = {true};
  uint32_t found = 1, before;
  bool again = false;
  do {
    before = found;
    for (uint32_t i = circle->link_count; i-- > 0;) {
      struct circle_link link = circle->links[i];
      again = again || link.to == 0;
      if (back[link.from] || !back[link.to]) continue;
      back[link.from] = true;
      found++;
    }
  } while (found > before);
  return again && found == circle->count;
}

static bool collect(struct scheduler *scheduler, uint64_t self,
                    struct circle *circle) {
  uint32_t index;
  if (!enter(scheduler, circle, self, &index)) return false;
  for (uint32_t i = 0; i < circle->count; i++)
    if (!follow(scheduler, circle, i)) return false;
  return all_lead_back(circle);
}

/* --- The verdict ---------------------------------------------------------- */

/* `links` is where those of the member begin; moved on to the next one's. */
static bool same_targets(struct scheduler *scheduler,
                         const struct circle *circle, uint32_t from,
                         uint32_t *links) {
  uint64_t pids[CIRCLE_TARGETS];
  uint32_t count =
      circle_targets(scheduler, &circle->members[from].wait, pids);
  for (uint32_t i = 0; i < count; i++, (*links)++) {
    const struct circle_link *link = &circle->links[*links];
    if (*links == circle->link_count || link->from != from ||
        circle->members[link->to].pid != pids[i])
      return false;
  }
  return count > 0;
}

static bool still_there(struct scheduler *scheduler,
                        const struct circle *circle) {
  uint32_t links = 0;
  for (uint32_t i = 0; i < circle->count; i++) {
    const struct circle_member *member = &circle->members[i];
    struct wait_edge wait;
    if (!wait_of(scheduler, member->pid, &wait) ||
        wait.epoch != member->wait.epoch ||
        wait.target != member->wait.target ||
        !same_targets(scheduler, circle, i, &links))
      return false;
  }
  return true;
}

bool circle_close(struct scheduler *scheduler, struct actor *actor,
                  struct circle *circle) {
  uint64_t self = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  bool closed = false, begun;
  ASSERT(actor->waiting == &actor->wait || actor->concurrent,
         "only a concurrent actor has strands");
  if (!suspected(scheduler, self)) return false;
  if (collect(scheduler, self, circle)) {
    mutex_lock(&scheduler->verdicts);
    closed = still_there(scheduler, circle) &&
             actor_wait_end(actor, circle->members[0].wait.epoch, &begun);
    mutex_unlock(&scheduler->verdicts);
  }
  if (!closed) circle_free(circle);
  return closed;
}

void circle_free(struct circle *circle) {
  memory_free(circle->members);
  memory_free(circle->links);
  *circle = (struct circle){0};
}
