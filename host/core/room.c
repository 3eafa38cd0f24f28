/*
** Who waits where stands under a lock of a few that all slots share: none of
** this happens while mailboxes have room.
**
** Races, and why they end well. The load's topmost bit says that somebody
** waits (core/load.h); it is set and cleared under the lock.
**
** 1. Enter against subtract. Enter sets the bit and looks at the load; the
**    reader subtracts and looks at the bit. Both are changes of one word: the
**    second of them sees the first, and wakes.
** 2. A sender adds its weight, is refused and takes it back. Meanwhile a
**    reader may have found the load too high to wake anybody. So whoever takes
**    back looks, too.
** 3. Grant against the sender's giving up. Under the lock it is either queued,
**    and taken out, or granted, and gives back what was counted; and looks.
** 4. Grant against the mailbox's end. What was counted is subtracted when the
**    push is refused, be the slot another actor's by then: the load is not
**    reset between them.
** 5. Enter against close. Either enter is first, and close finds it; or it
**    finds the mailbox shut. The slot is reused only after that.
**
** 6. Room was made between the refusal and the enter, though not half of the
**    bound. Who is first and fits is let in at once: so an actor whose wait for
**    room stands is held up by a mailbox that is full, and by a reader that
**    does not go on; which is what a circle of waits is made of. (A reader has
**    subtracted what it popped before its own wait is seen: scheduler_wait.)
**
** A wait is ended outside of the lock, a few at a time: ending one may have to
** wait for memory. Its sender may have given up by then; then its wait has
** another epoch, and nothing happens.
*/
#include "core/scheduler.h"

#include "base/check.h"
#include "base/slab.h"
#include "base/tick.h"
#include "core/worker.h"

#define AT_ONCE 16

struct room_wait {
  struct actor *at;     /* slot that it waits at; constant */
  struct waiter waiter; /* constant */
  uint64_t weight;      /* constant */
  /* --- Lock of the slot. --- */
  struct room_wait *next, *previous; /* in at->crowd: a ring */
  bool queued, granted;
};

struct woken {
  struct waiter list[AT_ONCE];
  int count;
};

static struct mutex *lock_of(struct scheduler *scheduler,
                             const struct actor *actor) {
  return &scheduler->room_locks[actor->slot % ROOM_LOCKS];
}

static void queue_locked(struct room_wait *wait) {
  struct room_wait *first = wait->at->crowd;
  wait->queued = true;
  if (first == NULL) {
    wait->next = wait->previous = wait->at->crowd = wait;
    load_set_waited(&wait->at->mailbox.load);
    return;
  }
  wait->next = first;
  wait->previous = first->previous;
  first->previous->next = wait;
  first->previous = wait;
}

static void unqueue_locked(struct room_wait *wait) {
  struct actor *at = wait->at;
  wait->queued = false;
  if (wait->next == wait) {
    at->crowd = NULL;
    load_clear_waited(&at->mailbox.load);
    return;
  }
  wait->next->previous = wait->previous;
  wait->previous->next = wait->next;
  if (at->crowd == wait) at->crowd = wait->next;
}

/* Not through scheduler_end_wait: many are woken, and none goes before those
** who are ready.
**
** Nor is another worker woken for them. They have sent faster than the reader
** reads, and it still has half of the bound in hand: when it has nothing left,
** or its slice is over, they run right here, where what they send is in the
** cache. Waking one, who parks again when all is full, was measured to cost
** cheap casts more than half of their CPU time, and a third of their rate. */
static void wake_all(struct scheduler *scheduler, const struct woken *woken) {
  for (int i = 0; i < woken->count; i++) {
    struct waiter waiter = woken->list[i];
    struct message *message = message_need(MESSAGE_OUTCOME, 0);
    message->outcome = OUTCOME_RETRY;
    scheduler_answer_later(scheduler, waiter, message);
  }
}

/* --- Waking --------------------------------------------------------------- */

/* Takes the first out, its room counted if it is to be let in. */
static void pass_locked(struct actor *actor, struct woken *woken, bool grant) {
  struct room_wait *first = actor->crowd;
  if (grant) load_add(&actor->mailbox.load, first->weight);
  first->granted = grant;
  woken->list[woken->count++] = first->waiter;
  unqueue_locked(first);
}

static bool fits(const struct actor *actor) {
  const struct load *load = &actor->mailbox.load;
  return load_fits(load_of(load) & ~LOAD_WAITED, load_bound(load),
                   actor->crowd->weight);
}

