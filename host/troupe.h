/*
** Troupe: a host that runs servers written in Lua. The embedding face.
**
**   A host                         options; makes, runs, stops one
**   Errors                         why a function has failed
**   The engine's thread            troupe_poll
**   Values                         what a message carries: writers, readers
**   Talking to actors              casts, calls, starts
**   Native actors                  behaviours of C
**   Modules of Lua                 in memory, for `require`
**   Modules of C                   functions of C, for scripts
**   Handles                        things of the engine's, for scripts
**   Boards                         numbers shared without a message
**   A host that is stepped         the same each time
**   The console                    for the engine's own terminal
**   The process                    memory, fatal errors, version
**
** Threads
**   [main]        functions that say nothing else: one thread at a time
**   [engine]      the engine's thread: the one that made the host, or that
**                 called troupe_adopt last
**   [any thread]  any, even several at a time, as long as the host is there
**   Values belong to no host: see there. A process may have any number of
**   hosts, and a thread use several in turn. A child of fork() has none of
**   their threads: it calls exec or _exit, or makes hosts of its own; with its
**   parent's all that waits fails, and troupe_free does nothing.
**   A function that is given to Troupe is called on any thread, by several at a
**   time, if it says nothing else. It must come back: by no exception and no
**   longjmp; and it calls no function of the host that calls it.
** Ownership
**   Strings that go in are copied.
** Errors
**   A function that can fail says so by its value, and why, in English, by
**   troupe_problem(); if it is [main], also by troupe_error(host).
** C++
**   Write `struct troupe_module` and `struct troupe_type`: functions have these
**   names, too. An options struct is cleared by {}.
**
** The command `troupe` is a process of its own. In an engine's process, which
** libtroupe is for, nothing is taken that belongs to the process: see "The
** library" in host/README.md. Where the two differ it says so here.
*/
#ifndef TROUPE_H
#define TROUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_VERSION "0.1.0"

struct troupe;
struct archive; /* the command's */

/* --- A host --------------------------------------------------------------- */

enum troupe_log_level {
  TROUPE_LOG_DEBUG,
  TROUPE_LOG_INFO,
  TROUPE_LOG_WARN,
  TROUPE_LOG_ERROR
};

/* What options.read_file has read. */
struct troupe_file {
  const void *bytes;
  size_t size;
  void *handle;   /* its own, for options.release_file */
  void *spare[4]; /* 0 */
};

/* What is 0 is not asked for: clear it, set `size`, and what is wanted. So it
** may also be of an older header than the library, or of a newer one, if what
** that has more is 0. */
struct troupe_options {
  size_t size; /* sizeof(struct troupe_options) */

  /* - Threads - */

  /* Something is to happen on the engine's thread: it calls troupe_poll. Not
  ** with a schedule or a virtual clock. */
  bool engine;
  int workers; /* threads for actors, 1..256; 0: one per core */
  /* How an actor that runs on for long is interrupted. "signal": by a timer and
  ** a real-time signal of each worker's, which costs nothing else; "hook": by
  ** looking at the clock all the time, for a process that can have no signals
  ** (scripts run about half as fast); "none": not at all. NULL: "signal"; in
  ** libtroupe "hook", and no signal's action is changed. */
  const char *slices;
  double grace; /* seconds that a stop may take; 0: 5 */

  /* - Scripts - */

  const char *path;   /* package.path; NULL: LUA_PATH, or Lua's own */
  const char *cpath;  /* package.cpath; NULL: the same. libtroupe loads no C
                      ** modules: there NULL, or empty */
  const char *beside; /* modules are found beside this file first; NULL:
                      ** beside the script, but not by the console */
  const char *assets; /* the folder of troupe.asset; NULL: assets */
  /* Modules whose files change are reloaded, and the log says so. */
  bool watch;

  /* - Log and console - */

  const char *log_level; /* debug, info, warn, error, off; NULL: info */
  int log_fd;            /* where the log goes; 0: standard error */
  /* Who has a name listens for those who want to look at it (`troupe attach`),
  ** on a socket in this user's runtime directory, under this name, which no
  ** other host of this user has: else troupe_new fails. NULL: does not
  ** listen. */
  const char *name;
  /* Its console has a thread of its own, for troupe_console and
  ** troupe_terminal_open; with a name it has in any case. */
  bool console;

  /* - Functions of the engine - */

