/*
** Script: what all Lua actors of one host share.
**
** Threads
**   [main]        script_new, script_free, script_run
**   [any thread]  the fields, which do not change after script_new
*/
#ifndef TROUPE_SCRIPT_SCRIPT_H
#define TROUPE_SCRIPT_SCRIPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "core/scheduler.h"
#include "script/module.h"

/* An exit reason that the host itself gives, encoded once. */
struct fixed_reason {
  unsigned char bytes[32];
  size_t size;
};

struct script_options {
  const struct embedded *embedded; /* lua/troupe, compiled in */
  struct log *log;                 /* borrowed */
  const char *path, *cpath;        /* package.path, package.cpath */
  /* The actor made by script_run has ended. `text` is the printed error, NULL
  ** for a normal end. On a worker; must not call back into the host. */
  void (*ended)(void *context, int status, const char *text);
  void *context;
};

struct script {
  struct scheduler *scheduler;
  struct modules *modules;
  struct log *log;
  struct path *path;
  void (*ended)(void *context, int status, const char *text);
  void *context;
  struct fixed_reason normal, shutdown, killed, noactor, nomem;
  struct setting *settings;   /* script/settings.h; sorted out before start */
  _Atomic int64_t bodies;     /* actors whose Lua state exists; relaxed */
  _Atomic uint64_t unhandled; /* casts and infos without a handler; relaxed */
};

/* Hooks itself into the scheduler (owner, discard, settle). NULL: no memory.*/
struct script *script_new(struct scheduler *scheduler,
                          const struct script_options *options);
void script_free(struct script *script);

/* Starts the script actor: a file, or code if `code`. Its arguments are
** argv[0..argc-1]. ID_NONE: no memory. [main] */
uint64_t script_run(struct script *script, const char *file, bool code,
                    int argc, const char *const *argv);


/* Asks an actor to stop as a supervisor does. STATUS_NOACTOR: it is gone. */
enum status script_shutdown(struct script *script, uint64_t pid);
/* `late`: it did not stop in time; the actor says on the log where it was. */
enum status script_kill(struct script *script, uint64_t pid, bool late);

static inline struct script *script_of(struct scheduler *scheduler) {
  return scheduler->owner;
}

#endif
