#include "command/hosting.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "command/misuse.h"

void hosting_unblock_interrupt(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static bool configure(struct troupe *host, const struct request *request) {
  if (!troupe_load_settings(host, request->config)) {
    if (request->complaint == NULL) return false;
    snprintf(request->complaint, sizeof request->complaint_text, "%s",
             troupe_error(host));
  }
  for (int i = 0; i < request->setting_count; i++)
    if (!troupe_set(host, request->settings[i])) return false;
  return true;
}

bool hosting_begin(struct troupe *host, const struct request *request) {
  if (!troupe_start(host)) return false;
  if (request->code != NULL)
    return troupe_run_code(host, request->code, request->argument_count,
                           request->arguments);
  if (request->file == NULL) return true;
  return troupe_run_file(host, request->file, request->argument_count,
                         request->arguments);
}

int hosting_tell(const char *what) { return misuse_tell(what); }

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

int hosting_finish(struct troupe *host, int status, int signal_number) {
  bool stopped = troupe_stop(host);
  if (signal_number != 0 && troupe_ended(host))
    status = stopped_status(host, signal_number);
  if (!stopped) leave_at_once(1);
  troupe_free(host);
  return status;
}

/* A server need not be reachable to serve. */
static struct troupe *make_nameless(const struct request *request, char *error,
                                    size_t error_size) {
  struct troupe_options options = request->options;
  char text[640];
  snprintf(text, sizeof text, "nobody can attach: %s", error);
  options.name = NULL;
  hosting_tell(text);
  return troupe_new(&options, error, error_size);
}

struct troupe *hosting_make(const struct request *request) {
  char error[512];
  struct troupe *host = troupe_new(&request->options, error, sizeof error);
  if (host == NULL && request->name_implied)
    host = make_nameless(request, error, sizeof error);
  if (host == NULL) hosting_tell(error);
  if (host == NULL || configure(host, request)) return host;
  hosting_finish(host, hosting_tell(troupe_error(host)), 0);
  return NULL;
}
