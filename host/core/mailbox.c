/*
** The word. A push reads it, links its message to the newest one and swaps
** itself in; the low bits tell it what the reader is doing:
**
**   BUSY     keep BUSY: whoever runs the actor takes again before it parks
**   IDLE     make it BUSY, and wake
**   WAITING  an urgent message makes it BUSY and wakes; another keeps WAITING
**   CLOSED   refuse
**
** Races, and why they end well:
** 1. Push against park: both swap the same word. Either the push is first and
**    the park fails, so the reader takes again; or the park is first and the
**    push finds IDLE or WAITING and knows whether to wake.
** 2. Push against push on an idle mailbox: one of them swaps IDLE for BUSY;
**    the other fails, reads BUSY and does not wake.
** 3. Push against close: as 1; after the exchange nothing gets in, and what
**    got in before is in the list that the close returns.
**
** 4. A sender has found the slot of an actor, which ends; another moves in
**    before the push. The word also has the low half of the generation that
**    lives here: the push compares it with its target's, in the same swap.
**    (Only the 65,536th actor after the one that was meant could be taken for
**    it; so the reader compares the whole pid again.)
**
** A wake also hands over the actor itself: the swap from IDLE or WAITING is
** an acquire that pairs with the release of the park, so the next worker sees
** all that the last one wrote.
*/
#include "core/mailbox.h"

#include "base/check.h"
#include "core/id.h"

#define STATE_MASK ((uintptr_t)3)
#define SHUT ((uintptr_t)4)
/* A message's address: 8-aligned, and in the lower half of memory. */
#define GENERATION_SHIFT 48
#define ADDRESS_MASK (((uintptr_t)1 << GENERATION_SHIFT) - 8)

static enum mailbox_state state_of(uintptr_t head) {
  return (enum mailbox_state)(head & STATE_MASK);
}

static struct message *newest_of(uintptr_t head) {
  return (struct message *)(head & ADDRESS_MASK);
}

/* The word when no message is in it. */
static uintptr_t empty_word(const struct mailbox *mailbox,
                            enum mailbox_state state) {
  return (uintptr_t)mailbox->generation << GENERATION_SHIFT |
         (mailbox->shut ? SHUT : 0) | (uintptr_t)state;
}

static bool is_work(const struct message *message) {
  return message->kind == MESSAGE_CALL || message->kind == MESSAGE_CAST ||
         message->kind == MESSAGE_INFO;
}

/* Does this word let the message in? */
static bool is_open_to(uintptr_t head, const struct message *message) {
  return state_of(head) != MAILBOX_CLOSED &&
         head >> GENERATION_SHIFT == (uint16_t)message->target &&
         !(head & SHUT && is_work(message));
}

static uint64_t weight(const struct message *message) {
  if (message_class((enum message_kind)message->kind) != CLASS_USER) return 0;
  return load_weight(sizeof *message + message->size);
}

uint64_t mailbox_weight(const struct message *message) {
  return weight(message);
}

void message_queue_append(struct message_queue *queue,
                          struct message *message) {
  message->next = NULL;
  if (queue->last != NULL)
    queue->last->next = message;
  else
    queue->first = message;
  queue->last = message;
}

struct message *message_queue_pop(struct message_queue *queue) {
  struct message *message = queue->first;
  if (message == NULL) return NULL;
  queue->first = message->next;
  if (queue->first == NULL) queue->last = NULL;
  message->next = NULL;
  return message;
}

void message_queue_join(struct message_queue *front,
                        struct message_queue *back) {
  if (back->first == NULL) return;
  if (front->last != NULL)
    front->last->next = back->first;
  else
    front->first = back->first;
  front->last = back->last;
  back->first = back->last = NULL;
}

static uint64_t queue_weight(const struct message_queue *queue) {
  uint64_t load = 0;
  for (struct message *at = queue->first; at != NULL; at = at->next)
    load += weight(at);
  return load;
}

void mailbox_set_bound(struct mailbox *mailbox,
                       const struct mailbox_bound *bound) {
  ASSERT(bound->size >= 1 && bound->size <= LOAD_SIZE_LARGEST &&
             bound->bytes >= 1 && bound->bytes <= LOAD_BYTES_LARGEST,
         "a bound within bounds");
  atomic_store_explicit(&mailbox->load.bound,
                        bound->size * LOAD_ONE + bound->bytes,
                        memory_order_relaxed);
  mailbox->share = bound->size / 4 + 1;
  atomic_store_explicit(&mailbox->full, (uint8_t)bound->full,
                        memory_order_relaxed);
}