/* `low`: whatever fits, be the load below half of the bound or not. */
static void grant(struct scheduler *scheduler, struct actor *actor, bool low) {
  struct mutex *lock = lock_of(scheduler, actor);
  struct woken woken;
  do {
    woken.count = 0;
    mutex_lock(lock);
    low = low || load_low(&actor->mailbox.load);
    while (low && woken.count < AT_ONCE && actor->crowd != NULL &&
           fits(actor))
      pass_locked(actor, &woken, true);
    mutex_unlock(lock);
    wake_all(scheduler, &woken);
  } while (woken.count == AT_ONCE);
}

void room_look(struct scheduler *scheduler, struct actor *actor) {
  if (unlikely(load_wanted(&actor->mailbox.load)))
    grant(scheduler, actor, false);
}

void room_settle(struct scheduler *scheduler, struct actor *actor) {
  mailbox_settle(&actor->mailbox);
  room_look(scheduler, actor);
}

void room_close(struct scheduler *scheduler, struct actor *actor) {
  struct mutex *lock = lock_of(scheduler, actor);
  struct woken woken;
  ASSERT(mailbox_closed(&actor->mailbox), "nobody enters any more");
  do {
    woken.count = 0;
    mutex_lock(lock);
    while (woken.count < AT_ONCE && actor->crowd != NULL)
      pass_locked(actor, &woken, false);
    mutex_unlock(lock);
    wake_all(scheduler, &woken);
  } while (woken.count == AT_ONCE);
}

/* --- A sender ------------------------------------------------------------- */

enum status room_enter(struct scheduler *scheduler, struct waiter waiter,
                       const struct message *message,
                       struct room_wait **wait) {
  struct actor *actor = directory_slot(scheduler->directory, message->target);
  struct room_wait *place;
  struct mutex *lock;
  struct woken woken = {.count = 0};
  bool open;
  ASSERT(*wait == NULL, "an actor waits in one place");
  if (actor == NULL) return STATUS_NOACTOR;
  place = slab_take(sizeof *place);
  if (place == NULL) return STATUS_NOMEM;
  *place = (struct room_wait){.at = actor, .waiter = waiter,
                              .weight = mailbox_weight(message)};
  lock = lock_of(scheduler, actor);
  mutex_lock(lock);
  open = mailbox_open_to(&actor->mailbox, message->target);
  if (open) queue_locked(place);
  if (open && actor->crowd == place && fits(actor))
    pass_locked(actor, &woken, true);
  mutex_unlock(lock);
  wake_all(scheduler, &woken);
  if (!open) {
    slab_give(place, sizeof *place);
    return STATUS_NOACTOR;
  }
  *wait = place;
  room_look(scheduler, actor);
  return STATUS_WAIT;
}

/* True: its room is kept, and now the caller's to use or to give back. */
static bool take_out(struct scheduler *scheduler, struct room_wait *wait) {
  struct mutex *lock = lock_of(scheduler, wait->at);
  bool granted;
  mutex_lock(lock);
  if (wait->queued) unqueue_locked(wait);
  granted = wait->granted;
  mutex_unlock(lock);
  return granted;
}

void room_leave(struct scheduler *scheduler, struct room_wait **wait) {
  struct room_wait *place = *wait;
  struct actor *at;
  if (place == NULL) return;
  at = place->at;
  if (take_out(scheduler, place))
    load_subtract(&at->mailbox.load, place->weight);
  slab_give(place, sizeof *place);
  *wait = NULL;
  room_look(scheduler, at);
}

enum status room_push(struct scheduler *scheduler, struct room_wait **wait,
                      struct message *message, enum ready ready) {
  struct room_wait *place = *wait;
  struct actor *at = place->at;
  bool granted = take_out(scheduler, place);
  slab_give(place, sizeof *place);
  *wait = NULL;
  if (!granted) return scheduler_post(scheduler, message, ready);
  return scheduler_post_counted(scheduler, at, message, ready);
}

static bool is_queued_locked(const struct actor *actor, struct waiter waiter) {
  const struct room_wait *wait = actor->crowd;
  if (wait != NULL) do {
      if (wait->waiter.pid == waiter.pid && wait->waiter.epoch == waiter.epoch)
        return true;
      wait = wait->next;
    } while (wait != actor->crowd);
  return false;
}

bool room_is_awaited(struct scheduler *scheduler, uint64_t pid,
                     struct waiter waiter) {
  struct actor *actor = directory_slot(scheduler->directory, pid);
  bool awaited;
  if (actor == NULL) return false;
  grant(scheduler, actor, true);
  mutex_lock(lock_of(scheduler, actor));
  awaited = is_queued_locked(actor, waiter) && !fits(actor);
  mutex_unlock(lock_of(scheduler, actor));
  return awaited;
}