  void *context; /* is handed to each of them */
  /* Gets the log, in place of log_fd: one line, of `size` bytes and a NUL, with
  ** neither the time nor the level in it; it has new lines inside only where
  ** its text had. NULL: log_fd does. */
  void (*log)(void *context, enum troupe_log_level level, const char *line,
              size_t size);
  /* libtroupe only: gets what actors print (print, io.write, warn): `size`
  ** bytes that are one line or several, with their new lines; a piece if a line
  ** is longer than 4 KiB, or its actor ends. `pid` has printed it. NULL:
  ** the log does, at level info. */
  void (*output)(void *context, uint64_t pid, const char *bytes, size_t size);
  /* The host's time, in nanoseconds, monotonic: timers, deadlines, troupe.now
  ** go by it. It may run at any pace, and stand still; what it says that is
  ** less than what it has said before is not heard. It is asked often: some
  ** nanoseconds are well spent. What is due may be up to 2 ms late, more if
  ** the clock is fast. Not with a virtual clock, nor with a schedule. NULL:
  ** the system's. */
  uint64_t (*now)(void *context);
  /* Files that the engine has, in a pack or wherever: [worker, and who calls
  ** troupe_load_settings] any number of threads at a time; may block; may call
  ** what is [any thread] and does not wait. `name` is what would be opened: of
  ** a module, an entry of package.path with the module's name in it
  ** ("./game/goblin.lua"), of an asset the folder and its name, a script, a
  ** file of settings. False: the engine has no such file, and then it is looked
  ** for on the disk. True: `file`, which was cleared, says what is in it, and
  ** is left alone until release_file (may be NULL) is called with it, soon. If
  ** `file` is NULL it is asked only whether there is one.
  **
  ** Of Lua the bytes may be source or, from an engine's own build of the same
  ** Lua, bytecode, which is not checked: forged, it can do anything. What
  ** scripts open themselves (io.open, loadfile) and troupe.asset.list look at
  ** the disk. */
  bool (*read_file)(void *context, const char *name, struct troupe_file *file);
  void (*release_file)(void *context, struct troupe_file *file);

  /* - A host that is stepped - */

  /* All of it happens on the engine's thread, in troupe_step, and is the same
  ** each time. It has `engine` then, but no other thread, and no `workers`,
  ** `slices`, `clock`, `now`, `schedule`, `console` or `name`. */
  bool stepped;
  /* Of one that is stepped: another seed gives other numbers of math.random,
  ** and another order of pairs. */
  uint64_t seed;
  /* Of one that is stepped: how many instructions of Lua's a turn has before it
  ** is left for the next step. 0: ten million. To count them makes scripts
  ** about half as fast; UINT64_MAX: they are not counted, and troupe_step never
  ** returns from a loop without an end. */
  uint64_t step_instructions;

  /* - What the command uses; an engine leaves it 0 - */

