#include "command/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/help.h"
#include "command/misuse.h"

const char request_help[] = HELP_TEXT;

/* Does what is not C's to do. */
static const char cli[] =
    "return require('troupe.cli').main([==[" HELP_TEXT "]==], ...)";

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

static bool read_workers(struct request *request, const char *value) {
  double number;
  if (!read_number(value, &number) || !(number >= 1 && number <= 256) ||
      number != (int)number)
    return misuse("expected --workers to be 1 to 256, got ", value);
  request->options.workers = (int)number;
  return true;
}

static bool set_workers(struct request *request, const char *value) {
  return request->workers_wanted = read_workers(request, value);
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
  bool anywhere; /* also behind a command that is Lua's */
} options[] = {{"--workers", set_workers, true}, {"--log", set_log, true},
               {"--set", add_setting, true},
               {"--env", choose_environment, true},
               {"--grace", set_grace, true},     {"--name", set_name, false}};

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
bool request_option(struct request *request, int argc, char **argv, int *at) {
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

static bool goes_anywhere(const char *word) {
  const struct option *option = find_option(word, strcspn(word, "="));
  return option != NULL && option->anywhere;
}

/* Takes the host's options out of the words from `at` up to a `--`. What is
** left may have the same names only behind that. */
static bool sift(struct request *request, int *argc, char **argv, int at) {
  int kept = at;
  while (at < *argc && strcmp(argv[at], "--") != 0) {
    if (!goes_anywhere(argv[at]))
      argv[kept++] = argv[at++];
    else if (!request_option(request, *argc, argv, &at))
      return false;
  }
  while (at < *argc) argv[kept++] = argv[at++];
  *argc = kept;
  return true;
}

/* What tests do must not be done to what runs; what is measured should be as it
** is where it runs, and what is built is for there. */
static const char *environment_of(const char *command) {
  if (strcmp(command, "test") == 0) return "test";
  if (strcmp(command, "bench") == 0 || strcmp(command, "build") == 0)
    return "prod";
  return NULL;
}

/* Tests wait for nothing, where they are alone: several workers at a time, an
** operator, files that somebody changes are of real time. */
static void prepare_test(struct request *request) {
  struct troupe_options *host = &request->options;
  host->tests = true;
  if (!request->workers_wanted) host->workers = 1;
  if (host->workers == 1 && host->name == NULL && !host->watch)
    host->clock = "virtual";
}

/* False: what was typed about schedules cannot be. */
static bool prepare_schedule(struct request *request, int *argc, char **argv,
                             int at) {
  struct troupe_options *host = &request->options;
  if (request->seeded.argv == NULL) return true;
  if (!seeded_read(&request->seeded, at)) return false;
  host->schedule = seeded_schedule(&request->seeded);
  if (host->schedule != NULL) seeded_settle(&request->seeded, argc, argv);
  if (host->schedule == NULL && request->seeded.schedules == 0) return true;
  return (host->workers == 1 && host->name == NULL && !host->watch) ||
         misuse("expected one worker, no --name and no --watch with a seed",
                "");
}

/* The command is argv[at]; two words go in front of it, for which argv has room
** where its NULL is. */
static enum request_kind read_command(struct request *request, int argc,
                                      char **argv, int at) {
  if (!sift(request, &argc, argv, at + 1)) return REQUEST_MISUSED;
  project_enter(&request->project);
  if (request->environment == NULL)
    request->environment = environment_of(argv[at]);
  if (strcmp(argv[at], "test") == 0) {
    prepare_test(request);
    if (!prepare_schedule(request, &argc, argv, at)) return REQUEST_MISUSED;
  }
  request->settings_unread = strcmp(argv[at], "build") == 0;
  memmove(argv + at + 1, argv + at, (size_t)(argc - at) * sizeof *argv);
  request->complaint = argv[at] = request->complaint_text;
  argv[at - 1] = request->project.from;
  request->code = cli;
  take_rest(request, argc + 1, argv, at - 1);
  return request->seeded.schedules > 0 ? REQUEST_SCHEDULES : REQUEST_RUN;
}

/* Words that nobody has typed. */
static enum request_kind use_words(struct request *request,
                                   enum request_kind kind, const char *command,
                                   const char *argument) {
  request->words[0] = request->project.from;
  request->words[1] = request->complaint_text;
  request->words[2] = command;
  request->words[3] = argument;
  request->code = cli;
  request->arguments = request->words;
  request->argument_count = argument != NULL ? 4 : 3;
  return kind;
}

static const char *name_of(enum request_kind kind) {
  if (kind == REQUEST_RUN) return "run";
  return kind == REQUEST_REPL ? "repl" : "attach";
}

/* What one of C's commands says of itself, `help` says. */
static enum request_kind read_help(struct request *request,
                                   enum request_kind kind) {
  if (kind == REQUEST_MISUSED) return REQUEST_HELP;
  project_enter(&request->project);
  request->complaint = request->complaint_text;
  request->environment_wanted = false;
  return use_words(request, REQUEST_RUN, "help", name_of(kind));
}

/* Without a file. */
static enum request_kind read_application(struct request *request,
                                          enum request_kind kind) {
  if (project_enter(&request->project))
    return use_words(request, kind, name_of(kind), NULL);
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
  project_look(&request->project);
  take_rest(request, argc, argv, at + 1);
  return kind;
}

/* --- attach --------------------------------------------------------------- */

bool request_code(struct request *request, int argc, char **argv, int *at) {
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
  if (strcmp(word, "--help") == 0) return read_help(request, REQUEST_ATTACH);
  if (strcmp(word, "-e") == 0) {
    good = request_code(request, argc, argv, at);
  } else {
    *at += 1;
    if (strcmp(word, "--json") == 0)
      good = request->json = true;
    else if (strcmp(word, "--list") == 0)
      good = request->list = true;
    else if (is_option(word))
      good = misuse("unknown option ", word);
    else
      good = set_host(request, word);
  }
  return good ? REQUEST_ATTACH : REQUEST_MISUSED;
}

enum request_kind request_attach(struct request *request, int argc,
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
  project_look(&request->project);
  take_rest(request, argc, argv, at);
  return REQUEST_RUN;
}

/* A host's, and those of a session. */
static bool read_repl_option(struct request *request, int argc, char **argv,
                             int *at) {
  if (strcmp(argv[*at], "-e") == 0)
    return request_code(request, argc, argv, at);
  if (strcmp(argv[*at], "--json") != 0)
    return request_option(request, argc, argv, at);
  *at += 1;
  return request->json = true;
}

/* `kind`: the command, REQUEST_MISUSED as long as it has not come. */
static enum request_kind read_words(struct request *request,
                                    enum request_kind kind, int argc,
                                    char **argv, int at) {
  while (at < argc && is_option(argv[at])) {
    if (strcmp(argv[at], "--help") == 0) return read_help(request, kind);
    if (strcmp(argv[at], "--version") == 0) return REQUEST_VERSION;
    if (kind == REQUEST_MISUSED && strcmp(argv[at], "-e") == 0)
      return read_line_of_code(request, argc, argv, at);
    if (!(kind == REQUEST_REPL ? read_repl_option : request_option)(
            request, argc, argv, &at))
      return REQUEST_MISUSED;
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
  return kind == REQUEST_ATTACH ? request_attach(request, argc, argv, at + 1)
                                : read_words(request, kind, argc, argv, at + 1);
}

/* Scripts, and what they start, are told which it is. */
static bool settle_environment(struct request *request) {
  if (request->environment == NULL) request->environment = "dev";
  if (request->code == cli || request->project.from[0] != '\0')
    setenv("TROUPE_ENV", request->environment, 1);
  snprintf(request->config, sizeof request->config, "%sconfig/%s.lua",
           request->project.up, request->environment);
  snprintf(request->assets, sizeof request->assets, "%sassets",
           request->project.up);
  request->options.assets = request->assets;
  if (request->environment_wanted && access(request->config, R_OK) != 0)
    return misuse("expected a file of settings, got none in ",
                  request->config);
  if (request->settings_unread) request->config[0] = '\0';
  return true;
}

bool request_begin(struct request *request) {
  const char *workers = getenv("TROUPE_WORKERS");
  *request = (struct request){.options.size = sizeof request->options,
                              .environment = getenv("TROUPE_ENV")};
  request->options.slices = getenv("TROUPE_SLICES");
  return workers == NULL || read_workers(request, workers);
}

enum request_kind request_read(struct request *request, int argc, char **argv) {
  enum request_kind kind;
  if (!request_begin(request)) return REQUEST_MISUSED;
  seeded_note(&request->seeded, argc, argv);
  kind = read_words(request, REQUEST_MISUSED, argc, argv, 1);
  if (kind != REQUEST_RUN && kind != REQUEST_REPL) return kind;
  return settle_environment(request) ? kind : REQUEST_MISUSED;
}
