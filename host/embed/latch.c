#include "embed/latch.h"

#include "base/check.h"
#include "base/tick.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/poll.h"

#define WAIT_STEP (TICK_SECOND / 100)

void latch_init(struct latch *latch) {
  mutex_init(&latch->lock);
  condition_init(&latch->opened);
  latch->open = latch->serving = false;
}

void latch_deinit(struct latch *latch) {
  condition_deinit(&latch->opened);
  mutex_deinit(&latch->lock);
}

/* Once the lock is free the latch may be gone. */
void latch_open(struct latch *latch, struct troupe *host) {
  bool serving;
  mutex_lock(&latch->lock);
  latch->open = true;
  serving = latch->serving;
  condition_wake_all(&latch->opened);
  mutex_unlock(&latch->lock);
  if (serving) engine_ring(host->scheduler);
}

static bool is_open(struct latch *latch) {
  bool open;
  mutex_lock(&latch->lock);
  open = latch->open;
  mutex_unlock(&latch->lock);
  return open;
}

/* The worker has parked before the latch is looked at: who opens it after that
** rings, and the sleep ends. */
static bool serve_until(struct latch *latch, struct troupe *host,
                        uint64_t until) {
  mutex_lock(&latch->lock);
  latch->serving = true;
  mutex_unlock(&latch->lock);
  for (;;) {
    bool more = poll_serve(host, 0);
    if (is_open(latch)) return true;
    if (tick_now() >= until) return false;
    if (!more) engine_sleep(host->scheduler, until);
  }
}

/* What can be done without time going on is; then it goes on. */
static bool step_until(struct latch *latch, struct troupe *host,
                       uint64_t until) {
  uint64_t span = 0;
  do {
    poll_step(host, span);
    if (is_open(latch)) return true;
    span = WAIT_STEP;
  } while (tick_now() < until);
  return false;
}

bool latch_await(struct latch *latch, struct troupe *host, uint64_t until) {
  bool open;
  ASSERT(!inside_now(), "a handler waits for nobody");
  if (poll_is_engine(host) && host->scheduler->stepped)
    return step_until(latch, host, until);
  if (poll_is_engine(host)) return serve_until(latch, host, until);
  mutex_lock(&latch->lock);
  while (!latch->open &&
         condition_wait_until(&latch->opened, &latch->lock, until))
    continue;
  open = latch->open;
  mutex_unlock(&latch->lock);
  return open;
}
