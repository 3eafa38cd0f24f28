/*
** Codec problem: why a value cannot be encoded, and where in it that is.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CODEC_PROBLEM_H
#define TROUPE_SCRIPT_CODEC_PROBLEM_H

#include <lua.h>
#include <stdbool.h>

#include "codec/format.h"
#include "script/codec.h"

enum problem_kind {
  PROBLEM_NONE,
  PROBLEM_NAME, /* "__module" is not in the registry yet */
  PROBLEM_MEMORY,
  PROBLEM_SEND,   /* problem.culprit cannot be sent */
  PROBLEM_ENCODE, /* ... cannot be encoded by troupe.encode */
  PROBLEM_METATABLE,
  PROBLEM_SIZE, /* too much to be shown */
  PROBLEM_DEPTH
};

/* In the value of a key, or in the key itself. */
struct path_step {
  int key; /* stack index; 0: the key is `item` */
  bool in_key;
  lua_Integer item;
};

struct problem {
  enum problem_kind kind;
  const char *culprit; /* "function" */
  int step_count;
  struct path_step steps[CODEC_DEPTH]; /* innermost first */
};

/* Each adds the step to the table one level further out; returns false. */
bool problem_at(struct problem *problem, int key);
bool problem_at_item(struct problem *problem, lua_Integer item);
bool problem_in_key(struct problem *problem, int key);

/* Raises what is wrong with the value that is called `what`, with the path to
** it. The keys of the steps are still on the stack. */
int problem_raise(struct problem *problem, lua_State *L, const char *what);
int problem_raise_memory(lua_State *L);

#endif
