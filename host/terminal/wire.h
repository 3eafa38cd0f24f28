/*
** Wire: frames between a client and the console of a host, over a socket.
**
** A frame is the length of what follows (32 bits, little-endian), one byte
** that says what it is, and its payload.
**
** Threads
**   [owner]  all functions
** Ownership
**   A wire owns its descriptor. A frame's payload is the wire's: it stands till
**   the next call for that wire.
** Errors
**   wire_problem: one line of English, once a wire is broken. A wire that the
**   other side has closed still gives the frames that came whole.
*/
#ifndef TROUPE_TERMINAL_WIRE_H
#define TROUPE_TERMINAL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* With the byte of the type; what a host refuses, and what we do. */
#define WIRE_SENT_LARGEST ((size_t)1 << 20)
#define WIRE_READ_LARGEST ((size_t)64 << 20)
/* Of a payload that may be sent. */
#define WIRE_TEXT_LARGEST (WIRE_SENT_LARGEST - 1)

#define WIRE_LIST(X)                                                 \
  X(HELLO, 'H')                                                      \
  X(EVALUATE, 'E') X(SCRIPT, 'S') X(INTERRUPT, 'I') X(COMPLETE, 'C') \
      X(WELCOME, 'W') X(PROMPT, 'P') X(OUTPUT, 'O') X(RESULT, 'R')   \
          X(FAILURE, 'F') X(MORE, 'M') X(NOTICE, 'N') X(END, 'Z')

enum wire_type {
#define WIRE_TYPE(name, letter) WIRE_##name = letter,
  WIRE_LIST(WIRE_TYPE)
#undef WIRE_TYPE
};

struct frame {
  char type; /* an enum wire_type, or one that we do not know */
  const char *payload;
  size_t size;
};

struct wire {
  int fd;      /* does not block */
  bool closed; /* nothing more will come */
  bool deaf;   /* nothing more can be sent */
  struct buffer in;
  struct buffer out;
  size_t taken; /* bytes of the frame that was handed out last */
  char problem[80];
};

/* Takes `fd`. */
void wire_init(struct wire *wire, int fd);
void wire_deinit(struct wire *wire);

/* Queues a frame, and sends what the socket takes. False: it is longer than
** WIRE_TEXT_LARGEST, or there is no memory; nothing has been queued. To one who
** no longer listens nothing is sent, which is no error. */
bool wire_send(struct wire *wire, char type, const char *payload, size_t size);

/* What to poll for. */
short wire_events(const struct wire *wire);
/* Sends and reads what goes without waiting. */
void wire_exchange(struct wire *wire);

/* The next frame that is whole; false: there is none yet, or none will come. */
bool wire_next(struct wire *wire, struct frame *frame);

/* Will no more frames come? Ask once wire_next has answered false. */
bool wire_is_over(const struct wire *wire);
/* Why, if that is an error; NULL: the other side has closed it. */
const char *wire_problem(const struct wire *wire);

#endif
