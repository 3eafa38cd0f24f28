/*
** Talk: the client's side of a conversation with the console of a host. It
** waits for frames, for signals and for what else there is to hear, all at
** once, and shows what comes by itself through its face.
**
** What a host sends is written as it is, escape sequences too. The host runs
** as this user, and could write to this terminal anyway; and what it sends has
** colours, which a filter would have to know from the rest.
**
** Threads
**   [main]  all functions
** Ownership
**   A talk owns its wire. Its face, its signals and its asides outlive it.
*/
#ifndef TROUPE_TERMINAL_TALK_H
#define TROUPE_TERMINAL_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "terminal/wire.h"

#define TALK_ASIDES_LARGEST 4

/* Somebody else who has text for whoever sits there: a log. */
struct aside {
  int fd; /* readable: there is something; -1: nothing more will come */
  /* Appends the text. False: that was all. */
  bool (*take)(void *context, struct buffer *text);
  void *context;
};

struct talk_face {
  /* What an evaluation prints. */
  void (*output)(void *context, const char *text, size_t size);
  /* Text at any time. */
  void (*notice)(void *context, const char *text, size_t size);
  /* The terminal has another size. NULL: does not matter. */
  void (*resized)(void *context);
  /* The process is about to be stopped, or goes on. NULL: does not matter. */
  void (*stopping)(void *context, bool goes_on);
};

struct talk {
  struct wire wire;
  int signals; /* of signals_open */
  const struct talk_face *face;
  void *context;
  struct aside *asides;
  int aside_count;
  int patience;     /* interrupts of one evaluation till we go; 0: any number */
  int interrupts;   /* of the evaluation in flight, not answered yet */
  bool welcome;     /* it has been greeted */
  bool asked;       /* an evaluation is in flight */
  bool interrupted; /* by SIGINT; whoever looks at it clears it */
  int completions;  /* that are to be answered yet */
  struct buffer prompt;
  int signal;           /* that ends us; 0: none */
  bool over;            /* the host has ended the conversation, or is gone */
  bool lost;            /* then: without a word of it */
  struct buffer ending; /* then: why; may be empty */
};

/* Takes `fd`. The rest of the structure is set to no asides, no patience. */
void talk_init(struct talk *talk, int fd, int signals,
               const struct talk_face *face, void *context);
void talk_deinit(struct talk *talk);

struct talk_hello {
  const char *mode; /* "terminal", "plain" or "json" */
  int width;        /* columns */
  bool colour;
};
/* The first of all, and again whenever the width has changed. */
void talk_hello(struct talk *talk, const struct talk_hello *hello);
/* Waits to be welcomed; `banner` gets the greeting. False: it is over. */
bool talk_greet(struct talk *talk, struct buffer *banner);

/* Waits for the first prompt, if not for long; there is one then. */
void talk_await_prompt(struct talk *talk);

/* Starts an evaluation. False: the text is too long; `talk` is as it was. */
bool talk_ask(struct talk *talk, enum wire_type type, const char *text,
              size_t size);
/* Waits for its answer. False: there will be none. */
bool talk_answer(struct talk *talk, struct frame *frame);

/* Waits until `fd` can be read. False: it is over, or SIGINT has come. */
bool talk_wait(struct talk *talk, int fd);

/* What may stand before the cursor, as the host lists it: empty if it does not
** say in time. */
void talk_complete(struct talk *talk, const char *text, size_t size,
                   struct buffer *answer);

/* Writes all of it, unless a signal comes meanwhile: then the rest is not of
** interest. */
void talk_write(struct talk *talk, int fd, const char *text, size_t size);

/* Over, or told to end. */
bool talk_is_over(const struct talk *talk);

#endif
