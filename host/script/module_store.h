/*
** Module store: compiled chunks by file, and where names were found.
**
** Threads    [any thread] all functions; one lock, never held over Lua or
**            over a file
** Ownership  Units live, unchanged, until modules_free.
*/
#ifndef TROUPE_SCRIPT_MODULE_STORE_H
#define TROUPE_SCRIPT_MODULE_STORE_H

#include <stddef.h>

#include "base/buffer.h"
#include "script/module.h"

/* Beyond these a module is compiled, or looked for, anew each time: a script
** that makes up names must not fill the host. */
#define MODULES_LARGEST ((size_t)16384)

struct unit {
  struct unit *next;
  char *chunk; /* its name as Lua has it: "@./shop.lua", "=troupe/pool.lua" */
  char *code;
  size_t size;
};

const struct embedded *modules_embedded(const struct modules *modules,
                                        const char *name);
/* NULL: not there. */
const struct unit *modules_unit(struct modules *modules, const char *chunk);
const struct unit *modules_found(struct modules *modules, const char *path,
                                 const char *name);
/* Keeps a copy of the code, unless there is no memory or another thread has
** just done the same. Returns what is kept, or NULL. */
const struct unit *modules_keep(struct modules *modules, const char *chunk,
                                const struct buffer *code);
void modules_remember(struct modules *modules, const char *path,
                      const char *name, const struct unit *unit);

#endif
