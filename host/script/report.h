/*
** Report: an actor says what it is doing, to another one that asks.
**
** Who asks opens a wait (WAIT_REPORT) and posts a REPORT, an urgent message:
** it is answered by an actor that waits inside a call, by one that is idle at
** its next turn, and by one that is running once it has been interrupted. The
** answer ends the asker's wait; an actor that has ended answers NOACTOR.
**
** Threads
**   [owner]  all functions, each of the actor that it is about
*/
#ifndef TROUPE_SCRIPT_REPORT_H
#define TROUPE_SCRIPT_REPORT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/message.h"
#include "script/body.h"

/* What is asked. */
enum report_about {
  REPORT_BRIEF,  /* answered by a struct report */
  REPORT_STACKS, /* by one value, for codec_unpack: script/dossier.h */
  REPORT_ALL     /* the same */
};

/* What the payload of a REPORT is: its `count`. */
enum report_what {
  REPORT_QUESTION, /* here: enum report_about, and about whose request */
  REPORT_CONTENTS, /* script/contents.h */
  REPORT_TRACE     /* script/tracing.h: a trace, with a share of it */
};

enum report_doing {
  REPORT_NEW,     /* it has not begun to start */
  REPORT_IDLE,    /* nothing in hand */
  REPORT_FROZEN,  /* the same, until a reload is over: script/upgrade.h */
  REPORT_RUNNING, /* or ready to run on */
  REPORT_WAITING, /* `wait` says for what */
  REPORT_LAPSED   /* no more: what it waited for did not come in time */
};

/* Where the request that the asker asks about is. */
enum report_subject {
  REPORT_UNKNOWN,
  REPORT_QUEUED,  /* `position` */
  REPORT_HANDLED, /* in the handler */
  REPORT_DEFERRED /* its `from` was taken, and nobody has replied */
};

struct report {
  uint64_t pid;
  struct wait_edge wait; /* kind NONE: it is in none */
  uint64_t queued;   /* messages of users, waiting */
  uint32_t position; /* 1: the next; 0: beyond where it was looked for */
  uint8_t doing;     /* enum report_doing */
  uint8_t subject;   /* enum report_subject */
  /* NUL-terminated; empty: none. They live as long as the message. */
  const char *behaviour, *request, *place, *stack;
};

/* Asks `pid`; `subject` is the request of interest, {0} for none. The wait
** `epoch` of this actor is open. False: there is no such actor. */
bool report_ask(struct body *body, uint64_t pid, uint64_t epoch,
                enum report_about about, struct waiter subject);

/* Makes it a REPORT of this actor's to that pid, and posts it; taken. The wait
** `epoch` is open, and will be ended: NOACTOR if there is no such actor. */
void report_post(struct body *body, uint64_t pid, uint64_t epoch,
                 enum report_what what, struct message *message);

/* Answers a REPORT, and frees it. `running`: the thread that runs, if the
** actor could not be suspended for it; else NULL. */
void report_answer(struct body *body, struct message *message,
                   lua_State *running);
/* Answers those that have come to an actor which cannot be suspended where it
** is: below a comparator, a finaliser. */
void report_answer_stuck(struct body *body, lua_State *running);

/* This actor's own; *texts keeps its strings, whether it could be made whole
** or not. Clears it first. */
void report_own(struct body *body, struct buffer *texts,
                struct report *report);

/* Reads an answer (an OUTCOME_REPLY) to REPORT_BRIEF. */
void report_read(const struct message *outcome, struct report *report);

/* A wait has come to nothing: for whom it was is told to those who ask about
** the request in hand, even when that is over; `late`: with what it was doing.
** [in a binding] */
void report_lapsed(struct body *body, const struct wait_edge *wait,
                   bool late);

#endif
