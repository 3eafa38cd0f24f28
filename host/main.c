/*
** The command.
*/
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "troupe.h"

#define SETTINGS_LARGEST 64

static const char help[] =
    "usage: troupe run [options] FILE [arguments]   run a script\n"
    "       troupe [options] -e CODE [arguments]    run a line of Lua\n"
    "       troupe --help | --version\n"
    "\n"
    "  --workers N       worker threads (default: one per core)\n"
    "  --log LEVEL       debug, info, warn, error or off (default: info)\n"
    "  --set NAME=VALUE  a setting, for troupe.config\n"
    "  --env NAME        read settings from config/NAME.lua (default: dev)\n"
    "  --grace SECONDS   how long actors may take to stop (default: 5)\n"
    "\n"
    "A FILE of - is standard input. SIGINT and SIGTERM stop all actors, the\n"
    "youngest first; a second SIGINT ends the process at once. The exit\n"
    "status is the script's.\n";

struct command {
  struct troupe_options options;
  const char *settings[SETTINGS_LARGEST];
  int setting_count;
  char config[256]; /* file of settings, there or not */
  const char *file;
  const char *code;
  const char *const *arguments;
  int argument_count;
};

enum request { COMMAND_RUN, COMMAND_HELP, COMMAND_VERSION, COMMAND_MISUSED };

static bool misuse(const char *what, const char *argument) {
  fprintf(stderr, "troupe: %s%s (see troupe --help)\n", what, argument);
  return false;
}

/* --- Reading the command line --------------------------------------------- */

static bool read_number(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return end != text && *end == '\0';
}

static bool set_log(struct command *command, const char *value) {
  command->options.log_level = value;
  return true;
}

static void set_environment(struct command *command, const char *value) {
  snprintf(command->config, sizeof command->config, "config/%s.lua", value);
}

/* Who names one wants it. */
static bool choose_environment(struct command *command, const char *value) {
  set_environment(command, value);
  return access(command->config, R_OK) == 0 ||
         misuse("expected a file of settings, got none in ", command->config);
}

static bool add_setting(struct command *command, const char *value) {
  if (command->setting_count == SETTINGS_LARGEST)
    return misuse("too many settings: ", value);
  command->settings[command->setting_count++] = value;
  return true;
}

static bool set_workers(struct command *command, const char *value) {
  double number;
  if (!read_number(value, &number) || !(number >= 1 && number <= 256) ||
      number != (int)number)
    return misuse("expected --workers to be 1 to 256, got ", value);
  command->options.workers = (int)number;
  return true;
}

static bool set_grace(struct command *command, const char *value) {
  if (!read_number(value, &command->options.grace) ||
      !(command->options.grace > 0))
    return misuse("expected --grace to be a number of seconds above 0, got ",
                  value);
  return true;
}

static const struct option {
  const char *name;
  bool (*set)(struct command *command, const char *value);
} options[] = {{"--workers", set_workers}, {"--log", set_log},
               {"--set", add_setting},     {"--env", choose_environment},
               {"--grace", set_grace}};

/* NULL: there is none of that name. */
static const struct option *find_option(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (strlen(options[i].name) == size &&
        strncmp(options[i].name, name, size) == 0)
      return &options[i];
  return NULL;
}

/* `--name value` or `--name=value`; moves `at` past it. */
static bool read_option(struct command *command, int argc, char **argv,
                        int *at) {
  const char *word = argv[*at];
  const char *equals = strchr(word, '=');
  const struct option *option = find_option(
      word, equals != NULL ? (size_t)(equals - word) : strlen(word));
  *at += 1;
  if (option == NULL) return misuse("unknown option ", word);
  if (equals != NULL) return option->set(command, equals + 1);
  if (*at == argc) return misuse("expected a value after ", word);
  return option->set(command, argv[(*at)++]);
}

static enum request take_rest(struct command *command, int argc, char **argv,
                              int at) {
  command->arguments = (const char *const *)argv + at;
  command->argument_count = argc - at;
  return COMMAND_RUN;
}

static enum request read_code(struct command *command, int argc, char **argv,
                              int at) {
  if (at == argc) {
    misuse("expected a line of Lua after ", argv[at - 1]);
    return COMMAND_MISUSED;
  }
  command->code = argv[at];
  return take_rest(command, argc, argv, at + 1);
}

/* An option, or the command, which may stand before or behind them. */
static bool is_option(const char *word, bool *run) {
  if (!*run && strcmp(word, "run") == 0) return *run = true;
  return word[0] == '-' && word[1] != '\0';
}

static enum request read_command(struct command *command, int argc,
                                 char **argv) {
  bool run = false;
  int at = 1;
  while (at < argc && is_option(argv[at], &run)) {
    if (argv[at][0] != '-') { /* it was "run" */
      at++;
      continue;
    }
    if (strcmp(argv[at], "--help") == 0) return COMMAND_HELP;
    if (strcmp(argv[at], "--version") == 0) return COMMAND_VERSION;
    if (!run && strcmp(argv[at], "-e") == 0)
      return read_code(command, argc, argv, at + 1);
    if (!read_option(command, argc, argv, &at)) return COMMAND_MISUSED;
  }
  if (run && at < argc) {
    command->file = argv[at];
    return take_rest(command, argc, argv, at + 1);
  }
  if (at == argc)
    misuse(run ? "expected a file to run" : "expected a command", "");
  else
    misuse("unknown command ", argv[at]);
  return COMMAND_MISUSED;
}

/* --- Running -------------------------------------------------------------- */

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
static bool configure(struct troupe *host, const struct command *command) {
  if (!troupe_load_settings(host, command->config)) return false;
  for (int i = 0; i < command->setting_count; i++)
    if (!troupe_set(host, command->settings[i])) return false;
  return true;
}

static bool begin(struct troupe *host, const struct command *command) {
  if (!troupe_start(host)) return false;
  if (command->code != NULL)
    return troupe_run_code(host, command->code, command->argument_count,
                           command->arguments);
  return troupe_run_file(host, command->file, command->argument_count,
                         command->arguments);
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

static int run(const struct command *command) {
  char error[512];
  int signals, signal_number;
  struct troupe *host = troupe_new(&command->options, error, sizeof error);
  if (host == NULL) return tell(error);
  if (!configure(host, command))
    return finish(host, tell(troupe_error(host)), 0);
  signals = block_signals();
  if (!begin(host, command)) return finish(host, tell(troupe_error(host)), 0);
  signal_number = wait_for_end(host, signals);
  if (signal_number != 0) return finish(host, 0, signal_number);
  if (troupe_failed(host)) tell(troupe_error(host));
  return finish(host, troupe_status(host), 0);
}

/* A megabyte that is freed by one actor is soon wanted by the next: the heap
** keeps it instead of giving its pages back each time and faulting them in
** again. The process is ours, so we may say so; a library could not. */
static void tune_heap(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

int main(int argc, char **argv) {
  struct command command = {.options.size = sizeof command.options};
  const char *workers = getenv("TROUPE_WORKERS");
  const char *environment = getenv("TROUPE_ENV");
  tune_heap();
  command.options.slices = getenv("TROUPE_SLICES");
  if (workers != NULL && !set_workers(&command, workers)) return 1;
  set_environment(&command, environment != NULL ? environment : "dev");
  switch (read_command(&command, argc, argv)) {
    case COMMAND_RUN:
      return run(&command);
    case COMMAND_HELP:
      fputs(help, stdout);
      return 0;
    case COMMAND_VERSION:
      printf("troupe %s\n", troupe_version());
      return 0;
    case COMMAND_MISUSED:
      break;
  }
  return 1;
}
