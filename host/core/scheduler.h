/*
** Scheduler: workers, and the way of a message to a running actor.
**
** A worker is a run queue, a next slot, a timer wheel and a poller, held by
** one thread. It takes an actor from the next slot (a chain of calls stays
** on one core and costs no wake-up) or from its queue, or from the overflow
** list, or steals half of another worker's queue; runs one turn; and looks
** at the clock: I/O is polled every POLL_SPAN while there is work, never per
** message. Without work it spins briefly and parks in its poller.
**
** One worker more, if asked for, is *private*: it has all that a worker has,
** but steals from nobody and nobody from it, and takes nothing from the
** overflow list. Only actors that were made for it run there, and all that
** these do; whom they wake goes to the others, as if a foreign thread had done
** it. So they never wait for an ordinary worker, whatever runs on those.
**
** Another one, if asked for, is the *engine's*: as private, but without a
** thread. Who embeds the host lends it his own, now and then: core/engine.c.
**
** Threads
**   [any thread]  scheduler_post, scheduler_send, scheduler_ready,
**                 worker_current, worker_job
**   [main]        scheduler_new, scheduler_start, scheduler_stop, _free
**   [owner]       scheduler_start_actor ... see each
** Ownership
**   scheduler_post takes the message when it answers STATUS_OK only.
*/
#ifndef TROUPE_CORE_SCHEDULER_H
#define TROUPE_CORE_SCHEDULER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slab.h"
#include "base/thread.h"
#include "core/actor.h"
#include "core/clock.h"
#include "core/lease.h"
#include "core/message.h"
#include "core/poller.h"
#include "core/registry.h"
#include "core/runqueue.h"
#include "core/waiters.h"
#include "core/wheel.h"

#define WORKERS_LARGEST 256
#define ROOM_LOCKS 64

struct worker;
struct schedule;

/* How a turn that does not end is interrupted. */
enum slices {
  SLICES_SIGNAL, /* each worker by a timer and a signal of its own */
  SLICES_HOOK,   /* running actors call slice_poll all the time */
  SLICES_NONE    /* not at all */
};

struct scheduler_options {
  int workers; /* 1..WORKERS_LARGEST */
  enum slices slices;
  bool console; /* one more, private: for the operator's actors */
  bool engine;  /* and one without a thread; in real time only */
  bool virtual_time; /* core/quiet.c; of one worker, and no private one */
  /* core/step.c: of one worker, which is the engine's, too, and nothing else of
  ** the above. */
  bool stepped;
  uint64_t seed;       /* of one that is stepped; and how many instructions a */
  uint64_t turn_limit; /* turn has, UINT64_MAX: as many as it takes */
  /* With one worker and no console: who chooses; the scheduler's from then on,
  ** whether it comes to be or not. NULL: nobody. */
  struct schedule *schedule;
  /* Makes worker `index`'s poller; false: it could not. [main] */
  bool (*poller)(void *context, int index, struct poller *poller);
  void *context;
  uint64_t (*now)(void *context); /* the host's time, if it is an engine's */
  void *now_context;
};

