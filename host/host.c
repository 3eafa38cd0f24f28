#include "troupe.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/rendezvous.h"
#include "base/tick.h"
#include "core/schedule.h"
#include "core/schedule_time.h"
#include "core/scheduler.h"
#include "io/loop.h"
#include "script/console.h"
#include "script/defaults.h"
#include "script/module.h"
#include "script/runtime.h"
#include "script/settings.h"
#include "stopper.h"

struct troupe {
  struct log *log;
  struct scheduler *scheduler;
  struct script *script;
  struct slab_cache *cache; /* the main thread's */
  struct slab_cache *former;
  uint64_t grace;
  int begin_fd;
  int end_fd;
  bool started;
  bool watch;              /* the options */
  bool beside;             /* modules are searched where the options say */
  char *name;              /* NULL: none */
  int lock;                /* of the name; -1: none */
  struct rendezvous place; /* if it has one */
  char error[512];
  /* Written by the worker on which the script ends, before `ended` is set
  ** (release; who reads them acquires) and end_fd written. */
  int status;
  char *text;
  _Atomic bool ended;
};

static void note(int fd) {
  uint64_t one = 1;
  if (write(fd, &one, sizeof one) != (ssize_t)sizeof one)
    CHECK(false, "an eventfd takes one");
}

static void script_begun(void *context) {
  struct troupe *host = context;
  note(host->begin_fd);
}

static void script_ended(void *context, int status, const char *text) {
  struct troupe *host = context;
  struct schedule *schedule = host->scheduler->schedule;
  if (schedule != NULL) schedule_finish(schedule);
  host->status = status;
  if (text != NULL) host->text = memory_strdup(text);
  atomic_store_explicit(&host->ended, true, memory_order_release);
  note(host->end_fd);
}

/* --- Making one ----------------------------------------------------------- */

static bool make_log(struct troupe *host,
                     const struct troupe_options *options) {
  const char *level_name = options->log_level;
  int fd = options->log_fd > 0 ? options->log_fd : STDERR_FILENO;
  enum log_level level = LOG_INFO;
  if (level_name != NULL && !log_level_parse(level_name, &level)) {
    snprintf(host->error, sizeof host->error,
             "expected a log level (debug, info, warn, error, off), got \"%s\"",
             level_name);
    return false;
  }
  host->log = log_new(fd, level);
  return host->log != NULL;
}

static bool read_slices(struct troupe *host, const char *name,
                        enum slices *slices) {
  static const char *const names[] = {"signal", "hook", "none"};
  *slices = SLICES_SIGNAL;
  if (name == NULL) return true;
  for (int i = 0; i <= SLICES_NONE; i++) {
    if (strcmp(name, names[i]) != 0) continue;
    *slices = (enum slices)i;
    return true;
  }
  snprintf(host->error, sizeof host->error,
           "expected slices to be signal, hook or none, got \"%s\"", name);
  return false;
}

static bool read_clock(struct troupe *host, const struct troupe_options *given,
                       struct scheduler_options *options) {
  const char *name = given->clock != NULL ? given->clock : "real";
  options->virtual_time = strcmp(name, "virtual") == 0;
  if (!options->virtual_time && strcmp(name, "real") != 0)
    snprintf(host->error, sizeof host->error,
             "expected clock to be real or virtual, got \"%s\"", name);
  else if (options->virtual_time && options->workers != 1)
    snprintf(host->error, sizeof host->error,
             "expected one worker for a virtual clock, got %d",
             options->workers);
  else if (options->virtual_time && options->console)
    snprintf(host->error, sizeof host->error,
             "expected no console and no name with a virtual clock");
  else
    return true;
  return false;
}

static bool schedule_by(struct troupe *host,
                        const struct troupe_options *given,
                        struct scheduler_options *options) {
  if (options->console) {
    snprintf(host->error, sizeof host->error,
             "expected no name and no console beside a schedule");
    return false;
  }
  options->schedule =
      schedule_new(given->schedule, host->error, sizeof host->error);
  return options->schedule != NULL;
}