struct mailbox_bound mailbox_bound(struct mailbox *mailbox) {
  uint64_t bound = load_bound(&mailbox->load);
  return (struct mailbox_bound){(uint32_t)load_count(bound),
                                load_bytes(bound), mailbox_full(mailbox)};
}

enum full mailbox_full(struct mailbox *mailbox) {
  return (enum full)atomic_load_explicit(&mailbox->full,
                                         memory_order_relaxed);
}

static void reset_bound(struct mailbox *mailbox) {
  static const struct mailbox_bound otherwise = {MAILBOX_SIZE, MAILBOX_BYTES,
                                                 FULL_WAIT};
  mailbox_set_bound(mailbox, &otherwise);
  atomic_store_explicit(&mailbox->dropped, 0, memory_order_relaxed);
  atomic_store_explicit(&mailbox->crowded, 0, memory_order_relaxed);
}

void mailbox_init(struct mailbox *mailbox, uint32_t generation) {
  _Static_assert(sizeof(uintptr_t) == 8, "the word has room for all");
  mailbox->generation = generation;
  mailbox->shut = false;
  atomic_init(&mailbox->head, empty_word(mailbox, MAILBOX_BUSY));
  atomic_init(&mailbox->load.word, 0);
  mailbox->queue = mailbox->urgent = (struct message_queue){NULL, NULL};
  mailbox->popped = 0;
  reset_bound(mailbox);
}

void mailbox_reopen(struct mailbox *mailbox, uint32_t generation) {
  ASSERT(mailbox_closed(mailbox) && mailbox_empty(mailbox), "a closed one");
  mailbox->generation = generation;
  mailbox->shut = false;
  reset_bound(mailbox);
  atomic_store_explicit(&mailbox->head, empty_word(mailbox, MAILBOX_BUSY),
                        memory_order_release);
}

/* `counted`: what to take back from the load if it is refused. */
static enum status swap_in(struct mailbox *mailbox, struct message *message,
                           uint64_t counted, bool *wake) {
  bool urgent =
      message_class((enum message_kind)message->kind) == CLASS_URGENT;
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
  uintptr_t desired;
  do {
    enum mailbox_state state = state_of(head);
    if (unlikely(!is_open_to(head, message))) {
      load_subtract(&mailbox->load, counted);
      *wake = false;
      return STATUS_CLOSED;
    }
    *wake = state == MAILBOX_IDLE || (state == MAILBOX_WAITING && urgent);
    message->next = newest_of(head);
    desired = (uintptr_t)message | (head & ~(ADDRESS_MASK | STATE_MASK)) |
              (uintptr_t)(*wake ? MAILBOX_BUSY : state);
  } while (!atomic_compare_exchange_weak_explicit(
      &mailbox->head, &head, desired, memory_order_acq_rel,
      memory_order_relaxed));
  return STATUS_OK;
}

/* Closed and full is closed. */
static enum status refuse(struct mailbox *mailbox, struct message *message,
                          uint64_t counted) {
  uintptr_t head;
  load_subtract(&mailbox->load, counted);
  head = atomic_load_explicit(&mailbox->head, memory_order_acquire);
  return is_open_to(head, message) ? STATUS_FULL : STATUS_CLOSED;
}

enum status mailbox_push(struct mailbox *mailbox, struct message *message,
                         bool *wake) {
  uint64_t load = weight(message);
  *wake = false;
  if (load != 0) {
    uint64_t before = load_add(&mailbox->load, load);
    if (unlikely(!load_fits(before, load_bound(&mailbox->load), load)) &&
        is_work(message))
      return refuse(mailbox, message, load);
  }
  return swap_in(mailbox, message, load, wake);
}

enum status mailbox_push_counted(struct mailbox *mailbox,
                                 struct message *message, bool *wake) {
  return swap_in(mailbox, message, weight(message), wake);
}

bool mailbox_open_to(struct mailbox *mailbox, uint64_t pid) {
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_acquire);
  return state_of(head) != MAILBOX_CLOSED && !(head & SHUT) &&
         head >> GENERATION_SHIFT == (uint16_t)pid;
}