struct scheduler {
  struct directory *directory;
  struct registry *registry;
  struct leases *leases;
  struct slab *slab;
  struct overflow overflow;
  struct schedule *schedule; /* core/schedule.h; NULL: none. Constant */
  /* What else would be by chance, of the time or of addresses, comes of `seed`:
  ** it does the same each time. Constant. */
  bool seeded;
  uint64_t seed;
  bool stepped;         /* core/step.c; it is seeded, too. Constant */
  uint64_t turn_limit;  /* then: instructions. Constant */
  _Atomic int slices; /* enum slices; relaxed */
  /* Threads that take over the workers of others that are stuck: hold.c. */
  struct semaphore spare_wanted;
  struct mutex spares_lock;
  struct holder *spares;        /* spares_lock */
  int spare_count;              /* spares_lock */
  _Atomic int spares_idle;      /* relaxed: a hint */
  _Atomic uint64_t lent;        /* how often; for the operator; relaxed */
  struct mutex verdicts;       /* one circle at a time: core/circle.c */
  struct worker **workers; /* worker_seats of them; constant */
  int worker_count;        /* those that share the work: the first ones */
  int worker_total;        /* and the private one, the last, if there is one:
                           ** those that have threads */
  int worker_seats;        /* and the engine's, the last, if there is one */
  struct worker *engine;   /* that one, or NULL; constant */
  void *owner;                 /* the layers above: the script's data */
  /* Handed down: frees a message that nobody will handle, with whatever its
  ** payload owns; and asks a pool's worker to tell when it is done with what
  ** a borrower left behind. */
  void (*discard)(struct scheduler *scheduler, struct message *message);
  void (*settle)(struct scheduler *scheduler, struct key pool, uint32_t seat,
                 uint64_t lease);
  /* Handed down: a mailbox begins to drop messages or to make senders wait. */
  void (*crowded)(struct scheduler *scheduler, struct actor *actor);
  _Atomic uint32_t parked;     /* workers that are parked; seq_cst */
  _Atomic uint32_t watching;   /* a worker watches next slots: 0 or 1 */
  _Atomic uint32_t spinning;   /* a worker looks for work: 0 or 1 */
  _Atomic bool stopping;       /* workers leave as soon as they see it */
  uint64_t cycles_per_us;
  struct clock clock;
  struct waiters settling;     /* who waits for quiet: core/quiet.c; [worker] */
  bool ending;                 /* its clock stays real; [worker] */
  /* The actor of the host's script, or ID_NONE; relaxed. */
  _Atomic uint64_t main_actor;
  /* Counted for the operator; relaxed. */
  _Atomic uint64_t refused;    /* casts that no actor was there to take */
  _Atomic uint64_t dropped;    /* messages lost by a mailbox's policy */
  struct mutex room_locks[ROOM_LOCKS]; /* core/room.c; by slot */
};

/* The time, exactly: about 20 ns a call. [any thread] */
static inline uint64_t scheduler_now(const struct scheduler *scheduler) {
  return clock_now(&scheduler->clock);
}

/* NULL: no memory, or a poller could not be made. */
struct scheduler *scheduler_new(const struct scheduler_options *options);
enum status scheduler_start(struct scheduler *scheduler);
/* Ends the threads; actors that are left are not run any more. */
void scheduler_stop(struct scheduler *scheduler);
/* After scheduler_stop: frees what may hold messages, on a thread with a slab
** cache; after it that cache can be freed, and then the rest. */
void scheduler_release(struct scheduler *scheduler);
void scheduler_free(struct scheduler *scheduler);

/* Where a woken actor goes. */
enum ready {
  READY_NEXT,  /* a call or a reply: it runs next, on this worker */
  READY_AFTER, /* a cast: next if the slot is free, else queued */
  READY_QUEUE, /* to the end of the queue */
  READY_LATER  /* the same, and no other worker is told: it looks in time */
};

/* Puts an actor, which this thread has just made busy, where it runs. */
void scheduler_ready(struct scheduler *scheduler, struct actor *actor,
                     enum ready ready);

/* Fetches into the cache what a turn of this actor will touch: for one that is
** about to get a message, and has perhaps been cold for long. */
void scheduler_warm(struct scheduler *scheduler, uint64_t pid);

/* Message to message->target; wakes it. STATUS_OK: taken. STATUS_NOACTOR.
** STATUS_FULL: for a call, a cast or an info only. */
enum status scheduler_post(struct scheduler *scheduler,
                           struct message *message, enum ready ready);

/* The first message of an actor that the caller has made; taken. It is found
** before anything that others send by then, but does not run yet... */
void scheduler_prepare(struct actor *actor, struct message *message);
/* ...until here: from now on it is its own. */
void scheduler_launch(struct scheduler *scheduler, struct actor *actor,
                      enum ready ready);

/* Ends somebody's wait with a payload-less outcome and wakes it; false if it
** had ended already. */
bool scheduler_end_wait(struct scheduler *scheduler, struct waiter waiter,
                        enum outcome outcome);
/* The same for one whose time has come, and that of others too, perhaps: goes
** where quiet_ready says. */
bool scheduler_end_wait_due(struct scheduler *scheduler, struct waiter waiter,
                            enum outcome outcome);
/* Ends a wait with this OUTCOME message (taken in any case; its target and
** epoch are set here). False if the wait had ended already. */
bool scheduler_answer(struct scheduler *scheduler, struct waiter waiter,
                      struct message *message);
