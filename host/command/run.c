#include "command/run.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int block_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

/* From here on a second Ctrl-C ends the process at once. */
static void unblock_interrupt(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
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
  unblock_interrupt();
  return (int)information.ssi_signo;
}

/* A file of settings is a script, and may loop: a signal ends the process as
** long as there are no actors to stop. */
static bool configure(struct troupe *host, const struct request *request) {
  if (!troupe_load_settings(host, request->config)) return false;
  for (int i = 0; i < request->setting_count; i++)
    if (!troupe_set(host, request->settings[i])) return false;
  return true;
}

static bool begin(struct troupe *host, const struct request *request) {
  if (!troupe_start(host)) return false;
  if (request->code != NULL)
    return troupe_run_code(host, request->code, request->argument_count,
                           request->arguments);
  return troupe_run_file(host, request->file, request->argument_count,
                         request->arguments);
}

static int tell(const char *what) {
  fprintf(stderr, "troupe: %s\n", what);
  return 1;
}

/* Somebody still runs, perhaps inside a function of stdio's: its locks are
** not to be waited for. */
static void leave_at_once(int status) {
  if (ftrylockfile(stdout) == 0) fflush_unlocked(stdout);
  _exit(status);
}

/* How a script that a signal has cut short should look to a shell: as if the
** signal had ended it. That it then failed, because whom it was calling had
** been stopped before it, is no news. A server that was stopped in order has
** done well. */
static int stopped_status(struct troupe *host, int signal_number) {
  if (troupe_failed(host)) return 128 + signal_number;
  return troupe_status(host) == 0 ? 0 : 128 + signal_number;
}

static int finish(struct troupe *host, int status, int signal_number) {
  bool stopped = troupe_stop(host);
  if (signal_number != 0 && troupe_ended(host))
    status = stopped_status(host, signal_number);
  if (!stopped) leave_at_once(1);
  troupe_free(host);
  return status;
}

int run_script(const struct request *request) {
  char error[512];
  int signals, signal_number;
  struct troupe *host = troupe_new(&request->options, error, sizeof error);
  if (host == NULL) return tell(error);
  if (!configure(host, request))
    return finish(host, tell(troupe_error(host)), 0);
  signals = block_signals();
  if (!begin(host, request)) return finish(host, tell(troupe_error(host)), 0);
  signal_number = wait_for_end(host, signals);
  if (signal_number != 0) return finish(host, 0, signal_number);
  if (troupe_failed(host)) tell(troupe_error(host));
  return finish(host, troupe_status(host), 0);
}
