/*
** State: a Lua state for an actor that looks stock and weighs little.
*/
#ifndef TROUPE_SCRIPT_STATE_H
#define TROUPE_SCRIPT_STATE_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/*
** Sets body->L (NULL: no memory). Globals and libraries are lazy tables; the
** coroutine library is ours; `load`, `loadfile`, `dofile` take text only;
** `debug` has no getregistry and leaves userdata, C functions and unnamed
** values alone (library_debug.c); os.setlocale only asks. package and require:
** script/module.h. Collection runs incrementally, as in a new stock state; the
** program lua5.4 chooses generations.
*/
bool state_new(struct body *body);
/* Closes it. No code of a script runs: its finalisers have run before
** (script/ending.c), or never will. */
void state_close(struct body *body);

/* Extra modules that `require` finds without a file, by name, as if they stood
** in package.preload: "troupe" and its C parts. A NULL name ends the list. */
struct state_module {
  const char *name;
  void (*open)(lua_State *L); /* pushes the module; may raise */
};
extern const struct state_module state_modules[]; /* script/face.c */

#endif
