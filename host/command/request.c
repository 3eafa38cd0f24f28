#include "command/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/help.h"

const char request_help[] = HELP_TEXT;

/* Does what is not C's to do. */
static const char cli[] =
    "return require('troupe.cli').main([==[" HELP_TEXT "]==], ...)";

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

/* Who names one wants it. */
static bool choose_environment(struct request *request, const char *value) {
  request->environment = value;
  return request->environment_wanted = true;
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
} options[] = {{"--workers", set_workers}, {"--log", set_log},
               {"--set", add_setting},     {"--env", choose_environment},
               {"--grace", set_grace},     {"--name", set_name}};

/* NULL: there is none of that name. */
static const struct option *find_option(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (strlen(options[i].name) == size &&
        strncmp(options[i].name, name, size) == 0)
      return &options[i];
  return NULL;
}

/* `--name value` or `--name=value`, or one without a value; moves `at` past
** it. */
static bool read_option(struct request *request, int argc, char **argv,
                        int *at) {
  const char *word = argv[*at];
  const char *equals = strchr(word, '=');
  const struct option *option = find_option(
      word, equals != NULL ? (size_t)(equals - word) : strlen(word));
  *at += 1;
  if (strcmp(word, "--watch") == 0) return request->options.watch = true;
  if (option == NULL) return misuse("unknown option ", word);
  if (equals != NULL) return option->set(request, equals + 1);
  if (*at == argc) return misuse("expected a value after ", word);
  return option->set(request, argv[(*at)++]);
}

static void take_rest(struct request *request, int argc, char **argv, int at) {
  request->arguments = (const char *const *)argv + at;
  request->argument_count = argc - at;
}

static bool take_code(const char **code, int argc, char **argv, int *at) {
  const char *word = argv[(*at)++];
  if (*at == argc) return misuse("expected a line of Lua after ", word);
  *code = argv[(*at)++];
  return true;
}

/* The command may stand before or behind its options. */
static enum request_kind command_of(const char *word) {
  if (strcmp(word, "run") == 0) return REQUEST_RUN;
  if (strcmp(word, "repl") == 0) return REQUEST_REPL;
  if (strcmp(word, "attach") == 0) return REQUEST_ATTACH;
  return REQUEST_MISUSED;
}

static bool is_option(const char *word) {
  return word[0] == '-' && word[1] != '\0';
}

/* --- What Lua does -------------------------------------------------------- */

/* The command is argv[at]; where one was goes in front of it. */
static enum request_kind read_command(struct request *request, int argc,
                                      char **argv, int at) {
  project_enter(&request->project);
  /* What tests do must not be done to what runs. */
  if (strcmp(argv[at], "test") == 0 && request->environment == NULL)
    request->environment = "test";
  argv[at - 1] = request->project.from;
  request->code = cli;
  take_rest(request, argc, argv, at - 1);
  return REQUEST_RUN;
}

/* Without a file. */
static enum request_kind read_application(struct request *request,
                                          enum request_kind kind) {
  if (project_enter(&request->project)) {
    request->words[0] = request->project.from;
    request->words[1] = kind == REQUEST_RUN ? "run" : "repl";
    request->code = cli;
    request->arguments = request->words;
    request->argument_count = 2;
    return kind;
  }
  if (kind == REQUEST_REPL) return kind;
  misuse("expected a file to run", "");
  return REQUEST_MISUSED;
}

static enum request_kind take_file(struct request *request,
                                   enum request_kind kind, int argc,
                                   char **argv, int at) {
  if (at == argc) return read_application(request, kind);
  request->file = argv[at];
  if (strcmp(request->file, "-") != 0) {
    request->options.beside = request->file;
  } else if (kind == REQUEST_REPL) {
    misuse("expected a file for repl, which reads standard input itself, "
           "got ",
           request->file);
    return REQUEST_MISUSED;
  }
  take_rest(request, argc, argv, at + 1);
  return kind;
}

/* --- attach --------------------------------------------------------------- */