static bool make_scheduler(struct troupe *host,
                           const struct troupe_options *given) {
  int workers = given->workers;
  struct scheduler_options options = {.workers = workers,
                                      .poller = loop_poller};
  options.console = given->console || given->name != NULL;
  if (!read_slices(host, given->slices, &options.slices)) return false;
  if (workers == 0) options.workers = thread_cores();
  if (given->schedule != NULL) options.workers = 1;
  if (workers < 0 || workers > WORKERS_LARGEST) {
    snprintf(host->error, sizeof host->error,
             "expected 1 to %d workers, got %d", WORKERS_LARGEST, workers);
    return false;
  }
  if (!read_clock(host, given, &options)) return false;
  if (given->schedule != NULL && !schedule_by(host, given, &options))
    return false;
  host->scheduler = scheduler_new(&options);
  if (host->scheduler == NULL) return false;
  schedule_time_set(host->scheduler->schedule);
  host->cache = slab_cache_new(host->scheduler->slab);
  if (host->cache == NULL) return false;
  host->former = slab_bind(host->cache);
  return true;
}

/* Modules are found beside that file, then where they would be anyway. */
static bool search_beside(struct troupe *host, const char *file) {
  char copy[PATH_MAX];
  const char *directory;
  struct path *path;
  char *text;
  size_t size;
  snprintf(copy, sizeof copy, "%s", file);
  directory = dirname(copy);
  size = 2 * strlen(directory) + strlen(path_lua(host->script->path)) + 32;
  text = memory_alloc(size);
  if (text == NULL) return false;
  snprintf(text, size, "%s/?.lua;%s/?/init.lua;%s", directory, directory,
           path_lua(host->script->path));
  path = path_new(text, path_c(host->script->path));
  memory_free(text);
  if (path == NULL) return false;
  path_drop(host->script->path);
  host->script->path = path;
  return true;
}

static bool make_script(struct troupe *host,
                        const struct troupe_options *options) {
  struct runtime_options script = {
      .embedded = embedded_library,
      .archive = options->archive,
      .assets = options->assets,
      .tests = options->tests,
      .log = host->log,
      .path = options->path,
      .cpath = options->cpath,
      .begun = script_begun,
      .ended = script_ended,
      .context = host};
  host->script = runtime_new(host->scheduler, &script);
  host->beside = options->beside != NULL;
  return host->script != NULL &&
         (!host->beside || search_beside(host, options->beside));
}

static bool make_console(struct troupe *host,
                         const struct troupe_options *options) {
  if (!options->console && options->name == NULL) return true;
  host->script->console = console_new(host->script);
  if (host->script->console == NULL) return false;
  if (options->name == NULL) return true;
  host->name = memory_strdup(options->name);
  if (host->name == NULL) return false;
  host->lock = rendezvous_claim(&host->place, host->name, host->error,
                                sizeof host->error);
  return host->lock >= 0;
}

struct troupe *troupe_new(const struct troupe_options *options, char *error,
                          size_t error_size) {
  struct troupe *host = memory_zalloc(sizeof *host);
  CHECK(options->size == sizeof *options, "options of this version");
  if (host != NULL) {
    host->grace = options->grace > 0 ? tick_from_seconds(options->grace)
                                     : 5 * TICK_SECOND;
    host->begin_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    host->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    host->lock = -1;
    host->watch = options->watch;
    snprintf(host->error, sizeof host->error,
             "not enough memory or file descriptors");
    if (host->begin_fd >= 0 && host->end_fd >= 0 && make_log(host, options) &&
        make_scheduler(host, options) && make_script(host, options) &&
        make_console(host, options))
      return host;
  }
  if (error != NULL)
    snprintf(error, error_size, "%s",
             host != NULL ? host->error : "not enough memory");
  troupe_free(host);
  return NULL;
}

