/*
** Worker: the inside of the scheduler. For scheduler.c, worker.c, deadline.c.
*/
#ifndef TROUPE_CORE_WORKER_H
#define TROUPE_CORE_WORKER_H

#include "base/alarm.h"
#include "core/scheduler.h"

#define POLL_SPAN_US 50    /* I/O and timers are looked at this often */
#define SLICE_US 200       /* an actor's turn, while others wait */
#define CHAIN_US 1000      /* a chain of next slots, while others wait */
#define NEXT_STEAL_US 50   /* a next slot may be stolen after this */
#define SPIN_US 20         /* looked for work before parking */
#define WATCH_NS UINT64_C(1000000) /* how often the watcher looks */

/* The timer of a worker that has turns: see slice.c. */
enum beat {
  BEAT_OFF,   /* it is off */
  BEAT_STALE, /* it is on; no turn has begun since the last tick */
  BEAT_FRESH  /* it is on, and one has */
};

/* Owner, and the signal handler on its thread; atomic for the latter's sake,
** relaxed. */
struct slicing {
  _Atomic(struct actor *) turn; /* whose step runs, or NULL */
  _Atomic enum beat beat;
  struct alarm alarm;
  bool fast;
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

  /* --- Owner. --- */
  _Alignas(64) struct scheduler *scheduler;
  /* Pid of the actor whose turn it is, or was last; others may look. */
  _Atomic uint64_t running;
  int index;
  struct actor *pinned_first, *pinned_last; /* ready, by link */
  uint64_t turns;
  uint64_t turn_cycles;   /* when this turn began */
  uint64_t chain_cycles;  /* when this chain of next slots began */
  uint64_t look_cycles;   /* when the clock was last read, both ways */
  uint64_t look_ns;
  uint64_t cycle_scale;   /* nanoseconds a cycle, 32.32 fixed point */
  uint64_t poll_span, slice_span, chain_span; /* the above, in cycles */
  struct slicing slicing;
  struct wheel wheel;
  struct poller poller;
  struct slab_cache *cache;
  struct thread thread;
  bool started;
};

/* worker.c */
struct worker *worker_new(struct scheduler *scheduler, int index);
void worker_free(struct worker *worker);
void worker_main(void *worker);
void worker_enqueue(struct worker *worker, struct actor *actor);
void worker_wake(struct worker *worker);
/* Wakes one parked worker, if there is one and nobody is looking for work. */
void scheduler_notify(struct scheduler *scheduler);

/* Does anybody wait for this worker's present turn to end? Also from the
** tick. */
bool worker_has_others(struct worker *worker);

/* slice.c: around the worker's life, on its thread; and around each step. */
void slice_open(struct worker *worker);
void slice_close(struct worker *worker);
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

/* deadline.c: the lazy node that ends an actor's wait. False: no memory. */
bool deadline_arm(struct worker *worker, struct actor *actor,
                  uint64_t deadline);

#endif
