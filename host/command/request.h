/*
** Request: what the command line asks for.
**
** Threads
**   [main]  all functions
** Ownership
**   What is read points into argv, which must outlive it, and whose words
**   may be exchanged.
*/
#ifndef TROUPE_COMMAND_REQUEST_H
#define TROUPE_COMMAND_REQUEST_H

#include "command/project.h"
#include "command/seeded.h"
#include "troupe.h"

#define REQUEST_SETTINGS_LARGEST 64
#define REQUEST_CODES_LARGEST 64

enum request_kind {
  REQUEST_RUN,
  REQUEST_REPL,
  REQUEST_ATTACH,
  REQUEST_SCHEDULES, /* --schedules: request.seeded says what to run */
  REQUEST_HELP,
  REQUEST_VERSION,
  REQUEST_DONE, /* it was told */
  REQUEST_MISUSED
};

struct request {
  struct troupe_options options;
  bool workers_wanted; /* by an option */
  const char *settings[REQUEST_SETTINGS_LARGEST];
  int setting_count;
  const char *environment;
  bool environment_wanted; /* its settings are to be there */
  bool settings_unread;    /* they are for what is made, not for who makes it */
  char config[2 * PATH_MAX + 256]; /* file of settings, there or not */
  char assets[2 * PATH_MAX + 8];   /* folder, there or not */
  /* NULL: settings that cannot be read end it. Else why they cannot goes here,
  ** and the command, whose argument it is, may do without them. */
  char *complaint;
  char complaint_text[512];
  struct project project;
  struct seeded seeded;
  const char *words[4]; /* arguments that were not in argv */
  const char *file; /* REQUEST_REPL: may be NULL */
  const char *code; /* instead of a file */
  const char *const *arguments;
  int argument_count;
  /* REQUEST_ATTACH */
  const char *host; /* its name, or its socket; NULL: the only one */
  bool name_implied; /* nobody has asked for options.name: need not be had */
  const char *codes[REQUEST_CODES_LARGEST];
  int code_count;
  bool json;
  bool list; /* only to tell which hosts there are */
};

/* With what the environment says. A command that is not of C's, and a run or
** repl without a file in a project, is a REQUEST_RUN or REQUEST_REPL of the
** code that does it, in the project's folder: lua/troupe/cli.lua. Its first
** argument is where one was (project.from), the second what is wrong with the
** settings, or "", the third the command's name. REQUEST_MISUSED: why has been
** told on standard error. `request` stays where it is, as it points into
** itself. */
enum request_kind request_read(struct request *request, int argc, char **argv);

/* --- For who reads other command lines ------------------------------------ */

/* Empty, but for what the environment says. False: that is wrong. */
bool request_begin(struct request *request);
/* `--name value` or `--name=value`, or one without a value, which is argv[*at];
** moves *at past it. False: why has been told. */
bool request_option(struct request *request, int argc, char **argv, int *at);
/* A line of Lua behind the word argv[*at]; moves *at past both. */
bool request_code(struct request *request, int argc, char **argv, int *at);
/* What stands behind `attach`, from argv[at] on. */
enum request_kind request_attach(struct request *request, int argc,
                                 char **argv, int at);

extern const char request_help[];

#endif
