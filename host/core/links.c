/*
** How an actor ends, in an order that nobody can catch half-way:
**
** 1. The mailbox closes. From here on a send is refused, and what has been
**    sent is in one list.
** 2. The pid leads nowhere: the death is visible.
** 3. Its names and groups are free; who waited for one of them looks again,
**    or, if it has not started, is told so. What its mailbox held goes to its
**    seat, if it had one. Who waited for room there looks again.
** 4. Its leases go to the next in line.
** 5. Those whose calls it had accepted are told, then those whose calls it had
**    not looked at, then monitors and links.
** 6. The slot may be reused.
**
** So whoever hears of a death, in whatever way, finds the pid dead and the
** name free.
*/
#include "core/links.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"

static uint64_t pid_of(struct actor *actor) {
  return id_make(actor->slot, actor->generation);
}

/* Without memory for the reason it is told without one. */
static struct message *signal_new(enum message_kind kind, uint64_t sender,
                                  uint64_t target,
                                  const struct reason *reason) {
  struct message *message = message_new(kind, reason ? reason->size : 0);
  bool bare = reason == NULL || message == NULL;
  if (message == NULL) message = message_need(kind, 0);
  message->sender = sender;
  message->target = target;
  if (reason != NULL && reason->normal) message->flags |= MESSAGE_NORMAL;
  if (bare) {
    message->outcome = OUTCOME_NOACTOR;
    return message;
  }
  message->count = 1;
  message->flags |= reason->flags;
  memcpy(message->bytes, reason->bytes, reason->size);
  return message;
}

/* STATUS_OK or STATUS_NOACTOR. */
static enum status send_signal(struct scheduler *scheduler,
                               enum message_kind kind, uint64_t sender,
                               uint64_t target, const struct reason *reason) {
  struct message *message = signal_new(kind, sender, target, reason);
  enum status status = scheduler_post(scheduler, message, READY_AFTER);
  if (status != STATUS_OK) message_free(message);
  return status;
}

static enum status relate(struct scheduler *scheduler, struct actor *actor,
                          uint64_t target, uint32_t relation,
                          enum message_kind ask, enum message_kind told) {
  if (pidset_flags(&actor->relations, target) & relation) return STATUS_OK;
  if (!pidset_add(&actor->relations, target, relation)) return STATUS_NOMEM;
  if (send_signal(scheduler, ask, pid_of(actor), target, NULL) ==
      STATUS_NOACTOR)
    send_signal(scheduler, told, target, pid_of(actor), NULL);
  return STATUS_OK;
}

static enum status unrelate(struct scheduler *scheduler, struct actor *actor,
                            uint64_t target, uint32_t relation,
                            enum message_kind ask) {
  if (!(pidset_clear(&actor->relations, target, relation) & relation))
    return STATUS_OK;
  send_signal(scheduler, ask, pid_of(actor), target, NULL);
  return STATUS_OK;
}

enum status links_link(struct scheduler *scheduler, struct actor *actor,
                       uint64_t target) {
  if (target == pid_of(actor)) return STATUS_OK;
  return relate(scheduler, actor, target, RELATION_LINK, MESSAGE_LINK,
                MESSAGE_EXIT);
}

enum status links_unlink(struct scheduler *scheduler, struct actor *actor,
                         uint64_t target) {
  return unrelate(scheduler, actor, target, RELATION_LINK, MESSAGE_UNLINK);
}

enum status links_monitor(struct scheduler *scheduler, struct actor *actor,
                          uint64_t target) {
  return relate(scheduler, actor, target, RELATION_MONITOR, MESSAGE_MONITOR,
                MESSAGE_DOWN);
}

enum status links_demonitor(struct scheduler *scheduler, struct actor *actor,
                            uint64_t target) {
  return unrelate(scheduler, actor, target, RELATION_MONITOR,
                  MESSAGE_DEMONITOR);
}

enum status links_enter(struct actor *actor, uint64_t other) {
  return pidset_add(&actor->relations, other, RELATION_LINK) ? STATUS_OK
                                                             : STATUS_NOMEM;
}

/* No memory to note who asked: who asked is told that we are not there. */
static void enter_or_tell(struct scheduler *scheduler, struct actor *actor,
                          uint64_t other, uint32_t relation,
                          enum message_kind told) {
  if (pidset_add(&actor->relations, other, relation)) return;
  send_signal(scheduler, told, pid_of(actor), other, NULL);
}

