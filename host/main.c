/*
** The command.
*/
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
    "  --grace SECONDS   how long a stop may take (default: 5)\n"
    "\n"
    "A FILE of - is standard input. SIGINT and SIGTERM stop all actors in\n"
    "order; the exit status is the script's.\n";

struct command {
  struct troupe_options options;
  const char *settings[SETTINGS_LARGEST];
  int setting_count;
  const char *environment;
  const char *file;
  const char *code;
  const char *const *arguments;
  int argument_count;
};

static int misuse(const char *what, const char *argument) {
  fprintf(stderr, "troupe: %s%s (see troupe --help)\n", what, argument);
  return 1;
}

/* --- Reading the command line ------------------------------------------------------- */

static bool read_number(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return end != text && *end == '\0' && *number >= 0;
}

static int read_value(struct command *command, const char *option,
                      const char *value) {
  double number;
  if (strcmp(option, "--log") == 0) {
    command->options.log_level = value;
  } else if (strcmp(option, "--env") == 0) {
    command->environment = value;
  } else if (strcmp(option, "--set") == 0) {
    if (command->setting_count == SETTINGS_LARGEST)
      return misuse("too many settings: ", value);
    command->settings[command->setting_count++] = value;
  } else if (strcmp(option, "--workers") == 0) {
    if (!read_number(value, &number) || number < 1 || number > 256 ||
        number != (int)number)
      return misuse("expected --workers 1 to 256, got ", value);
    command->options.workers = (int)number;
  } else if (strcmp(option, "--grace") == 0) {
    if (!read_number(value, &command->options.grace))
      return misuse("expected --grace to be a number of seconds, got ", value);
  } else {
    return misuse("unknown option ", option);
  }
  return 0;
}

static int take_rest(struct command *command, int argc, char **argv, int at) {
  command->arguments = (const char *const *)argv + at;
  command->argument_count = argc - at;
  return 0;
}

/* 0: go on; else misuse has been told. */
static int read_command(struct command *command, int argc, char **argv) {
  bool run = argc > 1 && strcmp(argv[1], "run") == 0;
  int at = run ? 2 : 1;
  for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at += 2) {
    if (at + 1 == argc) return misuse("expected a value after ", argv[at]);
    if (!run && strcmp(argv[at], "-e") == 0) {
      command->code = argv[at + 1];
      return take_rest(command, argc, argv, at + 2);
    }
    if (read_value(command, argv[at], argv[at + 1]) != 0) return 1;
  }
  if (at == argc)
    return misuse(run ? "expected a file to run" : "expected a command", "");
  if (!run) return misuse("unknown command ", argv[at]);
  command->file = argv[at];
  return take_rest(command, argc, argv, at + 1);
}

/* --- Running -------------------------------------------------------------------------- */

static int block_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

/* True: the script has ended by itself. */
static bool wait_for_end(struct troupe *host, int signals) {
  struct pollfd fds[] = {{troupe_end_fd(host), POLLIN, 0},
                         {signals, POLLIN, 0}};
  while (poll(fds, 2, -1) < 0) continue;
  return fds[0].revents != 0;
}

static bool begin(struct troupe *host, const struct command *command) {
  char config[256];
  snprintf(config, sizeof config, "config/%s.lua", command->environment);
  if (!troupe_load_settings(host, config)) return false;
  for (int i = 0; i < command->setting_count; i++)
    if (!troupe_set(host, command->settings[i])) return false;
  if (!troupe_start(host)) return false;
  if (command->code != NULL)
    return troupe_run_code(host, command->code, command->argument_count,
                           command->arguments);
  return troupe_run_file(host, command->file, command->argument_count,
                         command->arguments);
}

static int finish(struct troupe *host, int status) {
  fflush(stdout);
  if (!troupe_stop(host)) {
    fflush(NULL);
    _exit(status != 0 ? status : 1);
  }
  troupe_free(host);
  return status;
}

static int run(const struct command *command) {
  char error[512];
  int signals = block_signals();
  int status = 0;
  struct troupe *host = troupe_new(&command->options, error, sizeof error);
  if (host == NULL) {
    fprintf(stderr, "troupe: %s\n", error);
    return 1;
  }
  if (!begin(host, command)) {
    fprintf(stderr, "troupe: %s\n", troupe_error(host));
    return finish(host, 1);
  }
  if (wait_for_end(host, signals)) {
    status = troupe_status(host);
    if (status != 0 && troupe_failed(host))
      fprintf(stderr, "troupe: %s\n", troupe_error(host));
  }
  return finish(host, status);
}

int main(int argc, char **argv) {
  struct command command = {.options.size = sizeof command.options,
                            .environment = "dev"};
  const char *workers = getenv("TROUPE_WORKERS");
  if (argc > 1 && strcmp(argv[1], "--version") == 0) {
    printf("troupe %s\n", troupe_version());
    return 0;
  }
  if (argc > 1 && strcmp(argv[1], "--help") == 0) {
    fputs(help, stdout);
    return 0;
  }
  if (workers != NULL && read_value(&command, "--workers", workers) != 0)
    return 1;
  if (getenv("TROUPE_ENV") != NULL) command.environment = getenv("TROUPE_ENV");
  if (read_command(&command, argc, argv) != 0) return 1;
  return run(&command);
}
