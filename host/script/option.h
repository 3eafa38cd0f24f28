/*
** Options: what a script passes to start, read all at once; an unknown name or
** a wrong type is badargument.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_OPTION_H
#define TROUPE_SCRIPT_OPTION_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/mailbox.h"

struct option_start {
  bool link;
  uint64_t timeout;   /* nanoseconds; 0: none given */
  uint64_t idle_span; /* nanoseconds; 0: none given */
  uint64_t cpu_span;  /* of one message; nanoseconds; 0: none given */
  uint32_t libraries; /* as in struct body */
  size_t memory;      /* bytes; 0: none given; SIZE_MAX: no limit */
  struct mailbox_bound mailbox;
};

/* Reads the table (or nil) at `index` and pushes the canonical form of `name`,
** or nil. Raises. */
void option_read_start(lua_State *L, int index, struct option_start *options);

/* The same for a supervised one: `link` is not for it to say. Pushes
** nothing. */
void option_check_child(lua_State *L, int index);

/* The same for an actor that is shared by all who find it: it has no name but
** its key, and is linked to nobody. Pushes nothing. */
void option_read_shared(lua_State *L, int index, struct option_start *options);

/* Raises unless it is a module name. */
void option_check_module(lua_State *L, int index);

/* Raises if the table has a field whose name is not in the list. */
void option_check_names(lua_State *L, int index, const char *const *names);

/* Fields of a table of options, each checked; nil gives `otherwise`. */
double option_number(lua_State *L, int index, const char *name,
                     double otherwise);
/* A number of bytes or of things; as large as can be, or math.huge, is
** SIZE_MAX. */
size_t option_bytes(lua_State *L, int index, const char *name,
                    size_t otherwise);
/* The field `mailbox`: what it says replaces what *bound says. */
void option_mailbox(lua_State *L, int index, struct mailbox_bound *bound);

#endif