void links_handle(struct scheduler *scheduler, struct actor *actor,
                  struct message *message) {
  uint64_t other = message->sender;
  switch ((enum message_kind)message->kind) {
    case MESSAGE_LINK:
      enter_or_tell(scheduler, actor, other, RELATION_LINK, MESSAGE_EXIT);
      break;
    case MESSAGE_MONITOR:
      enter_or_tell(scheduler, actor, other, RELATION_WATCHED, MESSAGE_DOWN);
      break;
    case MESSAGE_UNLINK:
      pidset_clear(&actor->relations, other, RELATION_LINK);
      break;
    case MESSAGE_DEMONITOR:
      pidset_clear(&actor->relations, other, RELATION_WATCHED);
      break;
    default:
      CHECK(false, "not a relation message");
  }
  message_free(message);
}

static uint32_t relation_of(const struct message *message) {
  bool linked =
      message->kind == MESSAGE_EXIT || message->flags & MESSAGE_LINKED;
  return linked ? RELATION_LINK : RELATION_MONITOR;
}

bool links_stand(struct actor *actor, const struct message *message) {
  if (message->flags & MESSAGE_SHUTDOWN) return true;
  return pidset_flags(&actor->relations, message->sender) &
         relation_of(message);
}

bool links_forced(const struct actor *actor, const struct message *message) {
  return message->flags & MESSAGE_SHUTDOWN ||
         (actor_bond(actor) != BOND_NONE &&
          message->sender == actor_starter(actor));
}

void links_trap(struct actor *actor, struct message *message) {
  message->kind = MESSAGE_DOWN;
  message->flags |= MESSAGE_LINKED;
  message_queue_append(&actor->mailbox.queue, message);
}

bool links_arrived(struct actor *actor, const struct message *message) {
  bool stand = links_stand(actor, message);
  pidset_clear(&actor->relations, message->sender, relation_of(message));
  return stand;
}

/* --- The end -------------------------------------------------------------- */

static void answer_exit(struct scheduler *scheduler, struct waiter waiter,
                        const struct reason *reason) {
  struct message *message;
  if (waiter.pid == ID_NONE || waiter.epoch == 0) return;
  message = signal_new(MESSAGE_OUTCOME, ID_NONE, waiter.pid, reason);
  message->outcome = reason == NULL ? OUTCOME_NOACTOR : OUTCOME_EXIT;
  scheduler_answer(scheduler, waiter, message);
}

bool links_refuse(struct scheduler *scheduler, struct message *message,
                  const struct reason *reason) {
  struct waiter waiter = {message->sender, message->epoch};
  bool lost = false;
  switch ((enum message_kind)message->kind) {
    case MESSAGE_CALL:
    case MESSAGE_START:
      answer_exit(scheduler, waiter, reason);
      break;
    case MESSAGE_STOP:
      if (waiter.epoch != 0)
        scheduler_end_wait(scheduler, waiter, OUTCOME_REPLY);
      break;
    case MESSAGE_REPORT:
    case MESSAGE_VISIT:
    case MESSAGE_INTERRUPT:
      scheduler_end_wait(scheduler, waiter, OUTCOME_NOACTOR);
      break;
    case MESSAGE_MONITOR:
      send_signal(scheduler, MESSAGE_DOWN, message->target, waiter.pid,
                  reason);
      break;
    case MESSAGE_LINK:
      send_signal(scheduler, MESSAGE_EXIT, message->target, waiter.pid,
                  reason);
      break;
    case MESSAGE_CAST:
    case MESSAGE_INFO:
      lost = true;
      atomic_fetch_add_explicit(&scheduler->refused, 1, memory_order_relaxed);
      break;
    default:
      break;
  }
  scheduler->discard(scheduler, message);
  return lost;
}

/* A task's starter asks for its end if it wants to know. */
static enum message_kind parting(const struct actor *actor, uint64_t other) {
  bool silent = actor_bond(actor) == BOND_TASK && other == actor_starter(actor);
  return silent ? MESSAGE_UNLINK : MESSAGE_EXIT;
}

static void tell_relations(struct scheduler *scheduler, struct actor *actor,
                           const struct reason *reason) {
  struct pidset_entry entry;
  uint32_t at = 0;
  uint64_t pid = pid_of(actor);
  while (pidset_next(&actor->relations, &at, &entry)) {
    if (entry.flags & RELATION_WATCHED)
      send_signal(scheduler, MESSAGE_DOWN, pid, entry.pid, reason);
    if (entry.flags & RELATION_LINK)
      send_signal(scheduler, parting(actor, entry.pid), pid, entry.pid,
                  reason);
    if (entry.flags & RELATION_MONITOR)
      send_signal(scheduler, MESSAGE_DEMONITOR, pid, entry.pid, NULL);
  }
}

