/*
** Supply: files that the program which embeds the host has for it instead of
** the disk: modules that it has put here, and what its hook reads. Who reads a
** file of Lua, settings or an asset asks here first.
**
** Threads
**   [main]        supply_new, supply_free, supply_set_hook
**   [any thread]  the rest; no lock is held while the hook runs
** Ownership
**   What has been put lives as long as somebody has it, even if other bytes
**   have been put in its place.
*/
#ifndef TROUPE_SCRIPT_SUPPLY_H
#define TROUPE_SCRIPT_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct supply;
struct supplied;

struct supply_hook {
  /* False: there is no such file. `supplied` NULL: is there one? */
  bool (*read)(void *context, const char *file, struct supplied *supplied);
  void (*release)(void *context, struct supplied *supplied);
  void *context;
};

/* A file's bytes. */
struct supplied {
  const char *bytes;
  size_t size;
  void *handle; /* the hook's */
  struct supply_text *text; /* NULL: the hook has read it */
  const struct supply *supply;
};

struct supply *supply_new(void); /* NULL: no memory */
void supply_free(struct supply *supply); /* takes NULL */

/* Before anybody reads. */
void supply_set_hook(struct supply *supply, const struct supply_hook *hook);
bool supply_has_hook(const struct supply *supply);

/* A copy of the bytes is that file from now on. False: no memory, and all is as
** it was. */
bool supply_put(struct supply *supply, const char *file, const char *bytes,
                size_t size);
/* How often has it been put? 0: never. */
uint64_t supply_count(struct supply *supply, const char *file);

/* Put, or the hook's? */
bool supply_has(struct supply *supply, const char *file);
/* False: it has no such file. True: supply_release is owed. */
bool supply_read(struct supply *supply, const char *file,
                 struct supplied *supplied);
/* Takes a cleared one. */
void supply_release(struct supplied *supplied);

#endif
