#include "embed/host.h"
#include "embed/poll.h"
#include "embed/problem.h"

bool troupe_step(struct troupe *host, uint64_t nanoseconds) {
  if (!host->scheduler->stepped)
    return problem_set("expected a host with options.stepped to be stepped");
  if (!poll_check(host)) return false;
  poll_step(host, nanoseconds);
  return true;
}

uint64_t troupe_now(struct troupe *host) {
  return scheduler_now(host->scheduler);
}