/* The same, but who waited goes behind those who are ready, and no other worker
** is woken for it: for who is in no hurry, and best stays here. */
bool scheduler_answer_later(struct scheduler *scheduler, struct waiter waiter,
                            struct message *message);
/* Ends all with `outcome` and frees the list. */
void scheduler_end_waits(struct scheduler *scheduler, struct waiters *waiters,
                         enum outcome outcome);

/* Opens a wait of the running actor and sees to its timer. What it has handled
** is counted out before: who sees it wait sees all the room that there will be.
** Returns the epoch, 0 for no memory. [owner] */
uint64_t scheduler_wait(struct scheduler *scheduler, struct actor *actor,
                        enum wait_kind kind, uint64_t target,
                        uint64_t deadline);

/* --- Room in a full mailbox: core/room.c --------------------------------- */

/*
** A sender whose message was refused as STATUS_FULL opens a wait (WAIT_ROOM)
** and enters. From then on everybody else's messages are refused, too, so
** nobody overtakes who waits. When the load has fallen to half of the bound,
** as many as there is room for are woken, in order, with OUTCOME_RETRY. Their
** room is kept for them: their messages are counted before they are pushed.
** So who is woken gets in at once, however many others send meanwhile.
**
** Who leaves without having pushed (its deadline, its end) gives its room
** back. When the mailbox closes, all are woken, and find that it has.
*/
struct room_wait; /* a sender's place; the sender's, *wait is NULL for none */

/*
** Queues the sender of `message`, whose target refused it and whose wait is
** open. STATUS_WAIT: it will be ended with OUTCOME_RETRY, perhaps at once.
** STATUS_NOACTOR: the target takes no work any more. STATUS_NOMEM. [owner]
*/
enum status room_enter(struct scheduler *scheduler, struct waiter waiter,
                       const struct message *message,
                       struct room_wait **wait);
/* Uses the place: scheduler_post, but a message whose room is kept is not
** refused for want of it. *wait is gone in any case. [owner] */
enum status room_push(struct scheduler *scheduler, struct room_wait **wait,
                      struct message *message, enum ready ready);
/* Gives the place up; nothing if there is none. [owner] */
void room_leave(struct scheduler *scheduler, struct room_wait **wait);

/* The reader's: mailbox_take, and what its policy calls too much is lost. */
void room_take(struct scheduler *scheduler, struct actor *actor);
/* What has been handled is counted out; wakes senders. Once a turn, and when
** mailbox_due. [owner of the mailbox] */
void room_settle(struct scheduler *scheduler, struct actor *actor);
/* The mailbox has been shut: wakes all. [owner of the mailbox] */
void room_close(struct scheduler *scheduler, struct actor *actor);
/* mailbox_close; room_close is to follow. [owner of the mailbox] */
struct message_queue room_end(struct scheduler *scheduler,
                              struct actor *actor);
/* Does this sender wait at `pid` for room that only its handling of a message
** would make? Lets in who fits, though the load be above half of the bound: its
** reader may wait for him, and never come to half. [any thread] */
bool room_is_awaited(struct scheduler *scheduler, uint64_t pid,
                     struct waiter waiter);
/* How many wait for room there. [any thread] */
uint64_t room_count(struct scheduler *scheduler, uint64_t pid);

/* --- Workers -------------------------------------------------------------- */

/* The worker that this thread holds, or NULL on a foreign thread. */
struct worker *worker_current(void);

