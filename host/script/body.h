/*
** Body: what the script layer keeps for one actor, beside its core half.
**
** Threads    [owner] all fields
** Ownership  Made by turn.c when an actor is started, freed when it ends.
*/
#ifndef TROUPE_SCRIPT_BODY_H
#define TROUPE_SCRIPT_BODY_H

#include <lua.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/circle.h"
#include "core/scheduler.h"
#include "script/words.h"

struct script;  /* script/script.h: one per host */
struct path;    /* script/module.h: an immutable, counted search path */
struct room_wait; /* core/scheduler.h */
struct timer;   /* script/timer.c */
struct owned_pool; /* script/face_lease.c */
struct socket;  /* script/socket.c */
struct server;   /* script/server.c */
struct strands;  /* script/strand.c */
struct visiting; /* script/visit.c */
struct tracing;  /* script/tracing.c */
struct parked;   /* script/park.c */
struct outlet;   /* script/outlet.c */
struct listener; /* io/listener.h */
struct source;   /* script/module_source.h */
struct troupe_actor; /* embed/native.h */

/* Why a thread of an actor yielded to the host, not to its resumer. */
enum host_yield {
  HOST_NONE,    /* it did not: a plain coroutine.yield */
  HOST_WAIT,    /* a wait is open; resume when it has ended */
  HOST_PREEMPT, /* its slice is over; resume as it is */
  HOST_EXIT     /* troupe.exit: never resumed */
};

/* What the main thread is running. */
enum activity {
  ACTIVITY_NONE,
  ACTIVITY_START,     /* loading the module, init */
  ACTIVITY_CONTINUE,  /* `continue` */
  ACTIVITY_MESSAGE,   /* a handler */
  ACTIVITY_VISIT,     /* for another actor, between two messages */
  ACTIVITY_PREPARE,   /* another version of a module is made ready */
  ACTIVITY_INSTALL,   /* and is put in place: script/upgrade.h */
  ACTIVITY_TERMINATE, /* `terminate` */
  ACTIVITY_FINALISE,  /* what the collector found dead */
  ACTIVITY_LAST       /* all finalisers, at the end */
};

enum start_kind {
  START_BEHAVIOUR, /* values: module, init's arguments */
  START_FILE,      /* values: file, arguments: `troupe run FILE` */
  START_CODE       /* values: source, arguments: `troupe -e` */
};

/* How an actor is to start, beside the START message. */
struct start {
  enum start_kind kind;
  int fd;                    /* of an accepted connection; -1: none */
  size_t line_limit;         /* of that connection */
  struct listener *listener; /* to be told when the connection ends */
  uint64_t idle_span;        /* overrides the behaviour's; 0: none given */
  bool console;              /* it is troupe.console: script/console.h */
  bool gateway;              /* it is troupe.gateway: script/gateway.h */
};

/* A reload, as one of those sees it that take part: script/upgrade.h. */
enum freeze {
  FREEZE_NONE,
  FREEZE_LOOSE,   /* it takes part, and goes on meanwhile */
  FREEZE_ASKED,   /* to freeze, at the next message boundary */
  FREEZE_HELD,    /* it is frozen */
  FREEZE_SERVE,   /* one request, then to freeze again */
  FREEZE_PREPARE, /* to prepare */
  FREEZE_INSTALL  /* to install, and go on */
};

struct upgrade {
  uint64_t number; /* of the reload */
  uint32_t index;  /* of this part of it */
  uint32_t version; /* of the unit that has been prepared */
  const char *name; /* as which it has loaded the module; while that is being
                    ** prepared, one of several */
  uint32_t place;   /* of reload_other_name */
  struct waiter request; /* to be served */
  bool prepared;
  bool upgraded; /* a state, too */
};

/* A wait that came to nothing. */
struct lapsed_wait {
  struct waiter subject; /* the caller of the request in hand */
  struct wait_edge wait;
  char *texts; /* the request, and where it was, each with a NUL; or NULL */
};

#define BODY_NAMES 2
#define BODY_NAME_LARGEST 23

