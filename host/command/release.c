/*
** A release is operated by who may know nothing of Troupe: it speaks in its own
** name, has what that person needs, and takes nothing from the machine but what
** is typed, TROUPE_WORKERS and the like.
*/
#define _GNU_SOURCE /* program_invocation_short_name */
#include "command/release.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "command/misuse.h"
#include "command/project.h"

#define RELEASE_FACTS "release"

static const char start_code[] =
    "return require('troupe.cli.release').start(...)";
static const char unknown_code[] = "require('troupe.cli.release').unknown(...)";

/* --- What it is ----------------------------------------------------------- */

/* One line of the facts each, in this order; lua/troupe/cli/commands/build.lua
** writes them. */
static bool read_facts(struct release *release) {
  const char **const texts[] = {&release->name, &release->version,
                                &release->module, &release->environment};
  struct archive_file file;
  char *at = release->facts;
  if (!archive_find(release->archive, RELEASE_FACTS, &file) ||
      file.size >= sizeof release->facts)
    return false;
  memcpy(release->facts, file.bytes, file.size);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char *end = strchr(at, '\n');
    if (end == NULL) return false;
    *end = '\0';
    *texts[i] = at;
    at = end + 1;
  }
  return true;
}

bool release_open(struct release *release) {
  char why[256], text[320];
  *release = (struct release){.archive = archive_own(why, sizeof why)};
  if (release->archive == NULL && why[0] == '\0') return true;
  if (release->archive != NULL) {
    if (read_facts(release)) return true;
    snprintf(why, sizeof why, "it does not say what it is");
    release_close(release);
  }
  snprintf(text, sizeof text, "this executable is damaged: %s", why);
  misuse_tell(text);
  return false;
}

void release_close(struct release *release) {
  archive_close(release->archive);
  release->archive = NULL;
}

/* --- What is told --------------------------------------------------------- */

/* %1$s: what was typed; %2$s: the name that it goes by. */
static const char help_text[] =
    "usage: %1$s [start] [options]\n"
    "       %1$s attach [HOST] [-e CODE] [--json]\n"
    "       %1$s eval [options] [--json] CODE...\n"
    "       %1$s version\n"
    "       %1$s help\n"
    "\n"
    "start starts the application; SIGINT and SIGTERM stop it in order.\n"
    "  --set NAME=VALUE  a setting\n"
    "  --name NAME       attach finds it by this name (default: %2$s)\n"
    "  --workers N       worker threads (default: one per core)\n"
    "  --log LEVEL       debug, info, warn, error or off (default: info;\n"
    "                    eval: warn)\n"
    "  --grace SECONDS   how long it may take to stop (default: 5)\n"
    "\n"
    "attach talks to the one that runs under the name HOST (default: %2$s),\n"
    "or behind the socket HOST, a path with a slash: lines of Lua, and\n"
    "commands (help lists them) till Ctrl-D. Not at a terminal it runs its\n"
    "standard input, or each CODE; the exit status is 1 if one raises.\n"
    "  -e CODE           print what it evaluates to; as often as you like\n"
    "  --json            for programs: one line of JSON for each result\n"
    "\n"
    "eval prints what each CODE evaluates to, in a host of its own: modules\n"
    "and settings are those of %2$s, but nothing of it is started.\n";

static enum request_kind help(const struct release *release) {
  printf(help_text, program_invocation_short_name, release->name);
  return REQUEST_DONE;
}

static enum request_kind tell_version(const struct release *release) {
  printf("%s %s (Troupe %s)\n", release->name, release->version,
         troupe_version());
  return REQUEST_DONE;
}

/* --- Commands ------------------------------------------------------------- */

static bool is_help(const char *word) { return strcmp(word, "--help") == 0; }

/* There is no file that one could change, nor another environment. */
static bool read_option(struct request *request, int argc, char **argv,
                        int *at) {
  const char *word = argv[*at];
  if (strcmp(word, "--watch") == 0 || strncmp(word, "--env", 5) == 0)
    return misuse("unknown option ", word);
  return request_option(request, argc, argv, at);
}

static enum request_kind run_code(struct request *request, const char *code,
                                  int count) {
  request->code = code;
  request->arguments = request->words;
  request->argument_count = count;
  return REQUEST_RUN;
}

static enum request_kind read_start(const struct release *release,
                                    struct request *request, int argc,
                                    char **argv, int at) {
  while (at < argc) {
    if (is_help(argv[at])) return help(release);
    if (argv[at][0] != '-') {
      misuse("expected no argument, got ", argv[at]);
      return REQUEST_MISUSED;
    }
    if (!read_option(request, argc, argv, &at)) return REQUEST_MISUSED;
  }
  if (request->options.name == NULL) {
    request->options.name = release->name;
    request->name_implied = true;
  }
  request->words[0] = program_invocation_short_name;
  request->words[1] = release->module;
  return run_code(request, start_code, 2);
}

static enum request_kind read_attach(const struct release *release,
                                     struct request *request, int argc,
                                     char **argv, int at) {
  enum request_kind kind;
  for (int i = at; i < argc; i++)
    if (is_help(argv[i])) return help(release);
  kind = request_attach(request, argc, argv, at);
  if (request->host == NULL) request->host = release->name;
  return kind;
}

/* Options may stand before and behind. False: why has been told. */
static bool read_eval_word(struct request *request, int argc, char **argv,
                           int *at) {
  const char *word = argv[*at];
  if (strcmp(word, "--json") == 0) {
    *at += 1;
    return request->json = true;
  }
  if (strncmp(word, "--", 2) == 0) return read_option(request, argc, argv, at);
  if (strcmp(word, "-e") == 0) return request_code(request, argc, argv, at);
  *at -= 1;
  return request_code(request, argc, argv, at);
}

static enum request_kind read_eval(const struct release *release,
                                   struct request *request, int argc,
                                   char **argv, int at) {
  while (at < argc) {
    if (is_help(argv[at])) return help(release);
    if (!read_eval_word(request, argc, argv, &at)) return REQUEST_MISUSED;
  }
  if (request->code_count > 0) return REQUEST_REPL;
  misuse("expected a line of Lua after ", "eval");
  return REQUEST_MISUSED;
}

/* The nearest is Lua's to find. */
static enum request_kind unknown(struct request *request, const char *word) {
  request->words[0] = program_invocation_short_name;
  request->words[1] = word;
  return run_code(request, unknown_code, 2);
}

static enum request_kind read_command(const struct release *release,
                                      struct request *request, int argc,
                                      char **argv) {
  const char *word = argc > 1 ? argv[1] : "start";
  if (is_help(word) || strcmp(word, "help") == 0) return help(release);
  if (strcmp(word, "version") == 0 || strcmp(word, "--version") == 0)
    return tell_version(release);
  if (word[0] == '-') return read_start(release, request, argc, argv, 1);
  if (strcmp(word, "start") == 0)
    return read_start(release, request, argc, argv, 2);
  if (strcmp(word, "attach") == 0)
    return read_attach(release, request, argc, argv, 2);
  if (strcmp(word, "eval") == 0)
    return read_eval(release, request, argc, argv, 2);
  return unknown(request, word);
}

enum request_kind release_read(const struct release *release,
                               struct request *request, int argc,
                               char **argv) {
  if (!request_begin(request)) return REQUEST_MISUSED;
  request->options.archive = release->archive;
  request->options.path = PROJECT_PATH;
  request->options.cpath = PROJECT_CPATH;
  setenv("TROUPE_ENV", release->environment, 1);
  snprintf(request->config, sizeof request->config, "config/%s.lua",
           release->environment);
  return read_command(release, request, argc, argv);
}
