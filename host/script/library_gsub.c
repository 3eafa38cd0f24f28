/*
** string.gsub. As the stock one, but it makes way while it searches, and the
** function that says the replacements, or the __index that does, may wait.
**
** With a string for replacement all is on the C stack, and moves into
** userdata when the search must suspend. A function can suspend at any time:
** what must survive is then in a userdata from the start, with room for a
** short result; the search, which is large, is made anew for each match. So
** few bytes of the C stack lie below a function that is called.
*/
#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "script/coroutine.h"
#include "script/library.h"
#include "script/library_string.h"
#include "script/pace.h"
#include "script/pattern.h"

#define SHORT_RESULT 1000 /* bytes */
#define BYTES_PER_STEP 64 /* that are copied */
#define CHAIN_LARGEST 1000 /* a longer one of __index is left to Lua */

/* The stack. */
enum {
  SUBJECT = 1,
  PATTERN,
  REPLACEMENT,
  SELF,   /* struct gsub, if it is in a userdata */
  RESULT, /* the result, if it is too long for where it began */
  SEARCH  /* struct pattern, while it is suspended */
};

struct gsub {
  const char *subject, *end;
  const char *pattern;
  size_t pattern_size;
  const char *at;     /* what is before this is in the result */
  const char *barred; /* the last match ended here; NULL: none */
  const char *start, *stop; /* the match that is being replaced */
  lua_Integer count, largest; /* replacements */
  ptrdiff_t budget;
  bool changed;

  char *bytes; /* the result so far */
  size_t size, capacity;
};

/* --- The result ----------------------------------------------------------- */

/* Makes room for so much more, and for the rest of the subject. */
static void grow(lua_State *L, struct gsub *gsub, size_t more) {
  size_t rest = (size_t)(gsub->end - gsub->at);
  size_t capacity = gsub->size + gsub->size / 2 + more + rest;
  char *bytes = lua_newuserdatauv(L, capacity, 0);
  memcpy(bytes, gsub->bytes, gsub->size);
  lua_replace(L, RESULT);
  gsub->bytes = bytes;
  gsub->capacity = capacity;
}

static inline void add(lua_State *L, struct gsub *gsub, const char *bytes,
                       size_t size) {
  if (size == 0) return;
  if (unlikely(size > gsub->capacity - gsub->size)) grow(L, gsub, size);
  memcpy(gsub->bytes + gsub->size, bytes, size);
  gsub->size += size;
  gsub->budget -= (ptrdiff_t)(size / BYTES_PER_STEP);
}

/* All of the subject before `stop`. */
static inline void add_subject(lua_State *L, struct gsub *gsub,
                               const char *stop) {
  add(L, gsub, gsub->at, (size_t)(stop - gsub->at));
  gsub->at = stop;
}

/* Adds the value on top, and pops it. */
static void add_value(lua_State *L, struct gsub *gsub) {
  size_t size;
  const char *bytes = lua_tolstring(L, -1, &size);
  add(L, gsub, bytes, size);
  lua_pop(L, 1);
}

static int finish(lua_State *L, struct gsub *gsub) {
  if (gsub->changed) {
    add_subject(L, gsub, gsub->end);
    lua_pushlstring(L, gsub->bytes, gsub->size);
  } else {
    lua_pushvalue(L, SUBJECT);
  }
  lua_pushinteger(L, gsub->count);
  return 2;
}

/* --- The search ----------------------------------------------------------- */

static void begin_search(struct gsub *gsub, struct pattern *match) {
  pattern_init(match, gsub->subject, (size_t)(gsub->end - gsub->subject),
               gsub->pattern, gsub->pattern_size, true);
  match->start = gsub->at;
}

/* Looks for the next match that is to be replaced. */
static enum pattern_result search(lua_State *L, struct gsub *gsub,
                                  struct pattern *match) {
  enum pattern_result result;
  match->barred = gsub->barred;
  match->budget = gsub->budget;
  result = string_search(L, match);
  gsub->budget = match->budget;
  if (result != PATTERN_FOUND) return result;
  gsub->start = match->start;
  gsub->stop = gsub->barred = match->stop;
  gsub->count++;
  add_subject(L, gsub, match->start);
  return result;
}

