#include "terminal/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open(void) {
  static const int numbers[] = {SIGINT,  SIGTERM,  SIGHUP,
                                SIGQUIT, SIGWINCH, SIGTSTP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    sigaddset(&set, numbers[i]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int signals_next(int fd) {
  struct signalfd_siginfo information;
  if (read(fd, &information, sizeof information) != (ssize_t)sizeof information)
    return 0;
  return (int)information.ssi_signo;
}

/* SIGTSTP itself and not SIGSTOP: a group of processes that nobody could wake
** again is not stopped by it. */
void signals_suspend(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  raise(SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  sigprocmask(SIG_BLOCK, &set, NULL);
}
