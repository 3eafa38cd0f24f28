/*
** Troupe: a host that runs servers written in Lua. The embedding face.
**
** Threads
**   [main]  all functions: the thread that made the host
** Ownership
**   Strings that go in are copied.
** Errors
**   A function that can fail says so by its value, and why by
**   troupe_error(host), one line of English.
*/
#ifndef TROUPE_H
#define TROUPE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_VERSION "0.1.0"

struct troupe;
struct archive;

struct troupe_options {
  size_t size;           /* sizeof(struct troupe_options) */
  int workers;           /* 1..256; 0: one per core */
  const char *log_level; /* debug, info, warn, error, off; NULL: info */
  int log_fd;            /* where the log goes; 0: standard error */
  const char *path;      /* package.path; NULL: LUA_PATH, or Lua's own */
  const char *cpath;     /* package.cpath; NULL: the same */
  const char *beside;    /* modules are found beside this file first; NULL:
                         ** beside the script, but not by the console */
  double grace;          /* seconds that a stop may take; 0: 5 */
  /* How an actor that runs on for long is interrupted. "signal": by a timer and
  ** a real-time signal of each worker's, which costs nothing else; "hook": by
  ** looking at the clock all the time, for a process that can have no signals
  ** (scripts run about half as fast); "none": not at all. NULL: "signal". */
  const char *slices;
  /* Who has a name listens for those who want to look at it (`troupe attach`),
  ** on a socket in this user's runtime directory (base/rendezvous.h), under
  ** this name, which no other host of this user has: else troupe_new fails.
  ** NULL: does not listen. */
  const char *name;
  /* Its console has a thread of its own, for troupe_console; with a name it has
  ** in any case. */
  bool console;
  /* Which actor runs next is chosen: "seed=7", or a whole schedule as the test
  ** command tells it (core/schedule.h). The host has one worker then, whatever
  ** `workers` says, and no console, and nothing runs before its script. What
  ** it does is the same each time if the process always has the same addresses.
  ** NULL: whoever is ready runs. */
  const char *schedule;
  /* Modules whose files change are reloaded, and the log says so. */
  bool watch;
  /* "virtual": time stands still while anything is left to do, and then goes on
  ** to the next that is due, so that tests need not wait. For a host of one
  ** worker, without a console. "real", or NULL: the system's. A host that stops
  ** does so in real time. */
  const char *clock;
  /* It runs tests: what troupe.test needs, which reaches into all of the host,
  ** its clock, its log, is given to whoever asks. */
  bool tests;
  /* The folder of troupe.asset; NULL: assets. */
  const char *assets;
  /* What `troupe build` has put behind this executable (base/archive.h), which
  ** must outlive the host. Modules, settings and assets are then those in it,
  ** which path, cpath and assets name. NULL: it has nothing. */
  const struct archive *archive;
};

/* NULL: `error` (of `error_size` bytes, or NULL) says why. No thread runs
** before troupe_start. */
struct troupe *troupe_new(const struct troupe_options *options, char *error,
                          size_t error_size);

/* Before troupe_start: settings for troupe.config. `name=value`; and a Lua
** file that returns a table of them (not there: none). */
bool troupe_set(struct troupe *host, const char *assignment);
bool troupe_load_settings(struct troupe *host, const char *file);

/* Starts the workers, the console, and who watches. */
bool troupe_start(struct troupe *host);

/* A connected socket of a session with this host, which must have a console or
** a name: what `troupe attach` has, but in the same process. The caller's to
** close. -1: it cannot be had. Before troupe_start or after. */
int troupe_console(struct troupe *host);

/* Runs a script as an actor; once per host. Modules are found beside the file
** first, unless options.beside says otherwise. */
bool troupe_run_file(struct troupe *host, const char *file, int argc,
                     const char *const *argv);
bool troupe_run_code(struct troupe *host, const char *code, int argc,
                     const char *const *argv);

/* Readable once the script has run, and, if it returns a behaviour, the `init`
** of that; never, if it has failed before. Owned by the host. */
int troupe_begin_fd(struct troupe *host);

/* Readable once the script has ended. Owned by the host. */
int troupe_end_fd(struct troupe *host);
/* Has it? */
bool troupe_ended(struct troupe *host);
/* Then: the script's exit status. 1 if it failed (by an error nobody caught, an
** init that returned nil and a reason, an exit with a reason): then
** troupe_error is that, with its chain. 1 without having failed if a stop cut
** it short. */
int troupe_status(struct troupe *host);
bool troupe_failed(struct troupe *host);

/*
** Stops every actor, the youngest first, each before the next; who has not
** stopped when the grace is over is killed, and named on the log. False: one
** could not even be killed (it is in a foreign function); the process should
** end without troupe_free. At most two seconds longer than the grace.
*/
bool troupe_stop(struct troupe *host);

/* Takes NULL. After troupe_stop has answered true, or before troupe_start. */
void troupe_free(struct troupe *host);

const char *troupe_error(struct troupe *host);
const char *troupe_version(void);

#ifdef __cplusplus
}
#endif

#endif
