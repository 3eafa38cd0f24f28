/*
** Handles: values of scripts that stand for things of the program's that embeds
** the host: a type of its bindings, and 64 bits that say which. A handle owns
** nothing: the program looks the bits up each time, and may find that the thing
** is gone.
**
** Within a state there is one userdata for each handle, for as long as somebody
** has it: handles that are equal are the same, also as keys of tables. Can be
** sent.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_HANDLE_H
#define TROUPE_SCRIPT_HANDLE_H

#include <lua.h>
#include <stdint.h>

struct binding;        /* script/binding.h */
struct codec_userdata; /* script/codec.h */

/* May raise (memory). */
void handle_push(lua_State *L, const struct binding *type, uint64_t id);

/* Its type, or NULL: it is no handle. Wants 4 free slots; never raises. */
const struct binding *handle_test(lua_State *L, int index, uint64_t *id);

extern const struct codec_userdata handle_codec;

#endif
