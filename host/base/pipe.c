#define _GNU_SOURCE /* sigtimedwait */

#include "base/pipe.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "base/check.h"
#include "base/flavour.h"

static void only(sigset_t *signals) {
  sigemptyset(signals);
  sigaddset(signals, SIGPIPE);
}

void pipe_guard_enter(struct pipe_guard *guard) {
  sigset_t signals, before, pending;
  guard->blocked = guard->pending = false;
  if (!flavour_is_library()) return;
  only(&signals);
  CHECK(pthread_sigmask(SIG_BLOCK, &signals, &before) == 0, "signal mask");
  guard->blocked = sigismember(&before, SIGPIPE) == 0;
  if (guard->blocked && sigpending(&pending) == 0)
    guard->pending = sigismember(&pending, SIGPIPE) == 1;
}

void pipe_guard_leave(const struct pipe_guard *guard) {
  static const struct timespec at_once = {0, 0};
  int error = errno;
  sigset_t signals;
  if (!guard->blocked) return;
  only(&signals);
  while (!guard->pending && sigtimedwait(&signals, NULL, &at_once) < 0 &&
         errno == EINTR)
    continue;
  CHECK(pthread_sigmask(SIG_UNBLOCK, &signals, NULL) == 0, "signal mask");
  errno = error;
}
