/*
** Codec array: how much of a table lies in its array part.
**
** lua_next goes through the array part in order, then through the hash part
** in no order. So whoever has read the keys 1..n by lua_rawgeti can go on
** with lua_next behind key n only if n lies in the array part: else it skips
** what the hash part has before n. The API does not tell; a walk by lua_next
** alone is right without knowing, at twice the time for a list of numbers.
**
** So this one fact is read from where every Lua 5.4 has it: the field
** `alimit` of a table never exceeds the size of its array part (lobject.h,
** ltable.c). With any other Lua the answer is 0, and the walk is lua_next's.
*/
#ifndef TROUPE_SCRIPT_CODEC_ARRAY_H
#define TROUPE_SCRIPT_CODEC_ARRAY_H

#include <lua.h>

#include "base/check.h"

#if LUA_VERSION_NUM == 504
struct array_table {
  void *next;
  unsigned char type, marked, flags, log_nodes;
  unsigned int limit;
};
#endif

/* That many keys from 1 on lie in the array part for sure. `pointer`: what
** lua_topointer answers for the table. */
static inline lua_Unsigned array_part(const void *pointer) {
#if LUA_VERSION_NUM == 504
  const struct array_table *table = pointer;
  ASSERT(table->type == LUA_TTABLE, "this Lua lays tables out as expected");
  return table->limit;
#else
  (void)pointer;
  return 0;
#endif
}

#endif
