/*
** Inquiry: who is about to raise an error asks other actors first what they
** are doing, one after the other, 50 ms in all, and puts what they say into
** the error object.
**
** The stack of who asks: the error object, a list, the inquiry on top; below
** them whatever the binding had there. inquiry_run does not return: it yields
** as often as it has to and then raises.
**
** An entry of the list, as far as known: { pid, behaviour, name, request,
** stack, waits, doing }. `waits` says what it waits for ("a reply from <0.9.1>
** disk"), `doing` is a sentence about it that begins after its name.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_INQUIRY_H
#define TROUPE_SCRIPT_INQUIRY_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/actor.h"
#include "script/report.h"

#define INQUIRY_SPAN (UINT64_C(50) * 1000000) /* nanoseconds */

/* One who is to be asked, and about whose request; {0}: about none. */
struct asked {
  uint64_t pid;
  struct waiter subject;
};

struct inquiry {
  uint64_t until;
  /* Called for each who has answered, its entry on top; then for the end, when
  ** the three are on top, and it must raise. */
  void (*heard)(lua_State *L, struct inquiry *inquiry,
                const struct report *report);
  int (*finish)(lua_State *L, struct inquiry *inquiry);
  uint32_t at, count, capacity;
  struct asked asked[]; /* the list has their entries */
};

/* [error] -> [error, list, inquiry]. Room for `capacity` pids. May raise. */
struct inquiry *inquiry_new(lua_State *L, uint32_t capacity);
/* Adds one who is to be asked; nothing if it is there or there is no room. */
void inquiry_add(struct inquiry *inquiry, uint64_t pid, struct waiter subject);

int inquiry_run(lua_State *L);

#endif
