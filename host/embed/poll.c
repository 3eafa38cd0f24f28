#include "embed/poll.h"

#include "base/check.h"
#include "base/pipe.h"
#include "base/tick.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/problem.h"

static bool is_its_thread(struct troupe *host) {
  return atomic_load_explicit(&host->engine, memory_order_relaxed) ==
         thread_id();
}

bool poll_is_engine(struct troupe *host) {
  return host->scheduler->engine != NULL && is_its_thread(host);
}

bool poll_serve(struct troupe *host, uint64_t until) {
  bool more;
  ASSERT(poll_is_engine(host) && !inside_now(), "the engine's thread serves");
  inside_enter();
  more = engine_serve(host->scheduler, until);
  inside_leave();
  return more;
}

/* What scripts write, they write on this thread. */
void poll_step(struct troupe *host, uint64_t span) {
  struct pipe_guard guard;
  ASSERT(poll_is_engine(host) && !inside_now(), "the engine's thread steps");
  pipe_guard_enter(&guard);
  inside_enter();
  step_run(host->scheduler, span);
  inside_leave();
  pipe_guard_leave(&guard);
}

bool poll_check(struct troupe *host) {
  if (!is_its_thread(host))
    return problem_set("expected the engine's thread to poll, got another");
  return !inside_forbids("poll");
}

bool troupe_poll(struct troupe *host, uint64_t budget_us) {
  uint64_t span = budget_us < UINT64_MAX / 1000 ? budget_us * 1000 : UINT64_MAX;
  if (host->scheduler->engine == NULL)
    return problem_set("expected a host with options.engine to be polled");
  if (!poll_check(host)) return false;
  if (!host->scheduler->stepped)
    return poll_serve(host, tick_add(tick_now(), span));
  poll_step(host, 0);
  return false;
}

int troupe_wake_fd(struct troupe *host) {
  if (host->scheduler->stepped)
    problem_set("a stepped host does nothing between two steps");
  else if (host->scheduler->engine != NULL)
    return engine_fd(host->scheduler);
  else
    problem_set("expected a host with options.engine to have a wake fd");
  return -1;
}

void troupe_adopt(struct troupe *host) {
  atomic_store_explicit(&host->engine, thread_id(), memory_order_relaxed);
}