static bool is_over(const struct gsub *gsub) {
  return gsub->count >= gsub->largest ||
         (gsub->count > 0 && *gsub->pattern == '^' && gsub->pattern_size > 0);
}

/* --- Replacement by a string ---------------------------------------------- */

/* What stands behind a % in the replacement. */
static void add_escape(lua_State *L, struct gsub *gsub,
                       const struct pattern *match, char c) {
  if (c == '%') {
    add(L, gsub, &c, 1);
  } else if (c == '0') {
    add(L, gsub, match->start, (size_t)(match->stop - match->start));
  } else if (c >= '1' && c <= '9') {
    string_push_capture(L, match, c - '1');
    add_value(L, gsub);
  } else {
    luaL_error(L, "invalid use of '%c' in replacement string", '%');
  }
}

static void add_replacement(lua_State *L, struct gsub *gsub,
                            const struct pattern *match) {
  size_t size;
  const char *p = lua_tolstring(L, REPLACEMENT, &size), *end = p + size;
  const char *escape;
  while ((escape = memchr(p, '%', (size_t)(end - p))) != NULL) {
    add(L, gsub, p, (size_t)(escape - p));
    add_escape(L, gsub, match, escape[1]);
    p = escape + 2;
  }
  add(L, gsub, p, (size_t)(end - p));
  gsub->at = match->stop;
  gsub->changed = true;
}

static int go_on_string(lua_State *L, int status, lua_KContext context);

/* The first time that it suspends, all goes from the C stack to SELF, RESULT
** and SEARCH. */
static int suspend_string(lua_State *L, struct gsub *gsub,
                          const struct pattern *match) {
  if (lua_isnil(L, SEARCH)) {
    string_keep(L, match);
    lua_replace(L, SEARCH);
    if (lua_isnil(L, RESULT)) grow(L, gsub, 0);
    *(struct gsub *)lua_newuserdatauv(L, sizeof *gsub, 0) = *gsub;
    lua_replace(L, SELF);
  }
  return coroutine_wait(L, HOST_PREEMPT, 0, go_on_string);
}

static int replace_by_string(lua_State *L, struct gsub *gsub,
                             struct pattern *match) {
  while (!is_over(gsub)) {
    enum pattern_result result = search(L, gsub, match);
    if (result == PATTERN_PAUSED) return suspend_string(L, gsub, match);
    if (result == PATTERN_NONE) break;
    add_replacement(L, gsub, match);
    match->start = match->stop;
  }
  return finish(L, gsub);
}

static int go_on_string(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return replace_by_string(L, lua_touserdata(L, SELF),
                           lua_touserdata(L, SEARCH));
}

static int by_string(lua_State *L, struct gsub *gsub) {
  struct pattern match;
  char bytes[SHORT_RESULT];
  gsub->bytes = bytes;
  gsub->capacity = sizeof bytes;
  begin_search(gsub, &match);
  return replace_by_string(L, gsub, &match);
}

/* --- Replacement by a function or a table --------------------------------- */

/*
** Follows the chain of __index for the key on top, which the table does not
** have. Pushes the value; if a function is to say it, pushes that and its
** arguments instead, and returns how many these are.
*/
static int follow(lua_State *L) {
  int links, key = lua_gettop(L);
  lua_pushvalue(L, REPLACEMENT);
  for (links = 0; links < CHAIN_LARGEST; links++) {
    int type;
    if (lua_type(L, -1) == LUA_TTABLE) {
      lua_pushvalue(L, key);
      if (lua_rawget(L, -2) != LUA_TNIL) return 0;
      lua_pop(L, 1);
    }
    type = luaL_getmetafield(L, -1, "__index");
    if (type == LUA_TNIL) break;
    if (type == LUA_TFUNCTION) {
      lua_insert(L, -2);
      lua_pushvalue(L, key);
      return 2;
    }
    lua_replace(L, -2);
  }
  lua_pushvalue(L, key);
  lua_gettable(L, -2);
  return 0;
}

