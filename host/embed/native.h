/*
** Native: actors of C. For the native_*.c only, but for the functions below.
**
** A native actor has a body (script/body.h) without a Lua state, and this. It
** handles one message at a time as any other does, in functions of the engine's
** that its behaviour names, and never waits: so it is in no circle, and a reply
** that it owes when its handler returns may be given by anybody, later.
**
** Threads
**   [any thread]  troupe_register, and what is handed down but adopt and drop
**   [main]        natives_install, natives_remove
**   [owner]       the rest: the worker that runs the actor, or the engine's
**                 thread as such
*/
#ifndef TROUPE_EMBED_NATIVE_H
#define TROUPE_EMBED_NATIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"
#include "script/body.h"
#include "script/natives.h"
#include "troupe.h"

struct native {
  struct native *next; /* constant */
  struct natives *natives;
  struct troupe_behaviour behaviour; /* the name is a copy */
};

struct natives {
  struct troupe *host;
  struct mutex lock; /* one registers at a time */
  /* All, the latest first. Written under the lock (release: it is whole), read
  ** by anybody (acquire). None is ever removed. */
  _Atomic(struct native *) first;
  /* The actor whose function runs on the engine's thread, or ID_NONE. Written
  ** there, read by anybody; relaxed: a figure. */
  _Atomic uint64_t polled;
};

/* What a handler is given as itself. */
struct troupe_actor {
  const struct native *native;
  struct body *body;
  void *state;     /* the engine's */
  char *refusal;   /* of start; or NULL */
  bool begun;      /* start has returned true: `end` is owed */
  bool leaving;    /* body->reason says why */
  bool finishing;  /* in `end`: that reason is settled */
};

/* Hands them down to the host's script layer, which is there. False: no
** memory. */
bool natives_install(struct troupe *host);
/* Nothing if they have not been, or there is no such layer. */
void natives_remove(struct troupe *host);

extern const struct actor_type native_type; /* native_turn.c */

/* --- native_run.c: the engine's functions, called ------------------------ */

/* False: it has refused; `refusal` may say why. */
bool native_start(struct troupe_actor *self, const struct message *start);
void native_handle(struct troupe_actor *self, const struct message *message);
void native_down(struct troupe_actor *self, const struct message *down);
/* Why: body->reason. */
void native_finish(struct troupe_actor *self);

/* --- native_reply.c ------------------------------------------------------- */

/* body->reason becomes this text. */
void native_set_reason(struct body *body, const char *text);
/* The start is refused with that reason: an OUTCOME that is nil and the text;
** NULL: no memory. */
struct message *native_verdict(const char *text);
/* An OUTCOME that raises `badrequest` with this text at who waits. Never NULL:
** without memory for it there is none of it. */
struct message *native_error(enum outcome outcome, const char *text);
/* A request that nobody understands, in hand. */
void native_unknown(struct body *body);

#endif
