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
** coroutine library is ours; `load`, `loadfile`, `dofile`, `loadstring` take
** text only; `debug` has no getregistry, debug.setmetatable and setuservalue
** refuse userdata (debug.setmetatable on a string, number, nil, function or
** light userdata changes this actor's state only, and is allowed but for
** light userdata, which pids are); os.setlocale only asks. package and
** require: script/module.h. Collection runs incrementally as stock.
*/
bool state_new(struct body *body);
/* Closes it; runs finalisers. */
void state_close(struct body *body);

/* Extra modules that `require` and package.loaded find without a file, by
** name, lazily: "troupe" and its C parts. A NULL name ends the list. */
struct state_module {
  const char *name;
  void (*open)(lua_State *L); /* pushes the module; may raise */
};
extern const struct state_module state_modules[]; /* script/face.c */

#endif