void troupe_free(struct troupe *host) {
  if (host == NULL) return;
  if (host->scheduler != NULL) scheduler_stop(host->scheduler);
  runtime_free(host->script);
  if (host->scheduler != NULL) {
    scheduler_release(host->scheduler);
    slab_bind(host->former);
    if (host->cache != NULL) slab_cache_free(host->cache);
    scheduler_free(host->scheduler);
    schedule_time_set(NULL);
  }
  log_free(host->log);
  if (host->begin_fd >= 0) close(host->begin_fd);
  if (host->end_fd >= 0) close(host->end_fd);
  rendezvous_leave(&host->place, host->lock);
  memory_free(host->name);
  memory_free(host->text);
  memory_free(host);
}

/* --- Settings ------------------------------------------------------------- */

bool troupe_set(struct troupe *host, const char *assignment) {
  if (settings_set(host->script, assignment)) return true;
  snprintf(host->error, sizeof host->error,
           "expected a setting of the form name=value, got \"%s\"",
           assignment);
  return false;
}

bool troupe_load_settings(struct troupe *host, const char *file) {
  return settings_load(host->script, file, host->error, sizeof host->error);
}

/* --- Running -------------------------------------------------------------- */

static bool start_console(struct troupe *host) {
  bool named = host->name != NULL;
  const char *problem;
  if (host->script->console == NULL ||
      runtime_start_console(host->script, host->name,
                            named ? host->place.socket : NULL))
    return true;
  problem = console_problem(host->script->console);
  snprintf(host->error, sizeof host->error,
           "the console could not be started%s%s",
           problem[0] != '\0' ? ": " : "", problem);
  return false;
}

static bool start_watcher(struct troupe *host) {
  if (!host->watch || runtime_start_watcher(host->script)) return true;
  snprintf(host->error, sizeof host->error, "out of memory");
  return false;
}

static bool start_workers(struct troupe *host) {
  host->started = scheduler_start(host->scheduler) == STATUS_OK;
  if (!host->started)
    snprintf(host->error, sizeof host->error, "no thread could be started");
  return host->started;
}

bool troupe_start(struct troupe *host) {
  if (!defaults_read(host->script, host->error, sizeof host->error))
    return false;
  if (host->scheduler->schedule != NULL) return start_watcher(host);
  return start_workers(host) && start_console(host) && start_watcher(host);
}

int troupe_console(struct troupe *host) {
  int ends[2];
  if (host->script->console == NULL) {
    snprintf(host->error, sizeof host->error, "this host has no console");
    return -1;
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    snprintf(host->error, sizeof host->error, "a pair of sockets: %s",
             strerror(errno));
    return -1;
  }
  if (console_hand(host->script->console, ends[0])) return ends[1];
  close(ends[1]);
  snprintf(host->error, sizeof host->error,
           "the console takes no session any more");
  return -1;
}

static bool run(struct troupe *host, const char *what, bool code, int argc,
                const char *const *argv) {
  if (runtime_run(host->script, what, code, argc, argv) == ID_NONE) {
    snprintf(host->error, sizeof host->error, "not enough memory");
    return false;
  }
  /* Under a schedule, what this thread does must not meet what they do. */
  return host->started || start_workers(host);
}

bool troupe_run_file(struct troupe *host, const char *file, int argc,
                     const char *const *argv) {
  if (!host->beside && strcmp(file, "-") != 0 && !search_beside(host, file)) {
    snprintf(host->error, sizeof host->error, "not enough memory");
    return false;
  }
  return run(host, file, false, argc, argv);
}

bool troupe_run_code(struct troupe *host, const char *code, int argc,
                     const char *const *argv) {
  return run(host, code, true, argc, argv);
}

int troupe_begin_fd(struct troupe *host) { return host->begin_fd; }

int troupe_end_fd(struct troupe *host) { return host->end_fd; }

bool troupe_ended(struct troupe *host) {
  return atomic_load_explicit(&host->ended, memory_order_acquire);
}

int troupe_status(struct troupe *host) {
  return troupe_ended(host) ? host->status : 0;
}

bool troupe_failed(struct troupe *host) {
  return troupe_ended(host) && host->text != NULL;
}

bool troupe_stop(struct troupe *host) {
  return !host->started || stopper_run(host->script, host->grace);
}

const char *troupe_error(struct troupe *host) {
  return troupe_failed(host) ? host->text : host->error;
}

const char *troupe_version(void) { return TROUPE_VERSION; }
