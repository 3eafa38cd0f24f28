/*
** Natives: behaviours of C, as this layer sees them: what there are, and how
** their actors run, is handed down (embed/native.h). Such an actor has a body
** like any other, but `native` instead of a Lua state. Wherever a module's name
** may stand for a behaviour (troupe.start, a child of a supervisor, a pool's
** worker, an entity) that of a native one may.
*/
#ifndef TROUPE_SCRIPT_NATIVES_H
#define TROUPE_SCRIPT_NATIVES_H

#include <stdbool.h>

#include "script/body.h"
#include "script/script.h"

struct native; /* one behaviour; lives as long as the host */

struct natives_face {
  /* NULL: there is none of that name. [any thread] */
  const struct native *(*find)(struct natives *natives, const char *name);
  /* Why this host can run none of its actors; NULL: it can. [any thread] */
  const char *(*problem)(const struct native *native);
  /* Makes of a new body and its actor one of that behaviour. False: no memory;
  ** then it is as it was. [owner] */
  bool (*adopt)(const struct native *native, struct body *body);
  /* Frees what adopt has made. [owner] */
  void (*drop)(struct troupe_actor *actor);
  /* What an actor of it that does not answer is doing: "is running C". Never
  ** NULL. [any thread] */
  const char *(*silence)(const struct native *native, uint64_t pid);
};

/* The native behaviour of that name, or NULL. [any thread] */
const struct native *natives_find(const struct script *script,
                                  const char *name);

#endif
