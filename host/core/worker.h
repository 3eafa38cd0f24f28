/*
** Worker: the inside of the scheduler, for its own files only.
*/
#ifndef TROUPE_CORE_WORKER_H
#define TROUPE_CORE_WORKER_H

#include "base/alarm.h"
#include "base/tick.h"
#include "core/counter.h"
#include "core/scheduler.h"

#define POLL_SPAN_US 50    /* I/O and timers are looked at this often */
#define SLICE_US 100       /* an actor's turn, while others wait */
#define CHAIN_US 1000      /* a chain of next slots, while others wait */
#define NEXT_STEAL_US 50   /* a next slot may be stolen after this */
#define SPIN_US 20         /* looked for work before parking */
#define LOOK_US UINT64_C(1000) /* a turn this old may have to let I/O pass */
#define WATCH_NS UINT64_C(1000000) /* how often the watcher looks */

/* The timer of a worker that has turns: see slice.c. */
enum beat {
  BEAT_OFF,   /* it is off */
  BEAT_STALE, /* it is on; no turn has begun since the last tick */
  BEAT_FRESH  /* it is on, and one has */
};

/*
** What a worker tells the operator. Written by its owner, read by anybody,
** each as a figure by itself; relaxed. How busy it is decays: what was a
** second ago counts a third. gauge.c.
*/
struct gauge {
  _Atomic uint64_t turns;
  _Atomic uint64_t steals;      /* times that it took work from another */
  _Atomic uint64_t pinned;      /* ready ones that are pinned to it */
  _Atomic uint32_t load;        /* of GAUGE_FULL, as of `folded` */
  _Atomic uint64_t folded;      /* cycles */
  _Atomic uint64_t idle_since;  /* cycles; 0: it has work */
  uint64_t idle;  /* cycles since `folded`; the owner's */
};

#define GAUGE_FULL (1u << 16)

/* Owner, and the signal handler on its thread; atomic for the latter's sake,
** relaxed. */
struct slicing {
  _Atomic(struct actor *) turn; /* whose step runs, or NULL */
  _Atomic enum beat beat;
  bool fast;
  /* Ticks that have seen the thread at the same place, not answering. */
  int stuck;
  unsigned asked;
  uint64_t stuck_since; /* cycles */
  int calm;        /* fast ticks without a reason */
  uint64_t cpu;    /* the thread's CPU time at the last tick; nanoseconds */
  uint64_t ticked; /* cycles at the last tick */
};

struct worker {
  /* --- Read and written by other workers. --- */
  _Alignas(64) struct runqueue queue;
  _Atomic(struct actor *) next;   /* owner stores, thieves swap to NULL */
  _Atomic uint64_t next_since;    /* cycles when `next` was filled; relaxed */
  _Atomic(struct actor *) inbox;  /* pinned actors others made ready: stack */
  _Atomic(struct job *) jobs;     /* stack */
  _Atomic int parked;             /* 1: in its poller; who makes it 0 wakes */
  _Atomic uint32_t handles;       /* pins; owner writes, relaxed */
  struct gauge gauge;

  /* --- Owner. --- */
  _Alignas(64) struct scheduler *scheduler;
  /* Pid of the actor whose turn it is, or was last; others may look. */
  _Atomic uint64_t running;
  /* Cycles: up to when its time has been charged to it; others may look. The
  ** owner writes both; relaxed: who looks in between is off by one turn. */
  _Atomic uint64_t charged;
  int index;
  bool lone; /* shares nothing: the private one, or the engine's; constant */
  bool scheduled; /* under a schedule, or stepped: who is ready is `pinned`;
                  ** constant */
  bool apart;     /* either; constant */
  bool engine;    /* the engine's, which is lone, too; constant: engine.c */
  bool overdue; /* a slice is over: the overflow list's turn, if not empty */
  struct actor *pinned_first, *pinned_last; /* ready, by link */
  struct actor *off_first, *off_last; /* put off: step.c; by link */
  uint64_t turn_instructions; /* of this turn; counted if it is stepped */
  unsigned slices;        /* that were used up, while others waited */
  uint64_t finds;         /* how often it has looked for an actor to run */
  uint64_t cycles;        /* when it last looked at the counter: it does so at
                          ** least at the end of each turn */
  uint64_t turn_cycles;   /* when this turn began */
  uint64_t chain_cycles;  /* when this chain of next slots began */
  uint64_t look_cycles;   /* when the clock was last read, both ways */
  uint64_t look_ns;
  /* Nanoseconds of the host's time a cycle, and of the machine's, 32.32 fixed
  ** point. The former is 0 while the clock is virtual: whoever counts on from
  ** the last look stays there, and need not ask which it is. */
  uint64_t cycle_scale, real_scale;
  uint64_t poll_span, slice_span, chain_span; /* the above, in cycles */
  bool quiet_wanted; /* quiet.c: a virtual clock, or who waits in settle */
  /* When it last was quiet, in cycles, and the host's time then. Read by the
  ** tick, too. */
  uint64_t quiet_cycles, quiet_ns;
  unsigned away;     /* threads that have lent it and have not come back */
  uint64_t turn_span; /* slice_span; under a schedule, and in the engine's
                      ** thread, 0: a message */
  uint64_t look_span; /* a turn this old may have to let I/O pass */
  struct slicing slicing;
  struct wheel wheel;
  struct poller poller;