/* The same for a key that the table may have. */
static int look_up(lua_State *L) {
  lua_pushvalue(L, -1);
  if (lua_rawget(L, REPLACEMENT) != LUA_TNIL) return 0;
  if (!lua_getmetatable(L, REPLACEMENT)) return 0;
  lua_pop(L, 2);
  return follow(L);
}

/* Adds the value on top, or the match if it is false; clears the stack. */
static void take_value(lua_State *L, struct gsub *gsub) {
  if (lua_toboolean(L, -1)) {
    if (!lua_isstring(L, -1))
      luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    add_value(L, gsub);
    gsub->changed = true;
    gsub->at = gsub->stop;
  } else {
    add_subject(L, gsub, gsub->stop);
  }
  lua_settop(L, SEARCH);
}

/* Found: pushes a function and *count arguments, or a value and *count is -1.
** Paused: the search is kept. */
static __attribute__((noinline)) enum pattern_result find_value(
    lua_State *L, struct gsub *gsub, int *count) {
  struct pattern fresh, *match = lua_touserdata(L, SEARCH);
  enum pattern_result result;
  if (match == NULL) begin_search(gsub, match = &fresh);
  result = search(L, gsub, match);
  if (result == PATTERN_PAUSED && match == &fresh) {
    string_keep(L, match);
    lua_replace(L, SEARCH);
  }
  if (result != PATTERN_FOUND) return result;
  if (lua_type(L, REPLACEMENT) == LUA_TFUNCTION) {
    lua_pushvalue(L, REPLACEMENT);
    *count = string_push_captures(L, match);
  } else {
    string_push_capture(L, match, 0);
    *count = look_up(L);
    if (*count == 0) *count = -1;
  }
  if (match != &fresh) {
    lua_pushnil(L);
    lua_replace(L, SEARCH);
  }
  return PATTERN_FOUND;
}

static int replace_by_value(lua_State *L, struct gsub *gsub);

enum { CONTEXT_SEARCH, CONTEXT_CALL };

static int go_on_value(lua_State *L, int status, lua_KContext context) {
  struct gsub *gsub = lua_touserdata(L, SELF);
  (void)status;
  if (context == CONTEXT_CALL) take_value(L, gsub);
  return replace_by_value(L, gsub);
}

static int replace_by_value(lua_State *L, struct gsub *gsub) {
  while (!is_over(gsub)) {
    int count = 0;
    enum pattern_result result = find_value(L, gsub, &count);
    if (result == PATTERN_PAUSED)
      return coroutine_wait(L, HOST_PREEMPT, CONTEXT_SEARCH, go_on_value);
    if (result == PATTERN_NONE) break;
    if (count >= 0) lua_callk(L, count, 1, CONTEXT_CALL, go_on_value);
    take_value(L, gsub);
  }
  return finish(L, gsub);
}

static int by_value(lua_State *L, const struct gsub *gsub) {
  size_t room = (size_t)(gsub->end - gsub->subject) * 2 + 16;
  struct gsub *kept;
  if (room > SHORT_RESULT) room = SHORT_RESULT;
  kept = lua_newuserdatauv(L, sizeof *kept + room, 0);
  lua_replace(L, SELF);
  *kept = *gsub;
  kept->bytes = (char *)(kept + 1);
  kept->capacity = room;
  return replace_by_value(L, kept);
}

/* -------------------------------------------------------------------------- */

int string_gsub(lua_State *L) {
  size_t size;
  struct gsub gsub = {.subject = luaL_checklstring(L, 1, &size)};
  int type = lua_type(L, 3);
  gsub.pattern = luaL_checklstring(L, 2, &gsub.pattern_size);
  gsub.largest = luaL_optinteger(L, 4, (lua_Integer)size + 1);
  luaL_argexpected(L,
                   type == LUA_TNUMBER || type == LUA_TSTRING ||
                       type == LUA_TFUNCTION || type == LUA_TTABLE,
                   3, "string/function/table");
  gsub.end = gsub.subject + size;
  gsub.at = gsub.subject;
  gsub.budget = pace_steps(L);
  lua_settop(L, REPLACEMENT);
  lua_settop(L, SEARCH);
  return type == LUA_TNUMBER || type == LUA_TSTRING ? by_string(L, &gsub)
                                                    : by_value(L, &gsub);
}