/* A grant that comes too late for its waiter goes on to the next. */
void links_grant(struct scheduler *scheduler, struct key pool,
                 struct lease_grant *grant) {
  while (grant->waiter.pid != ID_NONE) {
    struct message *message =
        message_need(MESSAGE_OUTCOME, sizeof grant->seat);
    message->outcome = OUTCOME_REPLY;
    memcpy(message->bytes, &grant->seat, sizeof grant->seat);
    if (scheduler_answer(scheduler, grant->waiter, message)) return;
    lease_refused(scheduler->leases, pool, grant->seat, grant);
  }
}

static void give_back_leases(struct scheduler *scheduler,
                             struct actor *actor) {
  unsigned char bytes[KEY_LARGEST];
  struct key pool;
  uint64_t number;
  uint32_t seat;
  while (lease_first(scheduler->leases, actor, bytes, &pool, &number,
                     &seat)) {
    struct lease_grant grant;
    uint64_t settling;
    lease_give(scheduler->leases, pool, number, actor, seat, true, &settling,
               &grant);
    links_grant(scheduler, pool, &grant);
    if (settling != 0) scheduler->settle(scheduler, pool, seat, settling);
  }
}

/* What a seat's next actor can take over. */
static bool is_work(const struct message *message, uint64_t pid) {
  return message->target == pid &&
         (message->kind == MESSAGE_CALL || message->kind == MESSAGE_CAST ||
          message->kind == MESSAGE_INFO || message->kind == MESSAGE_SENTINEL);
}

static void split_work(struct message_queue *left, struct message_queue *work,
                       uint64_t pid) {
  struct message_queue others = {NULL, NULL};
  struct message *message;
  while ((message = message_queue_pop(left)) != NULL)
    message_queue_append(is_work(message, pid) ? work : &others, message);
  *left = others;
}

/* Those who waited for one of its names. */
static void tell_waiters(struct scheduler *scheduler, struct waiters *waiters,
                         const struct message *verdict) {
  if (verdict == NULL) {
    scheduler_end_waits(scheduler, waiters, OUTCOME_RETRY);
    return;
  }
  for (uint32_t i = 0; i < waiters->count; i++) {
    struct message *copy = message_copy(verdict);
    if (copy != NULL)
      scheduler_answer(scheduler, waiters->list[i], copy);
    else
      scheduler_end_wait(scheduler, waiters->list[i], OUTCOME_NOACTOR);
  }
  waiters_free(waiters);
}

/* Those whose requests it had accepted: its starter, if it has not started. */
static void tell_served(struct scheduler *scheduler, struct actor *actor,
                        const struct reason *reason) {
  struct message *copy = NULL;
  if (reason->verdict != NULL) copy = message_copy(reason->verdict);
  if (copy != NULL)
    scheduler_answer(scheduler, actor->serving, copy);
  else
    answer_exit(scheduler, actor->serving, reason);
  for (uint32_t i = 0; i < actor->deferred_count; i++)
    answer_exit(scheduler, actor->deferred[i], reason);
}

uint32_t links_end(struct scheduler *scheduler, struct actor *actor,
                   const struct reason *reason) {
  struct message_queue left = room_end(scheduler, actor);
  struct message_queue work = {NULL, NULL};
  struct waiters freed = {NULL, 0, 0};
  struct message *message;
  uint64_t pid = pid_of(actor);
  uint32_t lost = 0;
  actor_wait_end_all(actor);
  directory_hide(scheduler->directory, actor);
  split_work(&left, &work, pid);
  registry_ended(scheduler->registry, actor, &freed, &work);
  message_queue_join(&work, &left); /* callers hear of it before monitors */
  tell_waiters(scheduler, &freed, reason->verdict);
  room_close(scheduler, actor);
  give_back_leases(scheduler, actor);
  tell_served(scheduler, actor, reason);
  while ((message = message_queue_pop(&work)) != NULL)
    lost += links_refuse(scheduler, message,
                         message->target == pid ? reason : NULL);
  tell_relations(scheduler, actor, reason);
  slice_forget(actor);
  directory_remove(scheduler->directory, actor);
  return lost;
}
