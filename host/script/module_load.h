/*
** Module load: from a name and a search path to a function.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_MODULE_LOAD_H
#define TROUPE_SCRIPT_MODULE_LOAD_H

#include <lua.h>
#include <stdbool.h>

struct modules; /* script/module.h */
struct source;  /* script/module_source.h */
struct taking;  /* script/module_store.h */
struct unit;

enum module_found {
  MODULE_FOUND,  /* pushed: the function and the file's name */
  MODULE_ABSENT, /* pushed: "no file 'x'\n\tno file 'y'" */
  MODULE_BROKEN, /* pushed: what is wrong with the file that was found */
  MODULE_CLOSED  /* *closed is being reloaded; nothing is pushed */
};

/* `taking`: on whose behalf. May raise (memory). */
enum module_found module_find(lua_State *L, struct modules *modules,
                              const char *name, const char *path,
                              struct taking *taking,
                              struct source **closed);

/* Pushes a unit's function and its file's name, and drops the unit. May raise
** (memory). */
void module_push_unit(lua_State *L, const struct source *source,
                      struct unit *unit);

/*
** Compiles a source's file as it is now: a unit of the caller's that has no
** version yet. NULL: it cannot be read, or has a syntax error; then pushes the
** message. May raise (memory).
*/
struct unit *module_compile(lua_State *L, const struct modules *modules,
                            const struct source *source);

/* As luaL_loadfilex, in text only; and bytecode, if the file is one of the
** release, or supplied (script/supply.h). In any state, also one that is no
** actor's. May raise (memory). */
int module_load_chunk(lua_State *L, const struct modules *modules,
                      const char *file);

/* Would these bytes load? False: `why` says what is wrong. [any thread] */
bool module_check(const char *chunk, const char *bytes, size_t size, char *why,
                  size_t why_size);

/* The file's name under which a module is put in the supply: "shop/cart.lua".
** False: it does not fit. [any thread] */
#define MODULE_SUPPLY_NAME 512 /* bytes, with its NUL */
bool module_supply_name(const char *module, char *file, size_t size);

/* Pushes the name of the file that `require` would find anew, and true; else
** what it looked for. May raise (memory). */
bool module_search_lua(lua_State *L, const struct modules *modules,
                       const char *name, const char *path);
/* The same on the path alone, which may be one of C modules. */
bool module_search(lua_State *L, const struct modules *modules,
                   const char *name, const char *path);
/* The same for a name that has its slashes already. */
bool module_search_file(lua_State *L, const struct modules *modules,
                        const char *name, const char *path);

/* Pushes the short message for a module that is not there. May raise. */
void module_push_absent(lua_State *L, const char *name, const char *path);

#endif