/*
** What a handler has in hand: of an actor that handles several messages at a
** time each strand has its own, and it is the body's while that strand runs
** (script/strand.h). One list, so that none is forgotten; its fields are the
** body's own.
**
**   request           in hand, or NULL
**   outcome           ended the last wait, not yet looked at
**   sending           made, not yet in a mailbox: script/call.c
**   sending_start     the same: script/start.c, get-or-start
**   room              where `sending` waits for room, or NULL
**   gate              the module whose reload it waits out, or NULL
**   deadline          of the scope that is running; 0: the default of 5 s
**   request_deadline  came with the request; both script/wait.c, nanoseconds,
**                     TICK_NEVER for none
**   finalising        the thread on which a finaliser runs, or NULL
**   suspended         inside a wait
**   preempted         suspended without a wait: just resume
**   from_taken        from() was called in this handler
**   evaluation        the number of what core.evaluate runs, or 0
**   condemned         the visit in hand, or that evaluation, is to end:
**                     script/interrupt.h
*/
#define HAND_FIELDS               \
  struct message *request;        \
  struct message *outcome;        \
  struct message *sending;        \
  struct message *sending_start;  \
  struct room_wait *room;         \
  struct source *gate;            \
  uint64_t deadline;              \
  uint64_t request_deadline;      \
  lua_State *finalising;          \
  enum activity activity;         \
  bool suspended;                 \
  bool preempted;                 \
  bool from_taken;                \
  unsigned char condemned;        \
  uint64_t evaluation;

struct hand {
  HAND_FIELDS
};

/* hand.condemned: what a visit or an evaluation that was interrupted has done
** since: so many waits, each of which was ended at once; or more. */
#define CONDEMNED_PATIENCE 10
#define CONDEMNED 255 /* no more of it runs, but `__close` */

struct body {
  /* --- Of every turn: three cache lines. --- */
  lua_State *L; /* the thread that handlers run on: script/strand.h */
  struct actor *actor;
  struct script *script;
  lua_State *running;      /* innermost coroutine that the host resumed */
  union {
    struct hand hand;
    struct {
      HAND_FIELDS
    };
  };
  enum host_yield yielded; /* set just before a host yield */
  uint64_t idle_span;      /* `idle`, nanoseconds; 0: never */

  /* Memory (script/alloc.c). */
  size_t memory;       /* bytes in use by the state */
  size_t memory_limit; /* SIZE_MAX: none */

  int hook_count;     /* script/hook.h: 0, or how often all threads poll */
  bool hook_always;   /* each time is an asking */
  uint32_t seeds;     /* script/seed.h: so many have been drawn */
  bool covered;       /* its lines are counted: script/coverage.h */
  bool hooked;        /* the script has used debug.sethook */
  int blocked;        /* > 0: below a C call that cannot be yielded over */
  bool receiving;     /* inside troupe.receive: any info ends the wait */
  bool unpacking;     /* no handler yet: the request is being read */
  bool describing;    /* the error that ends it, or the request */
  bool finalised;     /* finalisers ran last: a message is next */
  bool started;       /* init has returned */
  bool killed;        /* nothing of the script runs any more */
  bool dying;         /* it still runs, but gets no memory, and ends:
                      ** script/budget.h */
  /* It is to come to a boundary. Written by the owner and, on the owner's own
  ** thread, by the tick's signal handler; relaxed. */
  _Atomic bool interrupted;
  /* What runs is to end: each instruction raises, up to where the host began
  ** it: script/budget.h */
  bool cut;
  bool beside;/* it runs beside what the actor is doing, and cannot wait */
  bool spared;        /* test builds: its acquisitions do not fail */
  bool exiting;       /* troupe.exit or os.exit: `reason` is set */
  bool task;          /* its `continue` may receive: script/receive.h */
  enum freeze freeze;
  bool has_behaviour; /* not a plain script; and which functions it has: */
  bool has_continue, has_down, has_terminate;
  bool timed_out; /* the error nobody caught was a timeout */
  bool adopting;  /* its behaviour is being looked at... */
  bool misfit;    /* ...and is none: that is who starts it to hear */
  bool fresh;     /* no actor of this host has had this behaviour before */

  /* The names of the last requests, as they stand in a message: script/
  ** dispatch.c. A size of 0: none. */
  struct {
    unsigned char size;
    unsigned char bytes[BODY_NAME_LARGEST];
  } names[BODY_NAMES];

  /* --- The rest. --- */
  /* script/finaliser.c */
  bool finalises;         /* something has had a `__gc` */
  int finalisers;         /* in the queue */
  struct message_queue visits; /* for the next boundary: script/visit.h */
  lua_State *telling;     /* the thread whose own hook runs: script/hook.c */

