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

#define STATE_MASK ((uintptr_t)3)
#define SHUT ((uintptr_t)4)
/* A message's address: 8-aligned, and in the lower half of memory. */
#define GENERATION_SHIFT 48
#define ADDRESS_MASK (((uintptr_t)1 << GENERATION_SHIFT) - 8)
#define LOAD_ONE (UINT64_C(1) << 40)

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

/* What a message adds to the load: nothing unless it is a user's. */
static uint64_t weight(const struct message *message) {
  if (message_class((enum message_kind)message->kind) != CLASS_USER) return 0;
  return LOAD_ONE + sizeof *message + message->size;
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

void mailbox_init(struct mailbox *mailbox, uint32_t generation) {
  _Static_assert(sizeof(uintptr_t) == 8, "the word has room for all");
  mailbox->generation = generation;
  mailbox->shut = false;
  atomic_init(&mailbox->head, empty_word(mailbox, MAILBOX_BUSY));
  atomic_init(&mailbox->load, 0);
  mailbox->queue = mailbox->urgent = (struct message_queue){NULL, NULL};
  mailbox->popped = 0;
}

void mailbox_reopen(struct mailbox *mailbox, uint32_t generation) {
  ASSERT(mailbox_closed(mailbox) && mailbox_empty(mailbox), "a closed one");
  mailbox->generation = generation;
  mailbox->shut = false;
  atomic_store_explicit(&mailbox->head, empty_word(mailbox, MAILBOX_BUSY),
                        memory_order_release);
}

enum status mailbox_push(struct mailbox *mailbox, struct message *message,
                         bool *wake) {
  uint64_t load = weight(message);
  bool urgent =
      message_class((enum message_kind)message->kind) == CLASS_URGENT;
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
  uintptr_t desired;
  *wake = false;
  if (load != 0)
    atomic_fetch_add_explicit(&mailbox->load, load, memory_order_relaxed);
  do {
    enum mailbox_state state = state_of(head);
    if (unlikely(!is_open_to(head, message))) {
      atomic_fetch_sub_explicit(&mailbox->load, load, memory_order_relaxed);
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

void mailbox_unpop(struct mailbox *mailbox, struct message *message) {
  struct message_queue front = {message, message};
  message->next = NULL;
  mailbox->popped -= weight(message);
  message_queue_join(&front, &mailbox->queue);
  mailbox->queue = front;
}

struct message *mailbox_pop_urgent(struct mailbox *mailbox) {
  return message_queue_pop(&mailbox->urgent);
}

bool mailbox_empty(const struct mailbox *mailbox) {
  return mailbox->queue.first == NULL && mailbox->urgent.first == NULL;
}

/* Once a turn, not once a message. */
static void subtract_popped(struct mailbox *mailbox) {
  if (mailbox->popped == 0) return;
  atomic_fetch_sub_explicit(&mailbox->load, mailbox->popped,
                            memory_order_relaxed);
  mailbox->popped = 0;
}

bool mailbox_park(struct mailbox *mailbox, enum mailbox_state state) {
  uintptr_t busy = empty_word(mailbox, MAILBOX_BUSY);
  ASSERT(state == MAILBOX_IDLE || state == MAILBOX_WAITING, "a parked state");
  ASSERT(mailbox->urgent.first == NULL, "urgent messages are looked at first");
  subtract_popped(mailbox);
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
  subtract_popped(mailbox);
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
  subtract_popped(mailbox);
  return left;
}

void mailbox_prepend(struct mailbox *mailbox, struct message_queue *queue) {
  atomic_fetch_add_explicit(&mailbox->load, queue_weight(queue),
                            memory_order_relaxed);
  message_queue_join(queue, &mailbox->queue);
  mailbox->queue = *queue;
  *queue = (struct message_queue){NULL, NULL};
}

bool mailbox_closed(struct mailbox *mailbox) {
  uintptr_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
  return (head & SHUT) || state_of(head) == MAILBOX_CLOSED;
}

bool mailbox_idle(struct mailbox *mailbox) {
  return state_of(atomic_load_explicit(&mailbox->head,
                                       memory_order_relaxed)) ==
         MAILBOX_IDLE;
}

uint64_t mailbox_count(struct mailbox *mailbox) {
  return atomic_load_explicit(&mailbox->load, memory_order_relaxed) / LOAD_ONE;
}

uint64_t mailbox_size(struct mailbox *mailbox) {
  return atomic_load_explicit(&mailbox->load, memory_order_relaxed) % LOAD_ONE;
}

uint64_t mailbox_popped(const struct mailbox *mailbox) {
  return mailbox->popped / LOAD_ONE;
}