static bool add_code(struct request *request, int argc, char **argv, int *at) {
  if (request->code_count == REQUEST_CODES_LARGEST)
    return misuse("too many lines of Lua: ", argv[*at]);
  return take_code(&request->codes[request->code_count++], argc, argv, at);
}

static bool set_host(struct request *request, const char *word) {
  if (request->host != NULL)
    return misuse("expected one host, got also ", word);
  request->host = word;
  return true;
}

/* REQUEST_ATTACH: there is more to read. */
static enum request_kind read_attach_word(struct request *request, int argc,
                                          char **argv, int *at) {
  const char *word = argv[*at];
  bool good;
  if (strcmp(word, "--help") == 0) return REQUEST_HELP;
  if (strcmp(word, "-e") == 0) {
    good = add_code(request, argc, argv, at);
  } else {
    *at += 1;
    if (strcmp(word, "--json") == 0)
      good = request->json = true;
    else if (is_option(word))
      good = misuse("unknown option ", word);
    else
      good = set_host(request, word);
  }
  return good ? REQUEST_ATTACH : REQUEST_MISUSED;
}

static enum request_kind read_attach(struct request *request, int argc,
                                     char **argv, int at) {
  enum request_kind kind = REQUEST_ATTACH;
  while (at < argc && kind == REQUEST_ATTACH)
    kind = read_attach_word(request, argc, argv, &at);
  return kind;
}

/* --- All ------------------------------------------------------------------ */

static enum request_kind read_line_of_code(struct request *request, int argc,
                                           char **argv, int at) {
  if (!take_code(&request->code, argc, argv, &at)) return REQUEST_MISUSED;
  take_rest(request, argc, argv, at);
  return REQUEST_RUN;
}

/* `kind`: the command, REQUEST_MISUSED as long as it has not come. */
static enum request_kind read_words(struct request *request,
                                    enum request_kind kind, int argc,
                                    char **argv, int at) {
  while (at < argc && is_option(argv[at])) {
    if (strcmp(argv[at], "--help") == 0) return REQUEST_HELP;
    if (strcmp(argv[at], "--version") == 0) return REQUEST_VERSION;
    if (kind == REQUEST_MISUSED && strcmp(argv[at], "-e") == 0)
      return read_line_of_code(request, argc, argv, at);
    if (!read_option(request, argc, argv, &at)) return REQUEST_MISUSED;
  }
  if (kind != REQUEST_MISUSED) return take_file(request, kind, argc, argv, at);
  if (at == argc) {
    misuse("expected a command", "");
    return REQUEST_MISUSED;
  }
  kind = command_of(argv[at]);
  if (kind == REQUEST_MISUSED) return read_command(request, argc, argv, at);
  if (kind == REQUEST_ATTACH && at > 1) {
    misuse("expected no option before attach, got ", argv[1]);
    return REQUEST_MISUSED;
  }
  return kind == REQUEST_ATTACH ? read_attach(request, argc, argv, at + 1)
                                : read_words(request, kind, argc, argv, at + 1);
}

/* Scripts, and what they start, are told which it is. */
static bool settle_environment(struct request *request) {
  if (request->environment == NULL) request->environment = "dev";
  if (request->code == cli) setenv("TROUPE_ENV", request->environment, 1);
  snprintf(request->config, sizeof request->config, "config/%s.lua",
           request->environment);
  return !request->environment_wanted || access(request->config, R_OK) == 0 ||
         misuse("expected a file of settings, got none in ", request->config);
}

enum request_kind request_read(struct request *request, int argc, char **argv) {
  const char *workers = getenv("TROUPE_WORKERS");
  enum request_kind kind;
  *request = (struct request){.options.size = sizeof request->options,
                              .environment = getenv("TROUPE_ENV")};
  request->options.slices = getenv("TROUPE_SLICES");
  if (workers != NULL && !set_workers(request, workers)) return REQUEST_MISUSED;
  kind = read_words(request, REQUEST_MISUSED, argc, argv, 1);
  if (kind != REQUEST_RUN && kind != REQUEST_REPL) return kind;
  return settle_environment(request) ? kind : REQUEST_MISUSED;
}
