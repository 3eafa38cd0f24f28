/*
** Host: what the functions of the embedding face know of a host; for them
** alone.
**
** Threads
**   As each field says; what says nothing is constant after troupe_new, or
**   [main]'s: one thread at a time, as troupe.h asks for.
*/
#ifndef TROUPE_EMBED_HOST_H
#define TROUPE_EMBED_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/rendezvous.h"
#include "core/scheduler.h"
#include "embed/entry.h"
#include "embed/files.h"
#include "script/script.h"
#include "troupe.h"

struct terminals; /* embed/terminal.h */

struct troupe {
  struct log *log;
  struct scheduler *scheduler;
  struct script *script;
  struct entries entries;
  struct terminals *terminals;
  /* The thread_id of the engine's thread. Written by troupe_new and
  ** troupe_adopt; relaxed: who is asked whether it is he knows whether he has
  ** written it, and what comes with it is handed over by the engine. */
  _Atomic uint64_t engine;
  uint64_t grace;
  int begin_fd;
  int end_fd;
  bool begun, ran, stopped; /* troupe_start, _run_..., _stop: each once */
  bool started;             /* its workers */
  bool over;                /* troupe_stop was true */
  pid_t process;            /* that has made it */
  bool watch;               /* options.watch */
  bool beside;              /* modules are searched where the options say */
  struct engine_files files;
  char *name;               /* NULL: none */
  int lock;                 /* of the name; -1: none */
  struct rendezvous place;  /* if it has one */
  char error[512];
  /* Written by the worker on which the script ends, before `ended` is set
  ** (release; who reads them acquires) and end_fd written. */
  int status;
  char *text;
  _Atomic bool ended;
  /* The options. */
  void (*log_hook)(void *context, enum troupe_log_level level, const char *line,
                   size_t size);
  void *context;
};

/* Sets what troupe_error and troupe_problem say; false, for who returns that.
** [main] */
bool host_fail(struct troupe *host, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same if something else than host_fail has written host->error. [main] */
bool host_failed(struct troupe *host);

/* False, and problem_set: this process is a fork of the host's, so none of its
** threads is here. For what would wait for these. */
bool host_is_here(struct troupe *host);

#endif
