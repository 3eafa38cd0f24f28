/*
** Binding: what the program that embeds the host lets its scripts have of it:
** modules of functions of C, and types of handles (script/handle.h), which are
** functions, too: their methods.
**
** Threads
**   [main]        bindings_new, bindings_free
**   [any thread]  the rest
** Ownership
**   What is added lives as long as the host, and does not change.
*/
#ifndef TROUPE_SCRIPT_BINDING_H
#define TROUPE_SCRIPT_BINDING_H

#include <lua.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/thread.h"
#include "codec/values.h"

enum binding_kind { BINDING_MODULE, BINDING_TYPE };

struct binding_function {
  const char *name;
  troupe_function *run;
  const struct binding *binding;
};

struct binding {
  struct binding *next;
  const struct bindings *bindings;
  enum binding_kind kind;
  const char *name;
  void *context;
  /* TYPE; or NULL */
  bool (*describe)(void *context, uint64_t id, char *text, size_t size);
  size_t count;
  struct binding_function functions[];
};

/* How the engine's functions are called; handed down (embed/module.c). */
struct bindings_face {
  void (*run)(const struct binding_function *function,
              struct troupe_frame *frame);
  bool (*describe)(const struct binding *type, uint64_t id, char *text,
                   size_t size);
};

struct bindings {
  void *host; /* both of who hands the face down; constant */
  const struct bindings_face *face;
  lua_CFunction call; /* script/frame.h, which needs this; constant */
  struct mutex lock; /* one adds at a time */
  /* All, the latest first. Written under the lock (release: it is whole), read
  ** by anybody (acquire). None is ever removed. */
  _Atomic(struct binding *) first;
};

struct bindings *bindings_new(lua_CFunction call); /* NULL: no memory */
void bindings_free(struct bindings *bindings); /* takes NULL */

/* Copies what it is given, but for `functions`, which end with a NULL name, and
** their names are copied, too. STATUS_OK, STATUS_EXISTS, STATUS_NOMEM. */
enum status bindings_add(struct bindings *bindings,
                         const struct binding *binding,
                         const struct troupe_method *functions);

/* NULL: there is none. `size`: of the name. */
const struct binding *bindings_find(const struct bindings *bindings,
                                    enum binding_kind kind, const char *name,
                                    size_t size);

/* Pushes a table of its functions. May raise (memory). [owner] */
void binding_push(lua_State *L, const struct binding *binding);

#endif
