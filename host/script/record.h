/*
** Record: one message that went into an actor or out of it, or stands in its
** mailbox, told to another actor: numbers, and texts behind them. A list of
** records is bytes in a row.
**
** Threads
**   [any thread]  record_add, record_words: whoever owns the message
**   [owner]       record_push: of the actor that is told
*/
#ifndef TROUPE_SCRIPT_RECORD_H
#define TROUPE_SCRIPT_RECORD_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/message.h"
#include "core/scheduler.h"

/* What is told of. The texts are what scripts see. */
#define RECORD_LIST(X)                                              \
  X(IN, "in")       /* a message: its handler, if any, begins */    \
  X(OUT, "out")     /* a request of its own */                      \
  X(REPLY, "reply") /* what came of that */                         \
  X(END, "end")     /* a handler has ended, or the actor has */     \
  X(QUEUED, "queued")

/* How a handler, or a request of its own, came out. */
#define RECORD_HOW_LIST(X)                                          \
  X(NONE, NULL)                                                     \
  X(REPLIED, "reply")                                               \
  X(DONE, "done")                                                   \
  X(DEFERRED, "deferred")      /* it returned troupe.noreply */     \
  X(UNKNOWN, "unknown request")                                     \
  X(GIVEN_UP, "given up")      /* its caller has: not handled */    \
  X(ERROR, "error")                                                 \
  X(EXIT, "exit")              /* who had it in hand has ended */   \
  X(NOACTOR, "noactor")                                             \
  X(TIMEOUT, "timeout")                                             \
  X(DEADLOCK, "deadlock")                                           \
  X(OVERLOAD, "overload")

enum record_direction {
#define RECORD_NAME(name, text) RECORD_##name,
  RECORD_LIST(RECORD_NAME)
#undef RECORD_NAME
};

enum record_how {
#define RECORD_NAME(name, text) RECORD_##name,
  RECORD_HOW_LIST(RECORD_NAME)
#undef RECORD_NAME
};

#define RECORD_UNKNOWN_SPAN UINT64_MAX
#define RECORD_TEXT 240 /* bytes of a text, its NUL among them */

struct record {
  uint64_t at;     /* monotonic nanoseconds; 0: not known */
  uint64_t peer;   /* pid, or ID_NONE */
  uint64_t queued; /* nanoseconds that it stood in the queue */
  uint64_t took;   /* nanoseconds that the handler, or the answer, took */
  uint64_t bytes;  /* as the mailbox counts them; 0: none */
  uint8_t direction; /* enum record_direction */
  uint8_t kind;      /* enum message_kind */
  uint8_t how;       /* enum record_how */
  /* Lengths of the texts that follow, without a NUL. */
  uint8_t request, answer, target;
};

struct record_texts {
  char request[RECORD_TEXT]; /* call "deposit" 50 */
  char answer[RECORD_TEXT];  /* of an end, a reply; or a reason */
  char target[RECORD_TEXT];  /* of an out to a key or an address */
};

/* `call "deposit" 50`; a socket's data is not in its message. */
void record_words(const struct message *message, char text[RECORD_TEXT]);
/* The bytes of a message, as its mailbox counts them. */
static inline uint64_t record_bytes(const struct message *message) {
  return sizeof *message + message->size;
}

/* For how long it has waited, as far as known: RECORD_UNKNOWN_SPAN otherwise.
** [its reader] */
uint64_t record_waited(struct scheduler *scheduler,
                       const struct message *message);

/* Appends it, its lengths set; false: no memory. */
bool record_add(struct buffer *list, struct record *record,
                const struct record_texts *texts);

/*
** Pushes a list of tables { at, time, direction, kind, peer, behaviour, target,
** request, answer, bytes, queued, took, how }, each as far as known. May raise
** (memory).
*/
void record_push(lua_State *L, const char *bytes, size_t size);

#endif
