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
** It is bounded (core/load.h). A full one refuses calls, casts and infos and
** nothing else: what the host itself sends cannot be held up by what scripts
** send. What becomes of the refused is its sender's business, and core/room.h
** is where it waits. Only a mailbox that drops its oldest messages takes them
** all; what is too much then is taken out again at the old end: by the reader
** when it takes, and by senders, while the reader is long busy, in place:
** mailbox_trim unlinks from the middle of the pushed list, which nobody but
** the reader touches, and the reader of such a mailbox takes under a lock.
**
** Threads
**   [any thread]  mailbox_push, mailbox_push_counted, mailbox_count,
**                 mailbox_size, mailbox_bound, mailbox_closed, mailbox_idle
**   [room lock]   mailbox_trim, and mailbox_take and mailbox_close where the
**                 policy is FULL_DROP_OLDEST
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
#include "core/load.h"
#include "core/message.h"

/* Where none is given. At 100 us a message a full one is 50 ms behind, so who
** has patience for a second is served. Much smaller, and waking senders costs
** more than it saves; ten times larger, and cheap messages are not faster:
** they have left the cache when their turn comes. */
#define MAILBOX_SIZE 500
#define MAILBOX_BYTES (UINT64_C(16) << 20)

/* What becomes of a message that finds the mailbox full. */
#define FULL_LIST(X) \
  X(WAIT, "wait")               /* its sender waits for room */      \
  X(DROP_OLDEST, "drop_oldest") /* it enters, the oldest is lost */  \
  X(DROP_NEWEST, "drop_newest") /* it is lost; a call is refused */  \
  X(REFUSE, "refuse")           /* its sender hears of it at once */

enum full {
#define FULL_NAME(name, text) FULL_##name,
  FULL_LIST(FULL_NAME)
#undef FULL_NAME
};

struct mailbox_bound {
  uint32_t size;  /* messages, 1..LOAD_SIZE_LARGEST */
  uint64_t bytes; /* 1..LOAD_BYTES_LARGEST */
  enum full full;
};

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
  /* --- Reader only. --- */
  struct message_queue queue;  /* in order of arrival */
  struct message_queue urgent; /* ahead of the queue */
  uint64_t popped; /* popped, but not yet subtracted from load */
  uint32_t generation; /* of who lives here; half of it is in the word, too */
  bool shut;           /* what the word says too */

  /* --- Looked at when it is full. --- */
  /* An enum full; written as the bound is; relaxed. */
  _Atomic uint8_t full;
  /* Second when it was last found full, or 0: one line on the log for each
  ** spell. Whoever finds it full; relaxed. */
  _Atomic uint16_t crowded;
  _Atomic uint32_t dropped; /* messages lost by policy; relaxed */
  uint32_t share; /* reader: so many popped are due: a quarter of the bound */

  /* --- The door, a cache line of its own: senders and reader. --- */
  /* The newest message, its low bits a mailbox_state, its high ones the
  ** generation of the actor.
  ** Push: release (the reader sees the message's bytes). Take: acquire. */
  _Atomic uintptr_t head;
  /* User messages only. Senders add before they push; the reader subtracts
  ** what it has popped when its turn ends, or a quarter of the bound is due. */
  struct load load;
};

/* Leaves it empty, and BUSY: whoever makes an actor is its owner until it
** makes it ready, so its first message is really its first. For the first
** actor of a slot. */
void mailbox_init(struct mailbox *mailbox, uint32_t generation);
/* From CLOSED to BUSY, for the next. The load is not reset: a sender that is
** about to be refused may still have to take back what it added. */
void mailbox_reopen(struct mailbox *mailbox, uint32_t generation);

/* Both begin with the default. [whoever makes the actor] */
void mailbox_set_bound(struct mailbox *mailbox,
                       const struct mailbox_bound *bound);
struct mailbox_bound mailbox_bound(struct mailbox *mailbox);
enum full mailbox_full(struct mailbox *mailbox);

/* STATUS_OK; STATUS_CLOSED also if the message's target is not who lives here
** now; STATUS_FULL. *wake: the caller must schedule the actor. On the latter
** two the caller looks at load_wanted. */
enum status mailbox_push(struct mailbox *mailbox, struct message *message,
                         bool *wake);
/* The same for a message that the load counts already: never FULL. */
enum status mailbox_push_counted(struct mailbox *mailbox,
                                 struct message *message, bool *wake);
/* What a message adds to the load: 0 unless it is a user's. */
uint64_t mailbox_weight(const struct message *message);
/* Would this pid's messages be let in, but for the bound? [any thread] */
bool mailbox_open_to(struct mailbox *mailbox, uint64_t pid);

/* Moves what has been pushed to the reader's queues. */
void mailbox_take(struct mailbox *mailbox);
struct message *mailbox_pop(struct mailbox *mailbox);        /* or NULL */
/* It is not to be handled yet, and still counts: back to the front of the
** queue; or kept by the caller, who puts all such back some time. */
void mailbox_unpop(struct mailbox *mailbox, struct message *message);
void mailbox_keep(struct mailbox *mailbox, const struct message *message);
void mailbox_put_back(struct mailbox *mailbox, struct message_queue *queue);
/* The oldest user message of this sender (ID_NONE: of anybody), out of turn. */
struct message *mailbox_pick(struct mailbox *mailbox, uint64_t sender);
struct message *mailbox_pop_urgent(struct mailbox *mailbox); /* or NULL */
/* A good part of the bound has been popped: time for mailbox_settle. */
static inline bool mailbox_due(const struct mailbox *mailbox) {
  return mailbox->popped >> LOAD_BYTES_BITS >= mailbox->share;
}
/* Subtracts what has been popped; the caller looks at load_wanted. */
void mailbox_settle(struct mailbox *mailbox);
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

/* What its reader is doing: a snapshot. */
enum mailbox_state mailbox_state(struct mailbox *mailbox);
/* Parked at a message boundary with nothing to do: a snapshot. */
bool mailbox_idle(struct mailbox *mailbox);

/* FULL_DROP_OLDEST: has this much become too much, so that a sender should see
** to it? Room for what the reader has in hand, and as much again, so that a
** trim pays for many pushes. */
bool mailbox_swollen(struct mailbox *mailbox);
/* Moves the work beyond the bound to `dropped`, the oldest first, and counts
** it out: of the pushed... [room lock] */
void mailbox_trim(struct mailbox *mailbox, struct message_queue *dropped);
/* ...and of what the reader has. [owner] */
void mailbox_trim_own(struct mailbox *mailbox, struct message_queue *dropped);

uint64_t mailbox_count(struct mailbox *mailbox); /* user messages queued */
uint64_t mailbox_size(struct mailbox *mailbox);  /* their bytes */
/* Of those counted, the ones that the reader has taken out already. [owner] */
uint64_t mailbox_popped(const struct mailbox *mailbox);

void message_queue_append(struct message_queue *queue, struct message *message);
struct message *message_queue_pop(struct message_queue *queue);
void message_queue_join(struct message_queue *front,
                        struct message_queue *back);

#endif