/*
** Around script code. In between, if a C function of somebody else's does not
** return, the worker goes on with another thread (core/hold.c); this one gets
** it back, waiting if need be, before anything of ours goes on. Returns for
** how many nanoseconds it was without. [worker]
*/
void worker_share(void);
uint64_t worker_own(void);
/* Between these two it is not lent: for what uses the worker, or what belongs
** to its loop, and may last. An error that leaves it open does no harm. Pairs.
** [worker, inside worker_share; nothing on a thread without one] */
void worker_keep(void);
void worker_let(void);
#ifdef TROUPE_ASSERTS
/* For tests: lends the worker now, as the tick would in time. */
bool worker_lend(void);
#endif
/* On a thread that is nobody's, between these two, this worker is held by it,
** and its cache is bound; then what the thread had before. No thread of the
** host's may hold it meanwhile. [foreign thread, not inside a step] */
struct stay {
  struct worker *worker;
  struct slab_cache *cache;
  int kept;
};
void worker_enter(struct worker *worker, struct stay *stay);
void worker_leave(const struct stay *stay);
struct scheduler *worker_scheduler(struct worker *worker);
bool worker_is_private(const struct worker *worker);
int worker_index(const struct worker *worker);
struct wheel *worker_wheel(struct worker *worker);
void *worker_poller(struct worker *worker); /* poller.self */
/* Monotonic ns, to the nanosecond of now. [worker] */
uint64_t worker_now(struct worker *worker);
/* The same, and worker_seen knows it from then on... */
uint64_t worker_look(struct worker *worker);
/* ...which costs next to nothing: the time of the last look. In a turn, when
** the message in hand was begun, or later. [worker] */
uint64_t worker_seen(struct worker *worker);
/* The running actor has used up its slice: the worker should look round. */
bool worker_slice_over(struct worker *worker);
/* When this turn began, on no clock in particular: no other of the worker's
** began then. [worker] */
uint64_t worker_turn(const struct worker *worker);
/* Under a schedule: the running actor has done what others can see; is its turn
** to end here? `own`: it has more to go on with itself. [worker] */
bool worker_preempts(struct worker *worker, struct actor *actor, bool own);

/* For an actor that is to be interrupted and is not by signals: calls its
** type's interrupt if that is due. Cheap. So many instructions, or what takes
** as long, have passed since it last did. [worker] */
void slice_poll(unsigned instructions);
/* The same for what cannot make way. It counts in a stepped host alone.
** [worker] */
void slice_count(uint64_t instructions);
/* In a stepped host: has this turn had all its instructions? [worker] */
bool slice_is_spent(void);
/* The actor ends: its slot may be another's soon. [owner] */
void slice_forget(struct actor *actor);

/* A function to run on a worker's thread between turns. The job's memory is
** the caller's to see to, usually freed by `run`. [any thread] */
struct job {
  struct job *next;
  void (*run)(struct job *job);
};
void worker_post_job(struct worker *worker, struct job *job);

/* --- The engine's thread: core/engine.c ----------------------------------- */

/*
** What is to happen on the thread of who embeds the host: actors that were
** settled there (actor_settle_private), and jobs (worker_post_job, to
** scheduler->engine). All of it waits until that thread comes. There is such a
** worker.
**
** [engine]: one thread at a time; the next one has seen what the last one did.
*/

/* Runs what there is, a message or a job at a time, actors and jobs in turn,
** each of these in the order in which they have come; at least one, if there
** is any, and none is begun after `until` (as tick_now). True: more is left.
** Never waits. [engine] */
bool engine_serve(struct scheduler *scheduler, uint64_t until);
/* Readable while something is left, or somebody has rung, from then on until
** the next engine_serve that leaves nothing. The scheduler's. [any thread] */
int engine_fd(const struct scheduler *scheduler);
/* Waits for that, until `until` at most (or a signal). After an engine_serve
** that left nothing: then what comes, and who rings, ends it. [engine] */
void engine_sleep(struct scheduler *scheduler, uint64_t until);
/* Nothing if there is no such worker. [any thread] */
void engine_ring(struct scheduler *scheduler);
/* All jobs that are left, when no thread of the host's runs any more, and none
** will come. Nothing if there is no such worker. [engine] */
void engine_drain(struct scheduler *scheduler);

/* --- Stepped: core/step.c ------------------------------------------------- */

/* [engine] Lets `span` nanoseconds pass, no less and no more, on this thread,
** and does all that is to be done on the way; with 0, what is to be done now.
*/
void step_run(struct scheduler *scheduler, uint64_t span);

/* --- Quiet: core/quiet.c -------------------------------------------------- */

