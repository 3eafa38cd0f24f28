/*
** Message: one flat block, header and bytes, one allocation.
**
** Threads
**   A message has one owner at a time; message_new and message_free want a
**   thread with a slab cache bound.
** Ownership
**   message_new returns owned. A push that answers STATUS_OK takes it.
** Order
**   A mailbox is one queue in the order of arrival. The kinds differ in two
**   ways: only user kinds count against the bound, and only urgent kinds
**   are seen by an actor that waits inside a call.
*/
#ifndef TROUPE_CORE_MESSAGE_H
#define TROUPE_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/*   name        class   what it asks of the receiver */
#define MESSAGE_LIST(X)                                                 \
  X(CALL, USER)       /* a request; `epoch` is the caller's wait */     \
  X(CAST, USER)       /* a request without a reply */                   \
  X(INFO, USER)       /* troupe.send */                                 \
  X(STOP, USER)       /* troupe.stop: terminate, then end the wait */   \
  X(START, SYSTEM)    /* first message of every actor */                \
  X(TIMER, SYSTEM)    /* a timer fired; payload: struct timer * */      \
  X(SOCKET, SYSTEM)   /* data or end of a socket in deliver mode */     \
  X(IDLE, SYSTEM)     /* look whether you have been idle */             \
  X(MONITOR, SYSTEM)  /* tell `sender` when you end */                  \
  X(DEMONITOR, SYSTEM)                                                  \
  X(DOWN, SYSTEM)     /* a monitored actor ended; payload: reason */    \
  X(SENTINEL, SYSTEM) /* come back when all before it is done */        \
  X(OUTCOME, URGENT)  /* ends the wait `epoch`; see enum outcome */     \
  X(REPORT, URGENT)   /* answer the wait `epoch`: script/report.h */    \
  X(VISIT, URGENT)    /* run `entry`, then answer: script/visit.h */    \
  X(RELOAD, URGENT)   /* what a reload asks of it: script/reload.h */   \
  X(INTERRUPT, URGENT) /* end what you do: script/interrupt.h */        \
  X(LINK, URGENT)     /* not to be overtaken by an EXIT */              \
  X(UNLINK, URGENT)                                                     \
  X(EXIT, URGENT)     /* a linked actor ended, or a supervisor's stop */\
  X(KILL, URGENT)

enum message_kind {
#define MESSAGE_NAME(name, class) MESSAGE_##name,
  MESSAGE_LIST(MESSAGE_NAME)
#undef MESSAGE_NAME
};

enum message_class { CLASS_USER, CLASS_SYSTEM, CLASS_URGENT };

/* How a wait ended. */
#define OUTCOME_LIST(X)                                               \
  X(REPLY)   /* payload: values */                                    \
  X(ERROR)   /* payload: one error object, raised at the waiter */    \
  X(EXIT)    /* the callee ended; payload: its reason */              \
  X(NOACTOR) /* the callee was not there */                           \
  X(TIMEOUT) /* the deadline passed */                                \
  X(UNKNOWN) /* the callee has no handler for the request */          \
  X(REFUSED) /* the same, and why: payload: one error object */       \
  X(RETRY)   /* what was waited for has changed: look again */        \
  X(OVERLOAD) /* dropped from a full mailbox */                       \
  X(CANCELLED) /* somebody has ended it from outside */               \
  X(INTERRUPTED) /* so that what waited comes to its end */           \
  X(HOPELESS) /* nothing is left that would have ended it */

enum outcome {
#define OUTCOME_NAME(name) OUTCOME_##name,
  OUTCOME_LIST(OUTCOME_NAME)
#undef OUTCOME_NAME
};

/* Did the waiter give up, or was made to, before what it waited for came? Then
** it must take itself out of whatever list it waits in. */
static inline bool outcome_is_early(uint8_t outcome) {
  return outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_CANCELLED ||
         outcome == OUTCOME_INTERRUPTED || outcome == OUTCOME_HOPELESS;
}

/* message.flags */
enum {
  MESSAGE_BEGUN = 1,    /* OUTCOME: the handler had started */
  MESSAGE_NORMAL = 2,   /* EXIT, DOWN: the reason is a normal end */
  MESSAGE_SHUTDOWN = 4, /* EXIT: a stop that is not to be trapped; KILL: one
                        ** that did not stop in time, which is logged */
  MESSAGE_TABLES = 8,   /* payload has shared tables: see script/codec.h */
  MESSAGE_SPOILED = 16, /* never to be handled: freed as if refused */
  MESSAGE_LINKED = 32,  /* DOWN: an EXIT that was trapped */
  MESSAGE_OWNS = 64     /* TIMER, REPORT: its payload has a share of something:
                        ** it is to be discarded, not just freed */
};

struct message {
  struct message *next; /* whoever holds the message */
  uint64_t target;      /* pid it is meant for: checked again by the reader */
  uint64_t sender;      /* pid, or ID_NONE from outside */
  uint64_t epoch;       /* CALL, STOP, REPORT, VISIT, INTERRUPT: sender's;
                        ** OUTCOME: target's */
  uint64_t deadline;    /* CALL, VISIT: nanoseconds, TICK_NEVER for none; CAST,
                        ** INFO: until when their sender waited for room, or
                        ** 0 */
  uint32_t size;        /* payload bytes */
  uint16_t count;       /* values in the payload */
  uint8_t kind;         /* enum message_kind */
  uint8_t flags;
  uint8_t outcome;      /* OUTCOME: enum outcome */
  union {
    uint8_t entry;  /* VISIT: place in the table of entries */
    uint8_t weight; /* what a handler is given: for how many such it is
                    ** measured; 0: it is not; core/meter.c */
  };
  uint64_t sent : 48;   /* under a weight: cycles when it was sent or, in hand,
                        ** begun, modulo 2^48: more than a day */
  _Alignas(8) unsigned char bytes[];
};

#define MESSAGE_LARGEST ((size_t)UINT32_MAX - 4096)

/* A block with room for `size` payload bytes, all header fields zero but
** kind and size. NULL for no memory or size > MESSAGE_LARGEST. */
struct message *message_new(enum message_kind kind, size_t size);
/* The same for what must be told: never NULL. See memory_await. */
struct message *message_need(enum message_kind kind, size_t size);
/* An OUTCOME_REPLY of these bytes, and the rest behind them, which it goes
** without if there is no memory for that: never NULL. */
struct message *message_reply(const void *head, size_t head_size,
                              const struct buffer *rest);
/* Takes NULL. Frees this one, not what follows it. */
void message_free(struct message *message);
/* A copy to another target (publish). NULL: no memory. */
struct message *message_copy(const struct message *message);

enum message_class message_class(enum message_kind kind);

#endif