/* Turns a stack, newest first, round and sorts it into the two queues. */
static void sort_in(struct mailbox *mailbox, struct message *newest) {
  struct message *oldest = NULL;
  while (newest != NULL) {
    struct message *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != NULL) {
    struct message *next = oldest->next;
    bool urgent =
        message_class((enum message_kind)oldest->kind) == CLASS_URGENT;
    message_queue_append(urgent ? &mailbox->urgent : &mailbox->queue, oldest);
    oldest = next;
  }
}

void mailbox_take(struct mailbox *mailbox) {
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
  ASSERT(state_of(head) == MAILBOX_BUSY, "only a running actor takes");
  if (newest_of(head) == NULL) return;
  head = atomic_exchange_explicit(&mailbox->head,
                                  empty_word(mailbox, MAILBOX_BUSY),
                                  memory_order_acquire);
  sort_in(mailbox, newest_of(head));
}

struct message *mailbox_pop(struct mailbox *mailbox) {
  struct message *message = message_queue_pop(&mailbox->queue);
  if (message != NULL) mailbox->popped += weight(message);
  return message;
}

static bool is_from(const struct message *message, uint64_t sender) {
  return message_class((enum message_kind)message->kind) == CLASS_USER &&
         (sender == ID_NONE || message->sender == sender);
}

struct message *mailbox_pick(struct mailbox *mailbox, uint64_t sender) {
  struct message_queue *queue = &mailbox->queue;
  struct message *before = NULL, *message = queue->first;
  while (message != NULL && !is_from(message, sender)) {
    before = message;
    message = message->next;
  }
  if (message == NULL) return NULL;
  if (before == NULL) return mailbox_pop(mailbox);
  before->next = message->next;
  if (queue->last == message) queue->last = before;
  message->next = NULL;
  mailbox->popped += weight(message);
  return message;
}

void mailbox_unpop(struct mailbox *mailbox, struct message *message) {
  struct message_queue front = {message, message};
  message->next = NULL;
  mailbox_keep(mailbox, message);
  mailbox_put_back(mailbox, &front);
}

/* Called before what was popped has been subtracted. */
void mailbox_keep(struct mailbox *mailbox, const struct message *message) {
  ASSERT(mailbox->popped >= weight(message), "it has just been popped");
  mailbox->popped -= weight(message);
}

void mailbox_put_back(struct mailbox *mailbox, struct message_queue *queue) {
  message_queue_join(queue, &mailbox->queue);
  mailbox->queue = *queue;
  *queue = (struct message_queue){NULL, NULL};
}

struct message *mailbox_pop_urgent(struct mailbox *mailbox) {
  return message_queue_pop(&mailbox->urgent);
}

bool mailbox_empty(const struct mailbox *mailbox) {
  return mailbox->queue.first == NULL && mailbox->urgent.first == NULL;
}

/* Not once a message. */
void mailbox_settle(struct mailbox *mailbox) {
  if (mailbox->popped == 0) return;
  load_subtract(&mailbox->load, mailbox->popped);
  mailbox->popped = 0;
}

bool mailbox_park(struct mailbox *mailbox, enum mailbox_state state) {
  uintptr_t busy = empty_word(mailbox, MAILBOX_BUSY);
  ASSERT(state == MAILBOX_IDLE || state == MAILBOX_WAITING, "a parked state");
  ASSERT(mailbox->urgent.first == NULL, "urgent messages are looked at first");
  mailbox_settle(mailbox);
  return atomic_compare_exchange_strong_explicit(
      &mailbox->head, &busy, empty_word(mailbox, state),
      memory_order_release, memory_order_relaxed);
}

void mailbox_shut(struct mailbox *mailbox) {
  mailbox->shut = true;
  atomic_fetch_or_explicit(&mailbox->head, SHUT, memory_order_acq_rel);
}

bool mailbox_shut_if_empty(struct mailbox *mailbox) {
  uintptr_t busy = empty_word(mailbox, MAILBOX_BUSY);
  if (!mailbox_empty(mailbox)) return false;
  mailbox_settle(mailbox);
  mailbox->shut = atomic_compare_exchange_strong_explicit(
      &mailbox->head, &busy, busy | SHUT, memory_order_acq_rel,
      memory_order_relaxed);
  return mailbox->shut;
}

