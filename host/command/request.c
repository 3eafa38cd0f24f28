#include "command/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char request_help[] =
    "usage: troupe run [options] FILE [arguments]   run a script\n"
    "       troupe [options] -e CODE [arguments]    run a line of Lua\n"
    "       troupe --help | --version\n"
    "\n"
    "  --workers N       worker threads (default: one per core)\n"
    "  --log LEVEL       debug, info, warn, error or off (default: info)\n"
    "  --set NAME=VALUE  a setting, for troupe.config\n"
    "  --env NAME        read settings from config/NAME.lua (default: dev)\n"
    "  --grace SECONDS   how long actors may take to stop (default: 5)\n"
    "  --watch           reload what is loaded when its file changes\n"
    "  --name NAME       others may attach to this host, by this name\n"
    "\n"
    "A FILE of - is standard input. SIGINT and SIGTERM stop all actors, the\n"
    "youngest first; a second SIGINT ends the process at once. The exit\n"
    "status is the script's.\n";

static bool misuse(const char *what, const char *argument) {
  fprintf(stderr, "troupe: %s%s (see troupe --help)\n", what, argument);
  return false;
}

static bool read_number(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return end != text && *end == '\0';
}

static bool set_log(struct request *request, const char *value) {
  request->options.log_level = value;
  return true;
}

static void set_environment(struct request *request, const char *value) {
  snprintf(request->config, sizeof request->config, "config/%s.lua", value);
}

/* Who names one wants it. */
static bool choose_environment(struct request *request, const char *value) {
  set_environment(request, value);
  return access(request->config, R_OK) == 0 ||
         misuse("expected a file of settings, got none in ", request->config);
}

static bool add_setting(struct request *request, const char *value) {
  if (request->setting_count == REQUEST_SETTINGS_LARGEST)
    return misuse("too many settings: ", value);
  request->settings[request->setting_count++] = value;
  return true;
}

static bool set_workers(struct request *request, const char *value) {
  double number;
  if (!read_number(value, &number) || !(number >= 1 && number <= 256) ||
      number != (int)number)
    return misuse("expected --workers to be 1 to 256, got ", value);
  request->options.workers = (int)number;
  return true;
}

static bool set_grace(struct request *request, const char *value) {
  if (!read_number(value, &request->options.grace) ||
      !(request->options.grace > 0))
    return misuse("expected --grace to be a number of seconds above 0, got ",
                  value);
  return true;
}

static bool set_name(struct request *request, const char *value) {
  request->options.name = value;
  return true;
}

static const struct option {
  const char *name;
  bool (*set)(struct request *request, const char *value);
} options[] = {{"--workers", set_workers},
               {"--log", set_log},
               {"--set", add_setting},
               {"--env", choose_environment},
               {"--grace", set_grace},
               {"--name", set_name}};

/* NULL: there is none of that name. */
static const struct option *find_option(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (strlen(options[i].name) == size &&
        strncmp(options[i].name, name, size) == 0)
      return &options[i];
  return NULL;
}

/* `--name value` or `--name=value`; moves `at` past it. */
static bool read_option(struct request *request, int argc, char **argv,
                        int *at) {
  const char *word = argv[*at];
  const char *equals = strchr(word, '=');
  const struct option *option = find_option(
      word, equals != NULL ? (size_t)(equals - word) : strlen(word));
  *at += 1;
  if (option == NULL) return misuse("unknown option ", word);
  if (equals != NULL) return option->set(request, equals + 1);
  if (*at == argc) return misuse("expected a value after ", word);
  return option->set(request, argv[(*at)++]);
}

static enum request_kind take_rest(struct request *request, int argc,
                                   char **argv, int at) {
  request->arguments = (const char *const *)argv + at;
  request->argument_count = argc - at;
  return REQUEST_RUN;
}

static enum request_kind read_code(struct request *request, int argc,
                                   char **argv, int at) {
  if (at == argc) {
    misuse("expected a line of Lua after ", argv[at - 1]);
    return REQUEST_MISUSED;
  }
  request->code = argv[at];
  return take_rest(request, argc, argv, at + 1);
}

/* An option, or the command, which may stand before or behind them. */
static bool is_option(const char *word, bool *run) {
  if (!*run && strcmp(word, "run") == 0) return *run = true;
  return word[0] == '-' && word[1] != '\0';
}

static enum request_kind read_words(struct request *request, int argc,
                                    char **argv) {
  bool run = false;
  int at = 1;
  while (at < argc && is_option(argv[at], &run)) {
    if (argv[at][0] != '-') { /* it was "run" */
      at++;
      continue;
    }
    if (strcmp(argv[at], "--help") == 0) return REQUEST_HELP;
    if (strcmp(argv[at], "--version") == 0) return REQUEST_VERSION;
    if (strcmp(argv[at], "--watch") == 0) {
      request->options.watch = true;
      at++;
      continue;
    }
    if (!run && strcmp(argv[at], "-e") == 0)
      return read_code(request, argc, argv, at + 1);
    if (!read_option(request, argc, argv, &at)) return REQUEST_MISUSED;
  }
  if (run && at < argc) {
    request->file = argv[at];
    if (strcmp(request->file, "-") != 0)
      request->options.beside = request->file;
    return take_rest(request, argc, argv, at + 1);
  }
  if (at == argc)
    misuse(run ? "expected a file to run" : "expected a command", "");
  else
    misuse("unknown command ", argv[at]);
  return REQUEST_MISUSED;
}

enum request_kind request_read(struct request *request, int argc, char **argv) {
  const char *workers = getenv("TROUPE_WORKERS");
  const char *environment = getenv("TROUPE_ENV");
  *request = (struct request){.options.size = sizeof request->options};
  request->options.slices = getenv("TROUPE_SLICES");
  if (workers != NULL && !set_workers(request, workers)) return REQUEST_MISUSED;
  set_environment(request, environment != NULL ? environment : "dev");
  return read_words(request, argc, argv);
}
