/*
** The worker without a thread: the thread of who embeds the host comes to it
** when it likes, runs what there is, and goes.
**
** It sleeps, or looks, on an eventfd, and a frame without news must cost no
** system call, nor a thousand casts a thousand of them. So it *parks* when it
** leaves nothing behind, as any worker does before it sleeps, even if its
** thread goes and draws a frame:
**   1. who brings something pushes it, and wakes the worker if it is parked:
**      `parked` goes from 1 to 0, and whoever has done that rings, which is a
**      write of 1 to the eventfd. Nobody else rings until it parks again.
**   2. the thread comes. Still parked: there is nothing. Else it serves.
**   3. it has served all: it takes the ring off the eventfd, parks, and looks
**      once more; what has come in between it takes as a ring of its own.
**   4. it has no more time: it neither takes the ring off nor parks. The
**      eventfd stays readable, which is just what it is to say.
** Between `parked` and the write whoever rings may be held up, and the thread
** be in and out again meanwhile: the ring then comes after all is done. So it
** is counted how many are owed, and those are taken off when they have come.
**
** What is in struct engine belongs to the thread that serves.
*/
#define _GNU_SOURCE /* ppoll */

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/fence.h"
#include "core/worker.h"

struct engine {
  int fd;           /* constant */
  bool parked;      /* it was, when the thread last went */
  uint64_t owed;    /* rings that have not been taken off the eventfd */
  struct job *jobs; /* taken, the oldest first */
  bool job_next;    /* the next turn is a job's, if there is one */
};

static struct engine *engine_of(const struct scheduler *scheduler) {
  return scheduler->engine->poller.self;
}

/* --- As a poller ---------------------------------------------------------- */

static void wait_readable(void *self, uint64_t timeout) {
  struct engine *engine = self;
  struct pollfd fd = {engine->fd, POLLIN, 0};
  struct timespec span = {(time_t)(timeout / TICK_SECOND),
                          (long)(timeout % TICK_SECOND)};
  if (ppoll(&fd, 1, timeout == TICK_NEVER ? NULL : &span, NULL) < 0)
    CHECK(errno == EINTR, "an eventfd can be waited for");
}

static bool never(void *self) {
  (void)self;
  return false;
}

static void ring(void *self) {
  struct engine *engine = self;
  uint64_t one = 1;
  CHECK(write(engine->fd, &one, sizeof one) == (ssize_t)sizeof one,
        "an eventfd takes one");
}

static void free_engine(void *self) {
  struct engine *engine = self;
  CHECK(engine->jobs == NULL, "an engine's worker is drained");
  close(engine->fd);
  memory_free(engine);
}

bool engine_init(struct worker *worker) {
  struct engine *engine = memory_zalloc(sizeof *engine);
  if (engine == NULL) return false;
  engine->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (engine->fd < 0) {
    memory_free(engine);
    return false;
  }
  worker->poller = (struct poller){.self = engine,
                                   .poll = wait_readable,
                                   .busy = never,
                                   .open = never,
                                   .wake = ring,
                                   .free = free_engine};
  engine->parked = true;
  atomic_init(&worker->parked, 1);
  gauge_rest(worker, worker->cycles);
  return true;
}

int engine_fd(const struct scheduler *scheduler) {
  return engine_of(scheduler)->fd;
}

void engine_sleep(struct scheduler *scheduler, uint64_t until) {
  uint64_t now = tick_now();
  uint64_t timeout = until > now ? until - now : 0;
  wait_readable(engine_of(scheduler),
                until == TICK_NEVER ? TICK_NEVER : timeout);
}

void engine_ring(struct scheduler *scheduler) {
  if (scheduler->engine != NULL) worker_wake(scheduler->engine);
}

/* --- Parking -------------------------------------------------------------- */

static bool is_parked(struct worker *worker) {
  return atomic_load_explicit(&worker->parked, memory_order_seq_cst) != 0;
}

/* Who unparks a worker rings, once. */
static void see_ring(struct worker *worker, struct engine *engine) {
  if (!engine->parked || is_parked(worker)) return;
  engine->parked = false;
  engine->owed++;
}

static void take_rings(struct engine *engine) {
  uint64_t count;
  if (engine->owed == 0 ||
      read(engine->fd, &count, sizeof count) != (ssize_t)sizeof count)
    return;
  ASSERT(count <= engine->owed, "who rings has unparked the worker");
  engine->owed -= count;
}

static bool has_work(struct worker *worker, const struct engine *engine) {
  return engine->jobs != NULL || worker->pinned_first != NULL ||
         atomic_load_explicit(&worker->jobs, memory_order_seq_cst) != NULL ||
         atomic_load_explicit(&worker->inbox, memory_order_seq_cst) != NULL;
}

/* False: something is left, or has just come, and the eventfd says so. */
static bool park(struct worker *worker, struct engine *engine) {
  ASSERT(engine->owed != 0, "somebody has rung since it was parked");
  if (has_work(worker, engine)) return false;
  take_rings(engine);
  engine->parked = true;
  atomic_store_explicit(&worker->parked, 1, memory_order_seq_cst);
  fence_full();
  if (!has_work(worker, engine)) return true;
  worker_wake(worker);
  see_ring(worker, engine);
  return false;
}

/* --- Serving -------------------------------------------------------------- */

static bool serve_job(struct worker *worker, struct engine *engine) {
  struct job *job;
  if (engine->jobs == NULL) engine->jobs = worker_take_jobs(worker);
  job = engine->jobs;
  if (job == NULL) return false;
  engine->jobs = job->next;
  engine->job_next = false;
  job->run(job);
  return true;
}

static bool serve_actor(struct worker *worker, struct engine *engine) {
  struct actor *actor;
  worker_take_inbox(worker);
  actor = worker_take_pinned(worker);
  if (actor == NULL) return false;
  engine->job_next = true;
  worker->turn_cycles = worker_tick(worker);
  worker_run_turn(worker, actor);
  return true;
}

static bool serve_one(struct worker *worker, struct engine *engine) {
  if (engine->job_next)
    return serve_job(worker, engine) || serve_actor(worker, engine);
  return serve_actor(worker, engine) || serve_job(worker, engine);
}

static void serve(struct worker *worker, struct engine *engine,
                  uint64_t until) {
  struct stay stay;
  worker_enter(worker, &stay);
  gauge_work(worker, worker->cycles);
  while (serve_one(worker, engine) && tick_now() < until) continue;
  gauge_rest(worker, worker_tick(worker));
  worker_leave(&stay);
}

bool engine_serve(struct scheduler *scheduler, uint64_t until) {
  struct worker *worker = scheduler->engine;
  struct engine *engine = engine_of(scheduler);
  ASSERT(!scheduler->stepped, "step_run serves that one");
  see_ring(worker, engine);
  if (engine->parked) {
    take_rings(engine);
    return false;
  }
  serve(worker, engine, until);
  return !park(worker, engine);
}

/* A stepped host's worker keeps no jobs of its own. */
static void run_jobs(struct worker *worker) {
  if (worker->scheduler->stepped)
    worker_run_jobs(worker);
  else
    while (serve_job(worker, engine_of(worker->scheduler))) continue;
}

void engine_drain(struct scheduler *scheduler) {
  struct worker *worker = scheduler->engine;
  struct stay stay;
  if (worker == NULL) return;
  worker_enter(worker, &stay);
  run_jobs(worker);
  worker_drain(worker);
  worker_leave(&stay);
}
