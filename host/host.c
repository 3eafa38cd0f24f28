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
#include "base/flavour.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/schedule.h"
#include "embed/files.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/module.h"
#include "embed/native.h"
#include "embed/options.h"
#include "embed/problem.h"
#include "embed/terminal.h"
#include "script/console.h"
#include "script/defaults.h"
#include "script/gateway.h"
#include "script/module.h"
#include "script/runtime.h"
#include "script/settings.h"
#include "stopper.h"

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

static void hand_line(void *context, enum log_level level, const char *line,
                      size_t size) {
  const struct troupe *host = context;
  host->log_hook(host->context, (enum troupe_log_level)level, line, size);
}

static bool make_log(struct troupe *host,
                     const struct troupe_options *options) {
  enum log_level level;
  int fd = options->log_fd > 0 ? options->log_fd : STDERR_FILENO;
  if (!options_read_level(host, options, &level)) return false;
  host->log = log_new(fd, level);
  host->log_hook = options->log;
  host->context = options->context;
  if (host->log != NULL && options->log != NULL)
    log_set_sink(host->log, hand_line, host);
  return host->log != NULL;
}

static bool make_scheduler(struct troupe *host,
                           const struct troupe_options *given) {
  struct scheduler_options options;
  if (!options_read_scheduler(host, given, &options)) return false;
  host->scheduler = scheduler_new(&options);
  if (host->scheduler == NULL) return false;
  return entries_init(&host->entries, host->scheduler->slab);
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
  if (host->script->gateway != NULL)
    gateway_search(host->script->gateway, path);
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
      .context = host,
      .output = options->output,
      .output_context = options->context};
  host->script = runtime_new(host->scheduler, &script);
  host->beside = options->beside != NULL;
  if (host->script == NULL) return false;
  files_install(&host->files, options, host->script);
  modules_install(host);
  return natives_install(host) && terminals_install(host) &&
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

static bool make_gateway(struct troupe *host,
                         const struct troupe_options *options) {
  if (!options->engine) return true;
  host->script->gateway = gateway_new(host->script);
  return host->script->gateway != NULL;
}

static bool make(struct troupe *host, const struct troupe_options *options) {
  struct entry entry;
  bool made;
  if (!options_check(host, options) || !make_log(host, options) ||
      !make_scheduler(host, options) ||
      !entry_open(&host->entries, &entry))
    return false;
  made = make_script(host, options) && make_console(host, options) &&
         make_gateway(host, options);
  entry_close(&host->entries, &entry);
  return made;
}

static struct troupe *new_host(void) {
  struct troupe *host = memory_zalloc(sizeof *host);
  if (host == NULL) return NULL;
  host->begin_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  host->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  host->lock = -1;
  host->process = getpid();
  troupe_adopt(host);
  snprintf(host->error, sizeof host->error,
           "not enough memory or file descriptors");
  return host;
}

struct troupe *troupe_new(const struct troupe_options *given, char *error,
                          size_t error_size) {
  struct troupe *host;
  struct troupe_options options;
  memory_settle();
  host = new_host();
  if (host != NULL && host->begin_fd >= 0 && host->end_fd >= 0 &&
      options_take(host, given, &options)) {
    host->grace = options.grace > 0 ? tick_from_seconds(options.grace)
                                    : 5 * TICK_SECOND;
    host->watch = options.watch;
    if (make(host, &options)) {
      host->error[0] = '\0';
      return host;
    }
  }
  problem_set("%s", host != NULL ? host->error : "not enough memory");
  if (error != NULL) snprintf(error, error_size, "%s", troupe_problem());
  troupe_free(host);
  return NULL;
}

/* Callbacks that are left come here, as nobody will poll any more; they may use
** the host yet. Nobody else is inside, so there is an entry. */
static void free_scheduler(struct troupe *host) {
  struct entry entry;
  bool opened;
  scheduler_stop(host->scheduler);
  inside_enter();
  engine_drain(host->scheduler);
  inside_leave();
  opened = host->entries.slab != NULL && entry_open(&host->entries, &entry);
  terminals_remove(host);
  natives_remove(host);
  runtime_free(host->script);
  scheduler_release(host->scheduler);
  if (opened) entry_close(&host->entries, &entry);
  entries_deinit(&host->entries);
  scheduler_free(host->scheduler);
}

/* Who has threads must have stopped; who forgets it does so here. */
static bool may_free(struct troupe *host) {
  if (!host_is_here(host)) return false;
  if (!host->started) return true;
  if (!inside_now() && (host->over || troupe_stop(host))) return true;
  log_write(host->log, LOG_ERROR, "troupe_free",
            "nothing is freed: %s",
            inside_now() ? "it is called in a handler or a callback"
                         : "the host does not stop");
  return false;
}

void troupe_free(struct troupe *host) {
  if (host == NULL || !may_free(host)) return;
  if (host->scheduler != NULL) free_scheduler(host);
  log_free(host->log);
  if (host->begin_fd >= 0) close(host->begin_fd);
  if (host->end_fd >= 0) close(host->end_fd);
  rendezvous_leave(&host->place, host->lock);
  memory_free(host->name);
  memory_free(host->text);
  memory_free(host);
}

/* --- Settings ------------------------------------------------------------- */