  /* Which actor runs next is chosen: "seed=7", or a whole schedule as the test
  ** command tells it (core/schedule.h). The host has one worker then, whatever
  ** `workers` says, and no console, and nothing runs before its script. What
  ** it does is the same each time if the process always has the same addresses.
  ** NULL: whoever is ready runs. */
  const char *schedule;
  /* "virtual": time stands still while anything is left to do, and then goes on
  ** to the next that is due, so that tests need not wait. For a host of one
  ** worker, without a console. "real", or NULL: the system's. A host that stops
  ** does so in real time. */
  const char *clock;
  /* It runs tests: what troupe.test needs, which reaches into all of the host,
  ** its clock, its log, is given to whoever asks. Not in libtroupe. */
  bool tests;
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

/* Starts the workers, the console, and who watches; once. False: it is to be
** stopped none the less, and freed. */
bool troupe_start(struct troupe *host);

/* Runs a script as an actor; once per host, after troupe_start. Modules are
** found beside the file first, unless options.beside says otherwise. */
bool troupe_run_file(struct troupe *host, const char *file, int argc,
                     const char *const *argv);
bool troupe_run_code(struct troupe *host, const char *code, int argc,
                     const char *const *argv);

/* Readable once the script has run, and, if it returns a behaviour, the `init`
** of that; never, if it has failed before. Owned by the host. */
int troupe_begin_fd(struct troupe *host);

/* Readable once the script has ended. Owned by the host. */
int troupe_end_fd(struct troupe *host);
/* Has the script ended? */
bool troupe_ended(struct troupe *host);
/* Its exit status, once it has ended; 0 before. 1 if it failed, or if a stop
** cut it short. */
int troupe_status(struct troupe *host);
/* Has it failed: by an error nobody caught, an init that returned nil and a
** reason, an exit with a reason? Then troupe_error is that, with its chain. */
bool troupe_failed(struct troupe *host);

/*
** Stops every actor, the youngest first, each before the next; who has not
** stopped when the grace is over is killed, and named on the log. False: one
** could not even be killed (it is in a foreign function); the process should
** end without troupe_free. At most two seconds longer than the grace, and as
** long as those who are killed get fewer.
**
** What is to end on the engine's thread does so if this is the engine's thread,
** as in troupe_poll. On another one somebody must go on polling; if the
** engine's thread is gone, call troupe_adopt before. False, too, inside a
** handler or a callback.
*/
bool troupe_stop(struct troupe *host);

/* Takes NULL. A host that has been started and not stopped is stopped, by
** troupe_stop; if that fails, or inside a handler or a callback of any host,
** nothing is freed, and the log says so. No other thread is inside a function
** of this host, or calls one any more. Callbacks that have not been served yet
** come now, on this thread. */
void troupe_free(struct troupe *host);

/* --- Errors --------------------------------------------------------------- */

/* [any thread] Why the last function that failed on this thread did so; "" if
** none has. Until the next one that fails. */
const char *troupe_problem(void);

/* The same of the last function of this host that failed and is [main]; or,
** once the script has failed, why that did, with its chain. Until the next one
** of those, or troupe_free. */
const char *troupe_error(struct troupe *host);

/* --- The engine's thread -------------------------------------------------- */

/*
** [engine] Does what is addressed to the engine's thread, a message at a time:
** what is for one and the same actor in the order in which it came; what is for
** another one, or for a callback, may be before or after that. At least one, if
** there is any; none is begun once `budget_us` microseconds are over. Never
** waits; without news it costs no system call. True: more is left.
**
** False, and nothing is done, on another thread, inside a handler or a
** callback, or without options.engine.
*/
bool troupe_poll(struct troupe *host, uint64_t budget_us);

/* [any thread] Readable while something is left for troupe_poll: for epoll,
** poll, or the loop of a tool, which then calls troupe_poll; level-triggered.
** Now and then there is nothing after all. Never to be read or written. Owned
** by the host. -1: without options.engine, or stepped. */
int troupe_wake_fd(struct troupe *host);

/* [any thread] The calling thread is the engine's from now on. The former one
** is not inside any function of this host, and all that it has done in one has
** happened before: it has been joined, or has let go of a lock that this one
** has taken. */
void troupe_adopt(struct troupe *host);

/* --- Values --------------------------------------------------------------- */

/*
** What a message carries, written and read without Lua.
**
** Threads    A writer, or a reader, is used by one thread at a time, whichever.
** Errors     A writer's stick: what is written after one is ignored, who is
**            given the writer refuses it, and troupe_writer_error says why.
**            What reads says it by its value alone.
*/

/* The values of one message, one after another. May be used again for the next,
** reset or as it is, once it has been sent. */
struct troupe_writer;
struct troupe_reader;

/* NULL: no memory. A writer that is NULL is one without memory: it may be
** written to, and refused, like any that has failed. */
struct troupe_writer *troupe_writer_new(void);
void troupe_writer_free(struct troupe_writer *writer); /* takes NULL */
/* Empty and without an error, and keeps its memory. */
void troupe_writer_reset(struct troupe_writer *writer);

/*
** Fails if a table wants a key here: nil is none, nor is NaN. In a message they
** are values as others are: a trailing nil counts.
*/
void troupe_write_nil(struct troupe_writer *writer);
void troupe_write_number(struct troupe_writer *writer, double value);

void troupe_write_boolean(struct troupe_writer *writer, bool value);
/* An integer in Lua, which a number with an integral value is not: 1, 1.0. As
** keys of a table these two are the same. */
void troupe_write_integer(struct troupe_writer *writer, int64_t value);
/* Any bytes, copied; `bytes` may be NULL if there are none. */
void troupe_write_string(struct troupe_writer *writer, const char *bytes,
                         size_t size);
/* The same up to its NUL. Fails for NULL. */
void troupe_write_text(struct troupe_writer *writer, const char *text);
/* 0 is nil. Fails for what no function of a host has given out. */
void troupe_write_pid(struct troupe_writer *writer, uint64_t pid);
/* A thing of this program's that actors may have and send: `type` is a name
** that the host knows, `id` says which. Fails for no name. */
void troupe_write_handle(struct troupe_writer *writer, const char *type,
                         uint64_t id);
/*
** A table: of what is written next, `items` values have the keys 1, 2, ...;
** then come `pairs` times a key and its value; then it is complete, and what
** follows stands behind it. Each of these may be a table again, 100 deep. A
** writer whose last table is not complete yet is refused.
*/
void troupe_write_table(struct troupe_writer *writer, size_t items,
                        size_t pairs);
/* The value in front of the reader, of whatever kind, which the reader then has
** passed. Tables in it that are shared or go in circles stay so; those that it
** shares with other values of that message are copied. Fails if the reader has
** nothing in front, or if the copy would be more than 100 tables deep. */
void troupe_write_copy(struct troupe_writer *writer,
                       struct troupe_reader *reader);

/* Why the writer would be refused; NULL: it would not. A constant text. */
const char *troupe_writer_error(const struct troupe_writer *writer);

/*
** What a reader has in front. A table of a class (its metatable has __module)
** is a TABLE. ERROR is the table of an error object: its fields are `kind`,
** `message` and others. OTHER is a value that only scripts can use, to be
** skipped or copied. NONE: nothing is left, of the message or of this table;
** or what is there is no encoding.
*/
enum troupe_kind {
  TROUPE_NONE,
  TROUPE_NIL,
  TROUPE_BOOLEAN,
  TROUPE_INTEGER,
  TROUPE_NUMBER,
  TROUPE_STRING,
  TROUPE_TABLE,
  TROUPE_PID,
  TROUPE_HANDLE,
  TROUPE_ERROR,
  TROUPE_OTHER
};

#define TROUPE_DEPTH 100 /* tables in tables */

struct troupe_level {
  uint32_t items, back, flags;
};

/*
** Somewhere in the values of a message. Lies with the caller, and owns nothing:
** may be copied, and forgotten. The bytes are borrowed from whoever gave the
** reader, for as long as that says. All its fields are private.
*/
struct troupe_reader {
  const unsigned char *bytes, *at, *end, *found;
  uint64_t number;
  uint32_t depth;
  struct troupe_level levels[TROUPE_DEPTH + 1];
  uint64_t spare[4];
};

enum troupe_kind troupe_peek(const struct troupe_reader *reader);
/* Values of the message that are left, outside of any table. */
size_t troupe_left(const struct troupe_reader *reader);

/* Each reads the value in front. False: that is of another kind, and stays
** where it is; what the pointers point to is as it was. */
bool troupe_read_boolean(struct troupe_reader *reader, bool *value);
/* Also a number, if it has the value of an integer. */
bool troupe_read_integer(struct troupe_reader *reader, int64_t *value);
/* Also an integer, rounded if it must be. */
bool troupe_read_number(struct troupe_reader *reader, double *value);
/* *bytes is where they lie in the message; no NUL follows. */
bool troupe_read_string(struct troupe_reader *reader, const char **bytes,
                        size_t *size);
bool troupe_read_pid(struct troupe_reader *reader, uint64_t *pid);
/* *type as a string's bytes. */
bool troupe_read_handle(struct troupe_reader *reader, const char **type,
                        size_t *type_size, uint64_t *id);
/* Any one. False: nothing is left. */
bool troupe_skip(struct troupe_reader *reader);

/*
** Goes into the table (TABLE, ERROR) in front: the values of its keys
** 1..*items come first, then keys and values in turn until troupe_peek says
** NONE. Lua may keep a part of a list elsewhere: what is nil here may come
** again with its key (troupe_item finds it in either place). False: it is no
** table, or the reader is in 100 already, as it may be in one that contains
** itself. One that stands in several places is looked for among those before.
*/
bool troupe_enter(struct troupe_reader *reader, size_t *items);
/* Goes out of it, behind it, whatever is left of it. False: it is in none. */
bool troupe_leave(struct troupe_reader *reader);

/*
** *value becomes a reader of the value that this key, or index, has in the
** table in front of `table`, which does not move unless it is the same one.
** False: there is none, or nil, or that is no table; then *value has nothing in
** front, and may be asked on. Takes a time that grows with what stands before.
*/
bool troupe_field(const struct troupe_reader *table, const char *key,
                  struct troupe_reader *value);
bool troupe_item(const struct troupe_reader *table, size_t index,
                 struct troupe_reader *value);

/* --- Talking to actors ---------------------------------------------------- */

/* Whom something is for. The texts are borrowed until the function that is
** given the target returns. To be made by these: */
struct troupe_target {
  uint64_t pid;
  const char *module, *name;
  int64_t number;
};
struct troupe_target troupe_to(uint64_t pid);
/* Who is registered under the name then. */
struct troupe_target troupe_named(const char *name);
/* The actor of this module and key, as `entity.kind(module):at(key)` in Lua: if
** it is not there, it is started, and its init gets the key (a module without
** init would have the key as its state). */
struct troupe_target troupe_entity(const char *module, const char *key);
struct troupe_target troupe_entity_number(const char *module, int64_t key);

/* [any thread] The pid of who is registered under the name; 0: nobody. */
uint64_t troupe_find(struct troupe *host, const char *name);

/*
** [any thread] troupe_cast sends a request without a reply, troupe_send an
** info. `values` is the request's name and then its arguments, and may be reset
** once the function has returned. Never waits. False: it is not sent, as nobody
** is there, or the mailbox is full.
**
** What one thread sends to one actor arrives in the order in which it sent it:
** casts and infos among themselves, calls among themselves, and a call behind
** the casts and infos before it. But one that is sent after a call may be there
** before it, until the call has ended. To an entity all goes in one order.
**
** For an entity, true says only that it is on its way, for which options.engine
** is needed: if the entity cannot be started, or has no room for it for 5 s,
** the log says so.
*/
bool troupe_cast(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values);
bool troupe_send(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values);

/* [any thread] Lets an actor end once it has handled what was sent to it
** before. Does not wait. False: there is none. */
bool troupe_end(struct troupe *host, uint64_t pid);

/*
** How a call, or a start, has ended. `values` is what the handler has returned,
** or the pid; of an error the error object, if it can be sent.
**
** `kind` is that of the error object: "timeout", "noactor", "exit", ...; or
** "stopped": the host has; or, of a start, "refused": by its init, whose reason
** is the value. `begun`: the handler may have run; if not, it never will.
*/
struct troupe_result {
  size_t size; /* of this struct in the library: more fields may come */
  bool ok;
  const char *error; /* NULL: none; or all that there is to say, in lines */
  const char *kind;  /* NULL as well */
  bool begun;
  struct troupe_reader values;
};

/* Called on the engine's thread, by troupe_poll or whatever waits there. The
** result lives until it returns. It may call whatever does not wait. */
typedef void troupe_callback(void *context, const struct troupe_result *result);

/*
** [any thread] Sends a request, and calls back when it has been answered, or
** has failed: exactly once, even if the host stops before. Needs
** options.engine. Never waits. A deadline of 0 ms is one of 5 s; UINT64_MAX is
** none. False: it is not sent, and nobody is called back.
**
** Any number may be under way; 254 are at work at a time, the others wait in
** line, for no longer than their deadlines.
*/
bool troupe_call(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values, uint64_t deadline_ms,
                 troupe_callback *callback, void *context);

/* [any thread, but not inside a handler, a callback, or a function of a module]
** The same, and waits for it. On the engine's thread what is addressed to that
** is done meanwhile, as by troupe_poll: callbacks may come here. Returns owned.
** NULL: it was not sent, or there is no memory. */
struct troupe_result *troupe_call_wait(struct troupe *host,
                                       struct troupe_target target,
                                       const struct troupe_writer *values,
                                       uint64_t deadline_ms);
void troupe_result_free(struct troupe_result *result); /* takes NULL */

/* [as troupe_call] troupe.start: the module's name, and as values what its init
** gets and, if there is a second one, the table of options, without `link`;
** NULL: neither. Modules are found as by the host's script. */
bool troupe_spawn(struct troupe *host, const char *module,
                  const struct troupe_writer *values, uint64_t deadline_ms,
                  troupe_callback *callback, void *context);
/* [as troupe_call_wait] 0: `error` (of `error_size` bytes, or NULL) says why,
** as does troupe_problem. */
uint64_t troupe_spawn_wait(struct troupe *host, const char *module,
                           const struct troupe_writer *values,
                           uint64_t deadline_ms, char *error,
                           size_t error_size);

/* [as troupe_call] What has been edited: the module is read anew, from memory
** or a file, and all actors that use it change to what is there, between two
** messages, each with the state that it has (`troupe.inspect`, reload). The
** result's value is a table: module, version, actors, seconds; or nil and
** "unchanged", "not loaded", or "busy": another reload is under way. If it
** cannot be loaded, or an actor cannot change in time, all stay as they are,
** and that is the error. */
bool troupe_reload(struct troupe *host, const char *module,
                   uint64_t deadline_ms, troupe_callback *callback,
                   void *context);

/* --- Native actors -------------------------------------------------------- */

/*
** Behaviours of C. Wherever scripts may name a module that is a behaviour
** (troupe.start, a supervisor's child, a pool's worker, an entity,
** registry.ensure) they may name a native one, and find its actors like any
** others: they have pids, mailboxes, names, links and monitors, are called,
** cast to, stopped and inspected. What needs a Lua state is refused: `require`
** of it, the options memory, cpu and libraries, and :enter.
**
** Its handlers run one at a time, and must not wait for another actor (a
** function that would refuses): what cannot be answered at once is answered
** later.
**
** Threads    Handlers run on the engine's thread, in troupe_poll (ON_POLL), or
**            on one of the host's (ON_WORKER): on any, but never two of one
**            actor at a time. One that blocks there holds only its actor up, if
**            slices are by signals; with hooks it holds a worker up, too, with
**            its timers and the deadlines of who has called from there.
** Ownership  What a handler is given is valid until it returns.
*/

/* One of them, for its own handlers only, and only while one runs. */
struct troupe_actor;

/* Who waits for a reply. Plain values: may be copied and kept. */
struct troupe_from {
  uint64_t pid, epoch;
};

enum troupe_message { TROUPE_CALL, TROUPE_CAST, TROUPE_INFO };

/* A message. Timers (troupe.after) come as infos. */
struct troupe_request {
  size_t size;
  enum troupe_message kind;
  const char *name; /* the first value, if it is a string: no NUL follows. Else
                    ** NULL, and it is among the arguments */
  size_t name_size;
  struct troupe_reader arguments;
  uint64_t sender; /* pid; 0: no actor */
  /* For troupe_reply. The handler of a call may reply, or keep this and return:
  ** then the caller waits on, until somebody replies, its deadline is over, or
  ** this actor ends. */
  struct troupe_from from;
};

enum troupe_where { TROUPE_ON_POLL, TROUPE_ON_WORKER };

/* Any of the functions may be NULL. */
struct troupe_behaviour {
  size_t size;      /* sizeof(struct troupe_behaviour) */
  const char *name; /* as a module's: "engine.sprite". It goes before a module
                    ** of that name */
  enum troupe_where where; /* ON_POLL: the host has options.engine */
  void *context;
  /* `arguments` are those that init would have: of troupe.start's args, one or
  ** none; of an entity, its key. False: it does not start: its starter gets nil
  ** and what troupe_refuse has said, and no other handler is called. */
  bool (*start)(struct troupe_actor *self, struct troupe_reader *arguments);
  /* NULL: no request is understood. */
  void (*handle)(struct troupe_actor *self, struct troupe_request *request);
  /* An actor that it monitors (troupe_monitor) has ended. The reason is a text:
  ** of an error object its message. */
  void (*down)(struct troupe_actor *self, uint64_t pid, const char *reason);
  /* It ends: the last that it hears, whatever it ends by: "normal", "shutdown",
  ** "killed", ... After a start that was true only. */
  void (*end)(struct troupe_actor *self, const char *reason);
};

/* [any thread] Before troupe_start or after, for as long as the host lives; a
** copy is kept. False: the name is taken or of Troupe's, or it makes no sense;
** troupe_problem says so. */
bool troupe_register(struct troupe *host,
                     const struct troupe_behaviour *behaviour);

/* --- For the actor's own handlers, on their thread. --- */

uint64_t troupe_self(const struct troupe_actor *self);
struct troupe *troupe_host(const struct troupe_actor *self);
/* That of the behaviour. */
void *troupe_context(const struct troupe_actor *self);
/* What this actor keeps for itself; at first NULL. */
void *troupe_state(const struct troupe_actor *self);
void troupe_set_state(struct troupe_actor *self, void *state);

/* In start: why it returns false. In handle: the call raises `badrequest` with
** this text at its caller; a cast or an info is logged with it. `why` is
** copied. */
void troupe_refuse(struct troupe_actor *self, const char *why);
/* In handle: there is no such request, which is told as of a Lua behaviour that
** has no handler for it. */
void troupe_unknown(struct troupe_actor *self);
/* It ends when the handler returns, for this reason, which is copied; NULL:
** "normal". Nothing in `end`: why it ends is settled. */
void troupe_leave_actor(struct troupe_actor *self, const char *reason);

/* `down` hears of that actor's end, once; at once, if it has ended. A link ends
** either one with the other, but for a normal end. False: that is no pid, or no
** memory. Doing it twice is doing it once. */
bool troupe_monitor(struct troupe_actor *self, uint64_t pid);
void troupe_demonitor(struct troupe_actor *self, uint64_t pid);
bool troupe_link(struct troupe_actor *self, uint64_t pid);
void troupe_unlink(struct troupe_actor *self, uint64_t pid);

/* --- For anybody. --- */

/*
** [any thread] Gives the reply that somebody waits for:
** the values, which the writer keeps; NULL: none. False: he does not wait any
** more (he has had one, or has given up, or the actor that owed it has ended),
** or it cannot be sent; troupe_problem says which. The host must not have been
** freed.
*/
bool troupe_reply(struct troupe *host, struct troupe_from from,
                  const struct troupe_writer *values);
/* The same: the call raises `badrequest` with this text. */
bool troupe_reply_error(struct troupe *host, struct troupe_from from,
                        const char *text);

/* --- Modules of Lua ------------------------------------------------------- */

/*
** [any thread] A module of Lua in memory, for all actors: `require "game.imp"`,
** troupe.start "game.imp". It is found before anything on package.path, and in
** messages its file is game/imp.lua. The code is source, or bytecode as of
** options.read_file; it is copied. Before troupe_start or after.
**
** The same name again is as if a file had been saved: the new code is what is
** loaded from then on if nobody has loaded the module yet; else those who have,
** and all others, have it once it is reloaded: by troupe_reload, or by itself
** with options.watch.
**
** False: the code does not compile, and troupe_problem says why and where; or
** the name is one of Troupe's own or of a behaviour of C, or longer than 500
** bytes, or that module has been loaded from elsewhere.
*/
bool troupe_add_module(struct troupe *host, const char *name, const char *code,
                       size_t size);

/* --- Modules of C --------------------------------------------------------- */

/*
** Functions of C that scripts call: `local draw = require "engine.draw"`, then
** draw.line(1, 2, "red"), in any actor.
**
** Threads    A function runs on the worker of the actor that calls it, several
**            of them at a time on several: what they share they lock. It may
**            block, which holds up that actor alone; it must not wait for an
**            actor (a function that would refuses).
** Ownership  The frame is the call: valid until the function returns, on its
**            own thread. What is read from it is borrowed until then; what is
**            returned is copied.
** Errors     None of this raises, longjmps or unwinds through the function.
**            What is wrong is noted, the first time, and raised where the
**            function was called once it has returned. In C++ it catches what
**            may be thrown, and calls troupe_fail: what leaves it ends the
**            process.
*/
struct troupe_frame;
typedef void troupe_function(struct troupe_frame *frame);

/* A function, and what scripts call it. */
struct troupe_method {
  const char *name; /* NULL ends a list */
  troupe_function *run;
};

struct troupe_module {
  size_t size;      /* sizeof(struct troupe_module) */
  const char *name; /* "engine.draw": as for require */
  const struct troupe_method *functions;
  void *context;
};

/* [any thread] Before troupe_start or after; it is copied, and stays. False:
** the name is taken (as for troupe_add_module), or no memory. */
bool troupe_module(struct troupe *host, const struct troupe_module *module);

void *troupe_frame_context(const struct troupe_frame *frame);
struct troupe *troupe_frame_host(const struct troupe_frame *frame);
uint64_t troupe_frame_caller(const struct troupe_frame *frame); /* its pid */

/* Arguments, from 1; those of the script, of a method the handle itself first.
** The kind is NONE past the last one. */
int troupe_argument_count(const struct troupe_frame *frame);
enum troupe_kind troupe_argument_kind(const struct troupe_frame *frame,
                                      int number);

/* Each: false if the argument is of another kind, which is then what is wrong,
** in Lua's words: "bad argument #1 to 'line' (number expected, got nil)";
** *value is as it was. A string is no number, and a number no string. Ask for
** the kind before if an argument may be left out. */
bool troupe_argument_boolean(struct troupe_frame *frame, int number,
                             bool *value);
/* Also a number, if it has the value of an integer. */
bool troupe_argument_integer(struct troupe_frame *frame, int number,
                             int64_t *value);
/* Also an integer, rounded if it must be. */
bool troupe_argument_number(struct troupe_frame *frame, int number,
                            double *value);
/* Followed by a NUL, and may have others inside. */
bool troupe_argument_string(struct troupe_frame *frame, int number,
                            const char **bytes, size_t *size);
bool troupe_argument_pid(struct troupe_frame *frame, int number,
                         uint64_t *pid);
bool troupe_argument_handle(struct troupe_frame *frame, int number,
                            const char *type, uint64_t *id);
/* Any value, in front of a reader: for tables. It is encoded for that, as if it
** were sent, and what cannot be sent is wrong. */
bool troupe_argument_reader(struct troupe_frame *frame, int number,
                            struct troupe_reader *reader);

/* Each is one result more, at most 16. */
void troupe_return_nil(struct troupe_frame *frame);
void troupe_return_boolean(struct troupe_frame *frame, bool value);
void troupe_return_integer(struct troupe_frame *frame, int64_t value);
void troupe_return_number(struct troupe_frame *frame, double value);
/* Any bytes; may be NULL if there are none. */
void troupe_return_string(struct troupe_frame *frame, const char *bytes,
                          size_t size);
void troupe_return_pid(struct troupe_frame *frame, uint64_t pid); /* 0: nil */
/* Of a type that troupe_type has made. */
void troupe_return_handle(struct troupe_frame *frame, const char *type,
                          uint64_t id);
/* All values of the writer, which count as one; for tables. */
void troupe_return_values(struct troupe_frame *frame,
                          const struct troupe_writer *values);

/* What is wrong: an error with this text (NULL: "failed"), and where the script
** has called; it is cut at some 500 bytes. The second: "bad argument #2 to
** 'line' (text)". */
void troupe_fail(struct troupe_frame *frame, const char *text);
void troupe_fail_argument(struct troupe_frame *frame, int number,
                          const char *text);

/* --- Handles -------------------------------------------------------------- */

/*
** What of the engine's scripts may hold and send: a handle is a type and 64
** bits that say which, a userdata with methods: `sprite:move(3, 4)`. Within an
** actor equal handles are the same value, also as keys of tables; they travel
** in messages, where troupe_write_handle and troupe_read_handle write and read
** them. troupe.encode refuses them.
**
** A handle owns nothing: what it stands for comes and goes as the engine likes.
** So let the 64 bits be a place in a table of the engine's and that place's
** generation, which counts up whenever what is there is removed:
**
**   id = generation << 32 | index
**
** Each method looks up the place, under a lock or in whatever way the table is
** safe, and if the generation is another one troupe_fail says that the sprite
** is gone; `describe` answers false. An old handle is never taken for what came
** to be in its place later.
*/
struct troupe_type {
  size_t size;      /* sizeof(struct troupe_type) */
  const char *name; /* "engine.sprite" */
  const struct troupe_method *methods; /* functions as a module's */
  void *context;
  /* What tostring shows behind the name: writes a text of at most `size` bytes,
  ** its NUL included. False: it is gone. [worker, as a function of a module]
  ** NULL: the id as a number. */
  bool (*describe)(void *context, uint64_t id, char *text, size_t size);
};

/* [any thread] As troupe_module; a type may have a module's name. What is
** received of a type that the host does not know cannot be decoded, an error at
** who receives it. */
bool troupe_type(struct troupe *host, const struct troupe_type *type);

/* --- Boards --------------------------------------------------------------- */

/*
** [any thread] A board: rows x columns of numbers under a name, row after row,
** the first on a cache line's border; at first 0. Actors have it by
** troupe.board(name), and write it without a message. It is made if it is not
** there, before troupe_start or after, stays where it is, and is gone with the
** host. NULL: it is there and of another size, no board can have this name (1
** to 255 bytes) or size (1 to 2^30 cells), or no memory.
**
** Any thread reads and writes it at any time. A cell is always whole if it is
** accessed as 8 bytes at once, as plain C does on x86-64 and arm64 (in a loop,
** or for a checker of races: relaxed and atomic). Nothing else is: a row may be
** seen half old and half new, and of two cells the second as it is now and the
** first as it was. What an actor has written before it sends a message is there
** for who handles that, in troupe_poll, too; and what is written before
** troupe_cast is there for the actor that handles it.
*/
double *troupe_board(struct troupe *host, const char *name, size_t rows,
                     size_t columns);

/* --- A host that is stepped ----------------------------------------------- */

/*
** [engine] The host's time goes on by `nanoseconds`, by just that whatever
** happens. First comes what has been sent since the last step, at the time at
** which that ended; then what is due on the way, in order, each at its time,
** and before the next all that follows from it. What is addressed to the
** engine's thread is delivered meanwhile: ON_POLL and ON_WORKER are the same.
** troupe_poll is a step of no time, whatever its budget, and answers false.
** What waits on this thread (troupe_call_wait, troupe_stop, ...) begins with
** one, and if it is not over then, time goes on for it, 10 ms at once.
**
** The same build, the same scripts, the same calls with the same values, one
** after the other on one thread: the same state, byte for byte, in any process,
** whatever hosts are beside it. math.random, pairs, os.time and troupe.now go
** by the seed and the steps; time begins at 1000 s, and at 1,000,000,000 s
** since 1970 (UTC). What cannot be the same is
**   - what comes from outside: os.clock, files, variables of the environment,
**     and what sockets bring, which comes when a step begins;
**   - the order of pairs over functions of C, and over userdata above 2 KiB, as
**     keys; over tables and functions, too, where a limit (ulimit -v) leaves no
**     8 GiB of the address space; and the address that tostring shows;
**   - what troupe.inspect tells of the machine: time that was used, or waited;
**   - what a stop kills: its grace is of the machine's time;
**   - when a cast of another thread comes.
**
** A turn of more than options.step_instructions is left, and goes on when the
** next step begins: what loops holds up nobody but those who wait for it. Where
** it cannot be left (in a __tostring, say) its actor ends. Actors that keep
** each other going without time passing do so for a million turns, and 100 for
** each actor that there is, and go on in the next step. A limit of an actor's
** CPU time counts instructions, a hundred million to the second.
**
** False, and nothing is done: on another thread, inside a handler or callback,
** or without options.stepped.
*/
bool troupe_step(struct troupe *host, uint64_t nanoseconds);

/* [any thread] The host's time, in nanoseconds, as scripts have it from
** troupe.now: monotonic, and of no meaning in itself. */
uint64_t troupe_now(struct troupe *host);

/* --- The console ---------------------------------------------------------- */

/* [main] A connected socket of a session with this host, which must have a
** console or a name: what `troupe attach` has, but in the same process. The
** caller's to close. -1: it cannot be had. Before troupe_start or after. */
int troupe_console(struct troupe *host);

/*
** A terminal: a session with the host's console, as `troupe repl` has one, for
** an engine that draws it and edits its lines itself. The host has
** options.engine, and options.console or a name. What is typed runs on the
** console's thread, so it is answered whatever the actors do.
**
** Threads    [engine] all functions, also inside a handler or a callback; its
**            own callbacks come in troupe_poll, within its budget. None waits.
** Ownership  The caller's until troupe_terminal_close, which is to be called
**            before troupe_free; what is open then ends, and is freed by that.
** Errors     false, or NULL: troupe_problem says why.
*/
struct troupe_terminal;

enum troupe_style {
  TROUPE_OUTPUT,  /* what is printed by what is typed, as it is */
  TROUPE_VALUE,   /* what an input gives: whole lines */
  TROUPE_FAILURE, /* or how it has failed: whole lines */
  TROUPE_NOTICE   /* what the console has to say: whole lines */
};

/* What may stand before the cursor. Lives until the callback returns. */
struct troupe_completion {
  size_t size;
  size_t replaced;    /* bytes before the cursor, for one of these */
  const char *common; /* all of them begin with it: if there are several, it
                      ** alone may be put there */
  size_t count;       /* 0: nothing is known to fit */
  const char *const *candidates;
};

/* Any of the functions may be NULL. Each may call what does not wait, and
** troupe_terminal_close. */
struct troupe_terminal_options {
  size_t size; /* sizeof(struct troupe_terminal_options) */
  void *context;
  int columns; /* values are laid out for so many; 0: 80 */
  /* Something is to be shown, behind all that was shown before. UTF-8 as a
  ** rule, characters whole, in parts of 16 KiB at most; no NUL follows. */
  void (*text)(void *context, const char *bytes, size_t size,
               enum troupe_style style);
  /* troupe_terminal_prompt is there again: the input has been answered. */
  void (*ready)(void *context);
  /* What troupe_terminal_complete has asked for; of several, the last. */
  void (*completion)(void *context,
                     const struct troupe_completion *completion);
  /* The session has ended ("exit", a stop of the host, ...); "": as it was
  ** asked to. Nothing comes any more. Comes once, unless it is closed before.
  */
  void (*end)(void *context, const char *why);
};

struct troupe_terminal *troupe_terminal_open(
    struct troupe *host, const struct troupe_terminal_options *options);
/* Whatever it is doing: what has been typed is ended, and no callback comes any
** more. Takes NULL. */
void troupe_terminal_close(struct troupe_terminal *terminal);

/* What is to stand before the line that may be typed now, "troupe> "; or, if
** what was typed is not complete yet, "... " of the same width. NULL: no line
** may be typed, as an input is at work, or the session begins or has ended.
** Until the next function of this terminal, or troupe_poll. */
const char *troupe_terminal_prompt(const struct troupe_terminal *terminal);

/* A line has been typed, without its end: an input, or the rest of one. Of
** 1 MiB at most, together. False: nothing is done; no line may be typed now,
** or it is too long. */
bool troupe_terminal_line(struct troupe_terminal *terminal, const char *line,
                          size_t size);

/* Ends what is at work, if it has to be with all its variables; or, if a prompt
** is there, forgets the lines of an input that is not complete. */
bool troupe_terminal_interrupt(struct troupe_terminal *terminal);

/* Asks what may stand before the cursor; `text` is the line up to it. Answered
** while a prompt is there only. */
bool troupe_terminal_complete(struct troupe_terminal *terminal,
                              const char *text, size_t size);

/* There is room for another number of columns; 0: 80. */
bool troupe_terminal_resize(struct troupe_terminal *terminal, int columns);

/* --- The process ---------------------------------------------------------- */

/*
** [any thread] Before the process makes its first host.
**
** All memory of all hosts, Lua's and libuv's included, comes from `allocator`:
** as realloc, `block` may be NULL, and size 0 gives it back and returns NULL;
** what it returns is aligned as malloc's is; NULL: it has none. False: there
** is, or was, a host. NULL: the C library's.
*/
typedef void *troupe_allocator(void *context, void *block, size_t size);
bool troupe_set_allocator(troupe_allocator *allocator, void *context);

/*
** [any thread] Troupe has found itself wrong, or without memory for what others
** wait for: `text` is one line that says where. The thread must not go on, and
** in libtroupe it stops for good when this has returned, which may end the
** process instead. NULL: the line goes to standard error.
*/
typedef void troupe_fatal(void *context, const char *text);
void troupe_set_fatal(troupe_fatal *hook, void *context);

const char *troupe_version(void); /* "0.1.0", of the library */

#ifdef __cplusplus
}
#endif

#endif
