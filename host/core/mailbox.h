/*
** Mailbox: the one door into an actor. Many senders, one reader.
**
** One word holds the newest pushed message and what the reader is doing:
**
**   BUSY     the actor is queued or running: nobody needs to wake it
**   IDLE     it is parked at a message boundary: any push wakes it
**   WAITING  it is parked inside a call: only an urgent push wakes it
**   CLOSED   it has ended: nothing enters any more
**
** and, beside BUSY and WAITING, whether the door is shut: an actor that is
** ending takes no new work (calls, casts, infos). The rest gets in: its
** `terminate` may still wait for replies, and who asks to be told of its end
** is told when it has ended, not before.
**
** A push is one compare-and-swap on that word, which also decides who must
** schedule the actor, and refuses exactly from the close on. There is no
** half-way state: a reader that finds BUSY and no message has nothing.
** (A linked queue with an exchanged tail, after Vyukov, has such a state,
** and needs fences and re-checks to park; measured, the two cost the same.)
** The reader takes all pushed messages with one exchange and turns them
** round: one atomic operation for a whole burst.
**
** Threads
**   [any thread]  mailbox_push, mailbox_count, mailbox_size, mailbox_closed
**   [owner]       everything else: the worker that is running the actor
** Ownership
**   A pushed message belongs to the mailbox; a popped one to the caller.
**   On any status but STATUS_OK, mailbox_push leaves it with the caller.
** Invariant
**   An actor is queued at most once: exactly one push sees the change from
**   IDLE or WAITING to BUSY, and its sender must schedule the actor.
*/
#ifndef TROUPE_CORE_MAILBOX_H
#define TROUPE_CORE_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "core/message.h"

enum mailbox_state {
  MAILBOX_BUSY,
  MAILBOX_IDLE,
  MAILBOX_WAITING,
  MAILBOX_CLOSED
};

struct message_queue {
  struct message *first, *last; /* linked by next; NULL when empty */
};

struct mailbox {
  /* Senders and reader. The newest message, its low bits a mailbox_state, its
  ** high ones the generation of the actor.
  ** Push: release (the reader sees the message's bytes). Take: acquire. */
  _Atomic uintptr_t head;
  /* Senders add before they push, the reader subtracts what it pops; relaxed:
  ** a figure for bounds and inspectors. Count in the high 24 bits, bytes in
  ** the low 40; user messages only. */
  _Atomic uint64_t load;
  /* Reader only. */
  struct message_queue queue;  /* in order of arrival */
  struct message_queue urgent; /* ahead of the queue */
  uint64_t popped; /* popped, but not yet subtracted from load */
  uint32_t generation; /* of who lives here; half of it is in the word, too */
  bool shut;           /* what the word says too */
};

/* Leaves it empty, and BUSY: whoever makes an actor is its owner until it
** makes it ready, so its first message is really its first. For the first
** actor of a slot. */
void mailbox_init(struct mailbox *mailbox, uint32_t generation);
/* From CLOSED to BUSY, for the next. The load is not reset: a sender that is
** about to be refused may still have to take back what it added. */
void mailbox_reopen(struct mailbox *mailbox, uint32_t generation);

/* STATUS_OK; STATUS_CLOSED also if the message's target is not who lives here
** now. *wake: the caller must schedule the actor. */
enum status mailbox_push(struct mailbox *mailbox, struct message *message,
                         bool *wake);

/* Moves what has been pushed to the reader's queues. */
void mailbox_take(struct mailbox *mailbox);
struct message *mailbox_pop(struct mailbox *mailbox);        /* or NULL */
/* Back to the front of the queue: it is not to be handled yet. */
void mailbox_unpop(struct mailbox *mailbox, struct message *message);
struct message *mailbox_pop_urgent(struct mailbox *mailbox); /* or NULL */
bool mailbox_empty(const struct mailbox *mailbox); /* reader's queues */

/*
** Lets go of the actor: `state` is MAILBOX_IDLE or MAILBOX_WAITING. False if
** something came in meanwhile that the reader must look at first; then the
** mailbox stays BUSY. After true the caller must not touch the actor again:
** another worker may be running it.
*/
bool mailbox_park(struct mailbox *mailbox, enum mailbox_state state);

/* Shuts the door: from here on no work gets in. */
void mailbox_shut(struct mailbox *mailbox);
/* The same, but only if nothing is left anywhere; false otherwise. */
bool mailbox_shut_if_empty(struct mailbox *mailbox);
/* Closes and returns all that is left, urgent first. */
struct message_queue mailbox_close(struct mailbox *mailbox);
/* The reader's own: `queue` goes in front of what it has (a seat's held
** messages, already counted out when their first mailbox closed). */
void mailbox_prepend(struct mailbox *mailbox, struct message_queue *queue);
/* Shut or closed: takes no work any more. */
bool mailbox_closed(struct mailbox *mailbox);

/* Parked at a message boundary with nothing to do: a snapshot. */
bool mailbox_idle(struct mailbox *mailbox);

uint64_t mailbox_count(struct mailbox *mailbox); /* user messages queued */
uint64_t mailbox_size(struct mailbox *mailbox);  /* their bytes */
/* Of those counted, the ones that the reader has taken out already. [owner] */
uint64_t mailbox_popped(const struct mailbox *mailbox);

void message_queue_append(struct message_queue *queue, struct message *message);
struct message *message_queue_pop(struct message_queue *queue);
void message_queue_join(struct message_queue *front,
                        struct message_queue *back);

#endif