struct message_queue mailbox_close(struct mailbox *mailbox) {
  struct message_queue left;
  uintptr_t head = atomic_exchange_explicit(
      &mailbox->head, empty_word(mailbox, MAILBOX_CLOSED),
      memory_order_acq_rel);
  sort_in(mailbox, newest_of(head));
  left = mailbox->urgent;
  message_queue_join(&left, &mailbox->queue);
  mailbox->urgent = mailbox->queue = (struct message_queue){NULL, NULL};
  mailbox->popped += queue_weight(&left);
  mailbox_settle(mailbox);
  return left;
}

void mailbox_prepend(struct mailbox *mailbox, struct message_queue *queue) {
  load_add(&mailbox->load, queue_weight(queue));
  mailbox_put_back(mailbox, queue);
}

bool mailbox_closed(struct mailbox *mailbox) {
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
  return (head & SHUT) || state_of(head) == MAILBOX_CLOSED;
}

enum mailbox_state mailbox_state(struct mailbox *mailbox) {
  return state_of(atomic_load_explicit(&mailbox->head,
                                       memory_order_relaxed));
}

bool mailbox_idle(struct mailbox *mailbox) {
  return mailbox_state(mailbox) == MAILBOX_IDLE;
}

uint64_t mailbox_count(struct mailbox *mailbox) {
  return load_count(load_of(&mailbox->load));
}

uint64_t mailbox_size(struct mailbox *mailbox) {
  return load_bytes(load_of(&mailbox->load));
}

/* --- Dropping the oldest -------------------------------------------------- */

bool mailbox_swollen(struct mailbox *mailbox) {
  uint64_t load = load_of(&mailbox->load), bound = load_bound(&mailbox->load);
  return load_count(load) >= 3 * load_count(bound) ||
         load_bytes(load) >= 3 * load_bytes(bound);
}

static void drop(struct mailbox *mailbox, struct message_queue *dropped,
                 struct message *message) {
  load_subtract(&mailbox->load, weight(message));
  message_queue_append(dropped, message);
}

/* Unlinks what does not fit behind the newer ones; returns it, the oldest
** first. */
static struct message *unlink_old(struct message *newest, uint64_t bound) {
  struct message *newer = newest, *oldest = NULL, *message;
  uint64_t kept = is_work(newest) ? weight(newest) : 0;
  bool over = false;
  while ((message = newer->next) != NULL) {
    over = over || (is_work(message) &&
                    !load_fits(kept, bound, weight(message)));
    if (over && is_work(message)) {
      newer->next = message->next;
      message->next = oldest;
      oldest = message;
      continue;
    }
    if (is_work(message)) kept += weight(message);
    newer = message;
  }
  return oldest;
}

/* The newest itself stays, as the word names it. */
void mailbox_trim(struct mailbox *mailbox, struct message_queue *dropped) {
  struct message *newest = newest_of(
      atomic_load_explicit(&mailbox->head, memory_order_acquire));
  struct message *oldest, *next;
  if (newest == NULL) return;
  oldest = unlink_old(newest, load_bound(&mailbox->load));
  for (; oldest != NULL; oldest = next) {
    next = oldest->next;
    drop(mailbox, dropped, oldest);
  }
}

void mailbox_trim_own(struct mailbox *mailbox,
                      struct message_queue *dropped) {
  uint64_t bound = load_bound(&mailbox->load), left = 0;
  struct message_queue queue = mailbox->queue;
  struct message *message;
  for (message = queue.first; message != NULL; message = message->next)
    if (is_work(message)) left += weight(message);
  mailbox->queue = (struct message_queue){NULL, NULL};
  while ((message = message_queue_pop(&queue)) != NULL) {
    bool alone = load_count(left) == 1;
    bool over = load_count(left) > load_count(bound) ||
                load_bytes(left) > load_bytes(bound);
    if (is_work(message)) left -= weight(message);
    if (is_work(message) && over && !alone)
      drop(mailbox, dropped, message);
    else if (message_queue_append(&mailbox->queue, message), !over)
      break;
  }
  message_queue_join(&mailbox->queue, &queue);
}

uint64_t mailbox_popped(const struct mailbox *mailbox) {
  return mailbox->popped / LOAD_ONE;
}