uint64_t room_count(struct scheduler *scheduler, uint64_t pid) {
  struct actor *actor = directory_slot(scheduler->directory, pid);
  struct room_wait *wait;
  uint64_t count = 0;
  if (actor == NULL) return 0;
  mutex_lock(lock_of(scheduler, actor));
  wait = actor->crowd;
  if (wait != NULL) do {
      count++;
      wait = wait->next;
    } while (wait != actor->crowd);
  mutex_unlock(lock_of(scheduler, actor));
  return count;
}

/* --- Policies ------------------------------------------------------------- */

/* The first line of a spell: a second or more without trouble ends it. */
static void tell_crowded(struct scheduler *scheduler, struct actor *actor) {
  uint64_t seconds = scheduler_now(scheduler) / TICK_SECOND;
  uint16_t now = (uint16_t)(seconds % UINT16_MAX + 1);
  uint16_t last = atomic_exchange_explicit(&actor->mailbox.crowded, now,
                                           memory_order_relaxed);
  if (last == 0 || (now != last && now != last + 1))
    scheduler->crowded(scheduler, actor);
}

static void drop(struct scheduler *scheduler, struct message *message) {
  atomic_fetch_add_explicit(&scheduler->dropped, 1, memory_order_relaxed);
  if (message->kind == MESSAGE_CALL)
    scheduler_end_wait(scheduler,
                       (struct waiter){message->sender, message->epoch},
                       OUTCOME_OVERLOAD);
  scheduler->discard(scheduler, message);
}

static void drop_all(struct scheduler *scheduler, struct actor *actor,
                     struct message_queue *dropped) {
  struct message *message;
  uint32_t count = 0;
  while ((message = message_queue_pop(dropped)) != NULL) {
    drop(scheduler, message);
    count++;
  }
  if (count == 0) return;
  atomic_fetch_add_explicit(&actor->mailbox.dropped, count,
                            memory_order_relaxed);
  tell_crowded(scheduler, actor);
}

/* It enters, and pays for the room. */
static enum status crowd_in(struct scheduler *scheduler, struct actor *actor,
                            struct message *message, enum ready ready) {
  struct message_queue dropped = {NULL, NULL};
  uint64_t pid = message->target;
  enum status status;
  load_add(&actor->mailbox.load, mailbox_weight(message));
  status = scheduler_post_counted(scheduler, actor, message, ready);
  if (status != STATUS_OK || !mailbox_swollen(&actor->mailbox)) return status;
  mutex_lock(lock_of(scheduler, actor));
  /* By now the slot may be another's, whose reader takes without the lock.
  ** While this one's is open it stays so under the lock. */
  if (mailbox_open_to(&actor->mailbox, pid))
    mailbox_trim(&actor->mailbox, &dropped);
  mutex_unlock(lock_of(scheduler, actor));
  drop_all(scheduler, actor, &dropped);
  return status;
}

enum status room_refused(struct scheduler *scheduler, struct actor *actor,
                         struct message *message, enum ready ready) {
  enum full full = mailbox_full(&actor->mailbox);
  if (full == FULL_DROP_OLDEST)
    return crowd_in(scheduler, actor, message, ready);
  tell_crowded(scheduler, actor);
  room_look(scheduler, actor);
  if (full != FULL_DROP_NEWEST) return STATUS_FULL;
  atomic_fetch_add_explicit(&actor->mailbox.dropped, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&scheduler->dropped, 1, memory_order_relaxed);
  if (message->kind == MESSAGE_CALL) return STATUS_FULL;
  scheduler->discard(scheduler, message);
  return STATUS_OK;
}

void room_take(struct scheduler *scheduler, struct actor *actor) {
  struct message_queue dropped = {NULL, NULL};
  if (likely(mailbox_full(&actor->mailbox) != FULL_DROP_OLDEST)) {
    mailbox_take(&actor->mailbox);
    return;
  }
  mutex_lock(lock_of(scheduler, actor));
  mailbox_take(&actor->mailbox);
  mutex_unlock(lock_of(scheduler, actor));
  mailbox_trim_own(&actor->mailbox, &dropped);
  drop_all(scheduler, actor, &dropped);
}

/* A sender may be trimming. */
struct message_queue room_end(struct scheduler *scheduler,
                              struct actor *actor) {
  struct mutex *lock = lock_of(scheduler, actor);
  struct message_queue left;
  mutex_lock(lock);
  left = mailbox_close(&actor->mailbox);
  mutex_unlock(lock);
  return left;
}
