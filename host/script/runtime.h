/*
** Runtime: sets the script layer up on a scheduler, and starts the script.
**
** Threads  [main] all functions
*/
#ifndef TROUPE_SCRIPT_RUNTIME_H
#define TROUPE_SCRIPT_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "script/module.h"
#include "script/script.h"

struct runtime_options {
  const struct embedded *embedded; /* lua/troupe, compiled in */
  const struct archive *archive;   /* borrowed; NULL: this is no release */
  const char *assets;              /* NULL: "assets" */
  bool tests;                      /* who asks may test: script/face_test.h */
  struct log *log;                 /* borrowed */
  const char *path, *cpath;        /* package.path and cpath; NULL: stock Lua's,
                                   ** with what the environment says */
  /* The actor made by runtime_run has started, whatever it does from here on.
  ** Called on some worker, at most once. */
  void (*begun)(void *context);
  /* The actor made by runtime_run has ended. `text` is the printed error, NULL
  ** for a normal end. On a worker; must not call back into the host. */
  void (*ended)(void *context, int status, const char *text);
  void *context;
  /* In the library: gets what actors print, line by line; [any thread]. NULL:
  ** the log does. */
  void (*output)(void *context, uint64_t pid, const char *bytes, size_t size);
  void *output_context;
};

/* Hooks itself into the scheduler (owner, discard, settle). NULL: no memory.*/
struct script *runtime_new(struct scheduler *scheduler,
                           const struct runtime_options *options);
void runtime_free(struct script *script);

/* Starts the script actor: a file, or code if `code`. Its arguments are
** argv[0..argc-1]. ID_NONE: no memory. */
uint64_t runtime_run(struct script *script, const char *file, bool code,
                     int argc, const char *const *argv);

/* Starts troupe.watcher. False: no memory. */
bool runtime_start_watcher(struct script *script);

/* Starts troupe.console on the private worker, before anything else, and waits
** until it has started. `name`, and the `path` of the socket that it is to
** listen on, may be NULL. False: it could not; the log says why. Needs
** script->console. */
bool runtime_start_console(struct script *script, const char *name,
                           const char *path);

#endif