  /* --- Which thread has it: hold.c. --- */
  /* Set under `lock`; cleared there, or by the tick of the thread that holds
  ** it: release, for whoever takes it (acquire). */
  _Atomic bool held;
  _Atomic uint32_t claims; /* threads that wait for it; seq_cst */
  struct mutex lock;
  uint32_t next_ticket, serving; /* lock */
  struct condition vacant;

  struct slab_cache *cache;
  struct thread thread;
  bool started;
};

/* worker.c */
struct worker *worker_new(struct scheduler *scheduler, int index);
void worker_free(struct worker *worker);
/* Runs turns until the host stops or somebody claims the worker. */
void worker_run(struct worker *worker);
/* Fires all that is in its wheel: every node finds its actor gone. */
void worker_drain(struct worker *worker);
void worker_read_clocks(struct worker *worker);
/* I/O, for `timeout` at most, as the poller's poll; then what is due by real
** time. */
void worker_poll(struct worker *worker, uint64_t timeout);
/* For who looks: this actor's turn it is. */
void worker_set_running(struct worker *worker, struct actor *actor);
void worker_enqueue(struct worker *worker, struct actor *actor);
/* The same, but no worker is woken. True: another one may take it. */
bool worker_enqueue_quietly(struct worker *worker, struct actor *actor);
void worker_wake(struct worker *worker);
/* Runs a turn of an actor that is ready and in no list. [owner] */
void worker_run_turn(struct worker *worker, struct actor *actor);
/* Out of the middle of work: I/O and what is due. [owner] */
void worker_look_round(struct worker *worker);
/* Wakes one parked worker, if there is one and nobody is looking for work. */
void scheduler_notify(struct scheduler *scheduler);

/* Does anybody wait for this worker's present turn to end? Also from the
** tick. */
bool worker_has_others(struct worker *worker);

/* inbox.c: the jobs that have come, the oldest first, by `next`: they are the
** caller's to run; or runs them. [owner] */
struct job *worker_take_jobs(struct worker *worker);
void worker_run_jobs(struct worker *worker);
/* The list of pinned actors that are ready: puts one behind it, or all that
** have come from other threads; takes the first out, or NULL; or the one that
** is chosen. [owner] */
void worker_append_pinned(struct worker *worker, struct actor *actor);
void worker_take_inbox(struct worker *worker);
struct actor *worker_take_pinned(struct worker *worker);
void worker_unlink_pinned(struct worker *worker, struct actor *actor);

/* scheduled.c: how long a turn may last, and how often it looks around. [who
** makes it] */
void worker_set_spans(struct worker *worker);
/* Under a schedule, or stepped: who is next; NULL: nobody is ready. [owner] */
struct actor *worker_find_listed(struct worker *worker);

/* Is there anything that it should not park over? */
bool worker_has_work(struct worker *worker);
/* Is its time virtual? Then it is quiet.c that fires what is due. */
static inline bool worker_stands_still(const struct worker *worker) {
  return worker->cycle_scale == 0;
}

/* slice.c: on each thread that may hold a worker; whenever one gets one; and
** around each step. */
void slice_open(struct scheduler *scheduler, struct alarm *alarm);
void slice_reset(struct worker *worker);
void slice_begin(struct worker *worker);

static inline void slice_enter(struct worker *worker, struct actor *actor) {
  struct slicing *slicing = &worker->slicing;
  atomic_store_explicit(&slicing->turn, actor, memory_order_relaxed);
  atomic_signal_fence(memory_order_seq_cst);
  if (__builtin_expect(atomic_load_explicit(&slicing->beat,
                                            memory_order_relaxed) !=
                           BEAT_FRESH, 0))
    slice_begin(worker);
}

