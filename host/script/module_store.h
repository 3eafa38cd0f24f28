/*
** Module store: compiled chunks by file, and where names were found.
**
** Threads    [any thread] all functions; one lock, never held over Lua or
**            over a file
** Ownership  Sources live until modules_free. Who takes a unit owns it, and
**            drops it.
*/
#ifndef TROUPE_SCRIPT_MODULE_STORE_H
#define TROUPE_SCRIPT_MODULE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "script/module_source.h"

/* Beyond these a module is compiled, or looked for, anew each time: a script
** that makes up names must not fill the host. */
#define MODULES_LARGEST ((size_t)16384)

/* A module of the library that is part of the executable. */
struct embedded {
  const char *name; /* "troupe.pool"; NULL ends the list */
  const char *source;
  size_t size;
};
/* All of lua/troupe/, made into C by scripts/build/embed.lua. */
extern const struct embedded embedded_library[];

struct archive;      /* base/archive.h */
struct archive_file;
struct notes; /* script/notes.h */
struct supply; /* script/supply.h */
struct modules;
/* NULL: no memory. `archive`: NULL in what is no release. */
struct modules *modules_new(const struct embedded *embedded,
                            const struct archive *archive);
void modules_free(struct modules *modules);
/* The same text for as long as the host lives; a generic one if there is no
** memory or there are too many. *fresh: nobody has asked for it before. */
const char *modules_name(struct modules *modules, const char *name,
                         bool *fresh);

const struct embedded *modules_embedded(const struct modules *modules,
                                        const char *name);
/* NULL: this is no release. */
const struct archive *modules_archive(const struct modules *modules);
/* What is read from there instead of the disk. Never NULL. */
struct supply *modules_supply(const struct modules *modules);
/* Is a file of this name one of the release, there or not? In a release all are
** but absolute names: where it runs it looks at nothing that nobody has named
** to it. */
bool modules_owns(const struct modules *modules, const char *file);
/* The file, if it is one of the release and there. */
bool modules_archived(const struct modules *modules, const char *file,
                      struct archive_file *found);
/* NULL: not there. */
struct source *modules_source(struct modules *modules, const char *chunk);
struct source *modules_found(struct modules *modules, const char *path,
                             const char *name);
/* The one that is loaded under this name on whatever path; NULL: none, or
** several. *path: one of these; lives as long as the store. */
struct source *modules_named(struct modules *modules, const char *name,
                             const char **path);
/* Keeps a copy of the code as the first version, unless there is no memory or
** another thread has just done the same. Returns what is kept, or NULL. */
struct source *modules_keep(struct modules *modules, const char *chunk,
                            const struct buffer *code);
void modules_remember(struct modules *modules, const char *path,
                      const char *name, struct source *source);

/* --- For who looks -------------------------------------------------------- */

/* Writes down two lists, `sources` and `names`: of each source its chunk, the
** numbers of its current and former version, the bytes of the current code,
** how many live users it has, and whether it is closed; of each name that was
** found its chunk. The lock is let go of in between. */
void modules_note(struct modules *modules, struct directory *directory,
                  struct notes *notes);

/* A file, and as what it is loaded: a module's name, the file's for a script
** that has become a behaviour. Both live as long as the store. */
struct module_file {
  const char *name, *file;
};
/* Those that can be reloaded, some of them repeatedly; the list is the caller's
** to free (memory_free). False: no memory. */
bool modules_files(struct modules *modules, struct directory *directory,
                   struct module_file **list, uint32_t *count);

/* --- Using ---------------------------------------------------------------- */

/* Who takes, and how. */
struct taking {
  uint64_t pid; /* ID_NONE: nobody who is to be noted */
  struct directory *directory;
  bool admitted; /* takes the current version though the source be closed */
  uint32_t version; /* what was taken */
};

/*
** The current unit, and notes that the taker uses the source, under the name
** by which it was found; "" for `name` NULL. STATUS_OK; STATUS_WAIT: it is
** closed; STATUS_NOMEM; STATUS_ABSENT: `path` and `name` were not found yet.
*/
enum status modules_take(struct modules *modules, const char *path,
                         const char *name, struct taking *taking,
                         struct source **source, struct unit **unit);
enum status modules_take_source(struct modules *modules,
                                struct source *source,
                                struct taking *taking,
                                struct unit **unit);

/* STATUS_WAIT: the wait will be ended, with RETRY when the source is open,
** with REPLY if it may be taken before. STATUS_OK: it is open by now. */
enum status modules_wait(struct modules *modules, struct source *source,
                         struct waiter waiter);
/* Takes it from those who wait; false: it is being ended. */
bool modules_unwait(struct modules *modules, struct source *source,
                    struct waiter waiter);

/* --- Reloading: script/reload.h ------------------------------------------- */

/* Both owned by the caller; NULL: there is none. */
void modules_versions(struct modules *modules, struct source *source,
                      struct unit **current, struct unit **former);
/* A unit of the caller's is to be the source's next version; it is the number's
** once it is switched to. */
void modules_number(struct modules *modules, struct source *source,
                    struct unit *unit);
void modules_close(struct modules *modules, struct source *source);
/* Those who waited are the caller's to wake. */
void modules_open(struct modules *modules, struct source *source,
                  struct waiters *waiting);
/* A copy of the list, the caller's to free (memory_free), and how many users
** there have been. False: no memory. */
bool modules_users(struct modules *modules, struct source *source,
                   struct user **users, uint32_t *count, uint64_t *joined);
/* The switch: false if there have been more users than that. */
bool modules_switch(struct modules *modules, struct source *source,
                    struct unit *unit, uint64_t joined);

#endif
