/*
** Class: kinds of userdata. A script can reach a metatable through `debug` and
** call what is in it with anything, so every function of a class checks what
** it is given, its __gc too.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CLASS_H
#define TROUPE_SCRIPT_CLASS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Constant, one for each kind. The metatable is made at first use and kept in
** the registry under `key`, or under the class's own address. */
struct class {
  const char *name;        /* __name, and what getmetatable shows */
  const char *expected;    /* for errors: "a timer" (failure_check) */
  const luaL_Reg *events;  /* __gc and the like; ends with NULL */
  const luaL_Reg *methods; /* fields of __index; NULL: none, or in `events` */
  const void *key;
  /* What it does may last, in what belongs to the worker: worker_keep. */
  bool keeps_worker;
};

/* Pushes a cleared userdata of the class. May raise (memory). */
void *class_new(lua_State *L, const struct class *class, size_t size);
/* The userdata at `index`, or NULL if it is none of this class. */
void *class_test(lua_State *L, int index, const struct class *class);

/* Pushes the table with weak keys that the registry keeps under `key`: what the
** host notes about a script's objects without holding them. May raise. */
void class_push_weak(lua_State *L, const void *key);

#endif