/* False, and that there is no memory. */
static bool enter(struct troupe *host, struct entry *entry) {
  return entry_open(&host->entries, entry) ||
         host_fail(host, "not enough memory");
}

bool troupe_set(struct troupe *host, const char *assignment) {
  struct entry entry;
  bool set;
  if (assignment == NULL)
    return host_fail(host, "expected a setting, got NULL");
  if (!enter(host, &entry)) return false;
  set = settings_set(host->script, assignment) ||
        host_fail(host,
                  "expected a setting of the form name=value, got \"%s\"",
                  assignment);
  entry_close(&host->entries, &entry);
  return set;
}

bool troupe_load_settings(struct troupe *host, const char *file) {
  struct entry entry;
  bool loaded;
  if (file == NULL)
    return host_fail(host, "expected a file of settings, got NULL");
  if (!enter(host, &entry)) return false;
  loaded = settings_load(host->script, file, host->error, sizeof host->error);
  entry_close(&host->entries, &entry);
  return loaded || host_failed(host);
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
  return host_fail(host, "the console could not be started%s%s",
                   problem[0] != '\0' ? ": " : "", problem);
}

static bool start_gateway(struct troupe *host) {
  return host->script->gateway == NULL ||
         gateway_start(host->script->gateway) ||
         host_fail(host, "not enough memory");
}

static bool start_watcher(struct troupe *host) {
  return !host->watch || runtime_start_watcher(host->script) ||
         host_fail(host, "not enough memory");
}

static bool start_workers(struct troupe *host) {
  host->started = scheduler_start(host->scheduler) == STATUS_OK;
  return host->started || host_fail(host, "no thread could be started");
}

static bool start(struct troupe *host) {
  if (!defaults_read(host->script, host->error, sizeof host->error))
    return host_failed(host);
  if (host->scheduler->schedule != NULL) return start_watcher(host);
  return start_workers(host) && start_gateway(host) && start_console(host) &&
         start_watcher(host);
}

bool troupe_start(struct troupe *host) {
  struct entry entry;
  bool started;
  if (host->begun)
    return host_fail(host, "a host is started once, and this one has been");
  if (!enter(host, &entry)) return false;
  host->begun = true;
  started = start(host);
  entry_close(&host->entries, &entry);
  return started;
}

static bool hand(struct troupe *host, int fd) {
  struct entry entry;
  bool handed;
  if (!enter(host, &entry)) return false;
  handed = console_hand(host->script->console, fd) ||
           host_fail(host, "the console takes no session any more");
  entry_close(&host->entries, &entry);
  return handed;
}

int troupe_console(struct troupe *host) {
  int ends[2];
  if (host->script->console == NULL) {
    host_fail(host, "this host has no console");
    return -1;
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    host_fail(host, "a pair of sockets: %s", strerror(errno));
    return -1;
  }
  if (hand(host, ends[0])) return ends[1];
  close(ends[1]);
  return -1;
}

static bool check_run(struct troupe *host, const char *what, int argc,
                      const char *const *argv) {
  if (what == NULL) return host_fail(host, "expected a script, got NULL");
  if (argc < 0 || (argc > 0 && argv == NULL))
    return host_fail(host, "expected arguments for the script, got %s",
                     argc < 0 ? "fewer than none" : "NULL");
  if (!host->begun)
    return host_fail(host, "a host is to be started before its script runs");
  if (host->stopped) return host_fail(host, "the host has stopped");
  return !host->ran || host_fail(host, "a host has one script, and had it");
}

static bool run(struct troupe *host, const char *what, bool code, int argc,
                const char *const *argv) {
  struct entry entry;
  uint64_t pid;
  if (!enter(host, &entry)) return false;
  pid = runtime_run(host->script, what, code, argc, argv);
  entry_close(&host->entries, &entry);
  if (pid == ID_NONE) return host_fail(host, "not enough memory");
  host->ran = true;
  /* Under a schedule, what this thread does must not meet what they do. */
  return host->started || start_workers(host);
}

bool troupe_run_file(struct troupe *host, const char *file, int argc,
                     const char *const *argv) {
  if (!check_run(host, file, argc, argv)) return false;
  if (flavour_is_library() && strcmp(file, "-") == 0)
    return host_fail(host, "expected a file, got -: libtroupe reads no "
                     "standard input");
  if (!host->beside && strcmp(file, "-") != 0 && !search_beside(host, file))
    return host_fail(host, "not enough memory");
  return run(host, file, false, argc, argv);
}

bool troupe_run_code(struct troupe *host, const char *code, int argc,
                     const char *const *argv) {
  return check_run(host, code, argc, argv) &&
         run(host, code, true, argc, argv);
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
  struct entry entry;
  bool stopped;
  if (!host->started) return true;
  if (inside_forbids("stop its host")) return false;
  if (!host_is_here(host)) return false;
  if (!enter(host, &entry)) return false;
  host->stopped = true;
  if (host->script->gateway != NULL) gateway_stop(host->script->gateway);
  stopped = stopper_run(host, host->grace);
  entry_close(&host->entries, &entry);
  host->over = stopped;
  return stopped || host_fail(host, "an actor could not be ended, as it is in "
                              "a foreign function");
}

const char *troupe_error(struct troupe *host) {
  return troupe_failed(host) ? host->text : host->error;
}

const char *troupe_version(void) { return TROUPE_VERSION; }
