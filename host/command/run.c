#include "command/run.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command/hosting.h"

static int block_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

/* 0: the script has ended by itself; else the signal that came first. */
static int wait_for_end(struct troupe *host, int signals) {
  struct pollfd fds[] = {{troupe_end_fd(host), POLLIN, 0},
                         {signals, POLLIN, 0}};
  struct signalfd_siginfo information;
  while (poll(fds, 2, -1) < 0) continue;
  if (fds[0].revents != 0) return 0;
  if (read(signals, &information, sizeof information) !=
      (ssize_t)sizeof information)
    return SIGTERM;
  hosting_unblock_interrupt();
  return (int)information.ssi_signo;
}

int run_script(const struct request *request) {
  int signals, signal_number;
  struct troupe *host = hosting_make(request);
  if (host == NULL) return 1;
  signals = block_signals();
  if (!hosting_begin(host, request))
    return hosting_finish(host, hosting_tell(troupe_error(host)), 0);
  signal_number = wait_for_end(host, signals);
  if (signal_number != 0) return hosting_finish(host, 0, signal_number);
  if (troupe_failed(host)) hosting_tell(troupe_error(host));
  return hosting_finish(host, troupe_status(host), 0);
}