static inline void slice_leave(struct worker *worker) {
  atomic_signal_fence(memory_order_seq_cst);
  atomic_store_explicit(&worker->slicing.turn, NULL, memory_order_relaxed);
  atomic_signal_fence(memory_order_seq_cst);
}

/* Looks at the counter. */
static inline uint64_t worker_tick(struct worker *worker) {
  return worker->cycles = tick_cycles();
}

static inline uint64_t worker_ns(const struct worker *worker,
                                 uint64_t cycles) {
  return (uint64_t)(((unsigned __int128)cycles * worker->cycle_scale) >> 32);
}

/* The same of the machine's time. */
static inline uint64_t worker_real_ns(const struct worker *worker,
                                      uint64_t cycles) {
  return (uint64_t)(((unsigned __int128)cycles * worker->real_scale) >> 32);
}

/* gauge.c: it is out of work from `cycles` on, and has some from then on; and
** now and then, for the average. [worker] */
void gauge_rest(struct worker *worker, uint64_t cycles);
void gauge_work(struct worker *worker, uint64_t cycles);
void gauge_fold(struct worker *worker, uint64_t cycles);

/* --- hold.c: which thread has which worker -------------------------------- */

/* A thread that can hold a worker. */
struct holder {
  struct holder *next; /* of the scheduler's spares: spares_lock */
  struct scheduler *scheduler;
  struct slab_cache *cache;
  struct alarm alarm;
  struct thread thread;
};

void hold_init(struct scheduler *scheduler);
void hold_deinit(struct scheduler *scheduler);

/* The life of a worker's first thread. */
void hold_main(void *worker);
/* Sees to it that there is a spare thread; false: there is none. */
bool hold_start_spare(struct scheduler *scheduler);
void hold_stop_spares(struct scheduler *scheduler); /* [main] */

/* The worker of this thread as it stands, and how often the thread has asked
** for it. Also from the tick. */
struct worker *hold_current(void);
unsigned hold_asked(void);
/* For the tick of a thread that has lent its worker: asks its actor to come to
** a boundary, once more, as it may have hidden the last time. False: it has not
** lent it. */
bool hold_ask(void);
/* The alarm of this thread; NULL: it holds no worker. */
struct alarm *hold_alarm(void);
/* For the tick: lends the worker of this thread to a spare, if script code is
** running and there is one. The caller has seen that it is stuck. */
bool hold_lend(struct worker *worker);

/* engine.c: its poller, which has its state; it is parked. False: no memory, or
** no file descriptor. */
bool engine_init(struct worker *worker);

/* deadline.c: the lazy node that ends an actor's wait. False: no memory. */
bool deadline_arm(struct worker *worker, struct actor *actor,
                  uint64_t deadline);
/* Is this such a node, and would it end no wait when its time comes? Then it
** may be fired before that. */
bool deadline_is_stale(const struct wheel_node *node);

/* step.c: it is ready. False: it is to be queued; true: it has had too long a
** turn, and is, but not before the next step. */
bool step_put_off(struct worker *worker, struct actor *actor);

/* quiet.c: all is done that could be: wakes who waits for just that; false:
** nobody does. Then: time goes on to what is due next, which fires; false:
** nothing is until `until`, and that is the time now. */
bool quiet_wake(struct worker *worker);
bool quiet_advance(struct worker *worker, uint64_t until);

/* quiet.c: out of work, and quiet_wanted. False: nothing to be done, it may
** park; true: look for work again. */
bool quiet_look(struct worker *worker);
/* It is back from being parked: nothing ran meanwhile. */
void quiet_mark(struct worker *worker);
/* Has it been at work for so long that its virtual time goes on none the less?
** Also from the tick. */
bool quiet_is_overdue(const struct worker *worker);
/* Then: fires what is due. In between two turns. */
void quiet_pass(struct worker *worker);

/* scheduler.c: a message that the target's load counts already; never FULL. */
enum status scheduler_post_counted(struct scheduler *scheduler,
                                   struct actor *actor,
                                   struct message *message,
                                   enum ready ready);

/* room.c: the mailbox was full; what its policy says. */
enum status room_refused(struct scheduler *scheduler, struct actor *actor,
                         struct message *message, enum ready ready);
/* Wakes senders, if there are and there is room. After each subtraction. */
void room_look(struct scheduler *scheduler, struct actor *actor);

#endif