/*
** In a host of one worker it can be told that nothing is left to run: no actor
** is ready, no job is left, nothing that ends by itself is under way, and
** sockets bring nothing. Then
**   1. who waits for it (quiet_await) is woken;
**   2. virtual time goes on to the next that is due, and what is due at just
**      that moment fires. All that follows from it happens before time goes on
**      again (if it takes seconds, time goes on under it as it does);
**   3. if nothing will ever be due and no socket is open, the wait of the main
**      script, which nothing can end any more, ends with OUTCOME_HOPELESS.
** In real time only the first happens; timers are not waited for.
*/
/* Is this a host of one worker, and no other beside? [any thread] */
bool quiet_possible(const struct scheduler *scheduler);
/* From now on time is virtual, or real again. It must be possible. False: the
** host stops, and its time stays real. [worker; or main, before the start] */
bool quiet_set_virtual(struct scheduler *scheduler, bool is_virtual);
/* The host stops: its time is real from now on, so that how long it may take
** means what it says. Nothing where it cannot be otherwise. [worker] */
void quiet_end(struct scheduler *scheduler);
/* This wait ends with OUTCOME_REPLY when all is quiet. It must be possible.
** False: no memory. [owner] */
bool quiet_await(struct scheduler *scheduler, struct waiter waiter);
/* Where somebody goes whose time has come. In virtual time they run in the
** order in which they come to be due. [worker] */
enum ready quiet_ready(void);

/* --- Meters: core/meter.c ------------------------------------------------- */

/* The slow part of the three below. [owner] */
void meter_note_sending(struct actor *actor, struct message *message);
void meter_note_begin(struct scheduler *scheduler, struct actor *actor,
                      struct message *message);
void meter_note_end(struct scheduler *scheduler, struct actor *actor,
                    struct message *message);

/* For how many nanoseconds a message has waited that no handler has begun with:
** known of each call that is still waited for, and of some casts and infos.
** False: not of this one. [owner] */
bool meter_waited(struct scheduler *scheduler, const struct message *message,
                  uint64_t *nanoseconds);

/* This actor is about to send a call, a cast or an info; it is about to handle
** a message; it has done so. [owner] */
static inline void meter_sending(struct actor *actor,
                                 struct message *message) {
  if (__builtin_expect(--actor->meter == 0, 0))
    meter_note_sending(actor, message);
}
static inline void meter_begin(struct scheduler *scheduler,
                               struct actor *actor, struct message *message) {
  bool chosen = --actor->meter == 0;
  counter_add(&actor->messages_in, 1);
  if (__builtin_expect(chosen || message->weight != 0, 0))
    meter_note_begin(scheduler, actor, message);
}
static inline void meter_end(struct scheduler *scheduler, struct actor *actor,
                             struct message *message) {
  if (__builtin_expect(message->weight != 0, 0))
    meter_note_end(scheduler, actor, message);
}

/* What a worker (`index` below worker_seats) is doing: a snapshot. */
struct worker_figures {
  uint64_t running; /* as scheduler_running has it */
  uint64_t queue;   /* ready actors that wait for it */
  uint64_t turns, steals;
  uint32_t handles;
  double load; /* 0..1: how much of the last second or so it had work */
  bool parked;
  bool private;
  bool engine;
};
void scheduler_figures(struct scheduler *scheduler, int index,
                       struct worker_figures *figures); /* [any thread] */

/* The actor whose turn it is on the worker `index` (below worker_seats), or was
** last; ID_NONE before the first. [any thread] */
uint64_t scheduler_running(struct scheduler *scheduler, int index);
/* For how many seconds that one has been running which its counter does not
** have yet: a turn without an end. [any thread] */
double scheduler_turn(struct scheduler *scheduler, int index);

/* The private worker, or NULL: none was asked for. [any thread] */
struct worker *scheduler_private(struct scheduler *scheduler);

/* The worker with the fewest handles and the shortest queue, but not the
** private one. [any thread] */
struct worker *scheduler_least_loaded(struct scheduler *scheduler);

/* While an actor owns handles it stays on the worker that they belong to.
** Pairs. [owner, on that worker] */
void actor_pin(struct actor *actor);
void actor_unpin(struct actor *actor);
/* An actor that has not run yet starts on, and belongs to, this worker; the
** caller hands over one pin. */
void actor_settle(struct actor *actor, struct worker *worker);
/* The same for the private worker, or the engine's, where it stays to its end,
** with and without handles. No pin is handed over. */
void actor_settle_private(struct actor *actor, struct worker *worker);

#endif