  int closing;            /* coroutines being closed, one inside another */
  uintptr_t closing_base; /* C stack where the outermost of them began */
  bool deadlines_kept;    /* some coroutine yielded inside a deadline scope */
#ifdef TROUPE_ASSERTS
  int pace; /* > 0: script/pace.h, as a spec has asked for */
#endif

  uint32_t libraries;          /* that it may have: bits of library_bit */
  struct path *path;           /* package.path of this actor; counted */
  const char *behaviour;       /* name, lives as long as the host; or NULL */
  uint32_t version;            /* of the unit that its behaviour came from */

  /* The start (script/start.c): set by the starter before the first turn. */
  struct start start;

  struct message_queue aside; /* not for who receives: script/receive.c */
  struct message *stop;    /* the STOP that ends it; answered at the end */
  struct message *verdict; /* it has not started: what its starters are told */
  uint64_t cpu_limit;      /* of a message; nanoseconds; TICK_NEVER: none */
  uint64_t stuck_since;    /* CPU time at which what BUDGET_STUCK bounds
                           ** could not be suspended first; 0: it can be */
  uint64_t stuck_turn;     /* of worker_turn, then */
  uint64_t aside_until;    /* of the thread's CPU time, while `beside` */
  uint64_t spent;          /* what it dies of: so much CPU time; or 0 */
  struct buffer evidence;  /* the stack, then */
  struct circle circle;    /* that this actor closed: script/deadlock.c */
  uint64_t doomed;         /* to be killed when the turn ends: culprit.c... */
  uint64_t doomed_visit;   /* ...or interrupted in what this wait was for */
  struct lapsed_wait lapsed; /* the last one: script/report.c */
  struct buffer scratch;   /* a text that must live across a raise */
  struct buffer staged;    /* what a function of C returns: script/frame.c */
  char *text;              /* of a script: the printed error, for the host */

  /* The end (script/ending.c). */
  bool over; /* only finalisers run: what they make, none would collect */
  struct buffer reason; /* one encoded value */
  unsigned char reason_flags;
  bool reason_normal;
  int exit_status;      /* of a script: os.exit */

  /* While a visit interrupts a script's receive: script/park.h. */
  struct parked *parked;
  lua_State *parked_thread;
  struct visiting *visiting; /* the visit that runs aside, or NULL */
  struct upgrade *upgrade; /* there unless FREEZE_NONE; or NULL */
  struct strands *strands; /* NULL: one message at a time */
  struct tracing *tracing; /* NULL: nobody traces it; of every turn, too */
  struct troupe_actor *native; /* NULL: it has a Lua state, and no C */
  bool stopping;           /* a STOP waits for the handlers in flight */
  struct timer *timers;    /* to itself: script/timer.c */
  struct socket *sockets;  /* all that it owns: script/socket.c */
  uint64_t sockets_opened; /* so far */
  struct owned_pool *pools; /* its pools: script/face_lease.c */
  struct server *servers;  /* its listeners: script/server.c */
  struct outlet *outlet;   /* of what it prints: script/outlet.h; or NULL */
  uint64_t idle_since;     /* last message handled */
  bool idle_armed;
};

/* "<0.17.3> account ("alice")" */
void body_who(struct body *body, char text[WORDS_WHO_SIZE]);
/* The printed error of a script, for the host. */
void body_keep_text(struct body *body, const char *text, size_t size);

static inline uint64_t body_pid(const struct body *body) {
  return atomic_load_explicit(&body->actor->pid, memory_order_relaxed);
}

/* The body of the actor that this state, or a coroutine of it, belongs to. */
static inline struct body *body_of(lua_State *L) {
  return *(struct body **)lua_getextraspace(L);
}

/* Has it not begun to start? */
static inline bool body_is_new(const struct body *body) {
  if (body->native == NULL) return body->L == NULL;
  return !body->started && body->activity == ACTIVITY_NONE;
}

/* Does each instruction of it raise? script/hook.h */
static inline bool body_must_end(const struct body *body) {
  return body->dying || body->cut;
}

/* May this thread be suspended now? See coroutine_can_wait. */
static inline bool body_can_wait(lua_State *L) {
  const struct body *body = body_of(L);
  return body->running == L && body->blocked == 0 && lua_isyieldable(L);
}

#endif
