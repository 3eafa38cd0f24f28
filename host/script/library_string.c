/*
** string.find, match, gmatch and rep. They do what the stock functions do,
** errors included; but the stock ones can be made to run for ever.
*/
#include "script/library_string.h"

#include <lauxlib.h>
#include <limits.h>
#include <string.h>

#include "base/check.h"
#include "script/coroutine.h"
#include "script/library.h"
#include "script/pace.h"
#include "script/pattern.h"
#include "script/plain.h"

/* --- Searches ------------------------------------------------------------- */

enum pattern_result string_search(lua_State *L, struct pattern *match) {
  enum pattern_result result;
  while ((result = pattern_search(match)) == PATTERN_PAUSED) {
    match->budget = pace_steps(L);
    if (pace_over(L)) break;
  }
  if (unlikely(result == PATTERN_WRONG))
    luaL_error(L, match->problem, match->problem_number);
  return result;
}

void string_keep(lua_State *L, const struct pattern *match) {
  pattern_copy(lua_newuserdatauv(L, sizeof *match, 0), match);
}

void string_push_capture(lua_State *L, const struct pattern *match,
                         int index) {
  const struct pattern_capture *capture = &match->captures[index];
  if (index >= match->level) {
    if (index > 0) luaL_error(L, "invalid capture index %%%d", index + 1);
    lua_pushlstring(L, match->start, (size_t)(match->stop - match->start));
  } else if (capture->length == PATTERN_POSITION) {
    lua_pushinteger(L, capture->start - match->subject + 1);
  } else {
    if (capture->length == PATTERN_OPEN) luaL_error(L, "unfinished capture");
    lua_pushlstring(L, capture->start, (size_t)capture->length);
  }
}

static int push_all(lua_State *L, const struct pattern *match, int count) {
  int index;
  luaL_checkstack(L, count, "too many captures");
  for (index = 0; index < count; index++)
    string_push_capture(L, match, index);
  return count;
}

int string_push_captures(lua_State *L, const struct pattern *match) {
  return push_all(L, match, match->level > 0 ? match->level : 1);
}

/* --- Arguments ------------------------------------------------------------ */

struct texts {
  const char *subject, *pattern;
  size_t size, pattern_size;
  size_t start; /* offset; beyond `size`: behind the end */
};

/* The argument `init`: where a search begins, as an offset. */
static size_t to_offset(lua_Integer position, size_t size) {
  if (position > 0) return (size_t)position - 1;
  if (position == 0 || position < -(lua_Integer)size) return 0;
  return size - (size_t)-position;
}

static struct texts check_texts(lua_State *L) {
  struct texts texts;
  texts.subject = luaL_checklstring(L, 1, &texts.size);
  texts.pattern = luaL_checklstring(L, 2, &texts.pattern_size);
  texts.start = to_offset(luaL_optinteger(L, 3, 1), texts.size);
  return texts;
}

static bool is_plain(const struct texts *texts) {
  const char *p = texts->pattern, *end = p + texts->pattern_size;
  for (; p < end; p++) switch (*p) {
      case '^': case '$': case '*': case '+': case '?': case '.': case '(':
      case '[': case '%': case '-':
        return false;
    }
  return true;
}

/* --- find and match ------------------------------------------------------- */

static int find_plain(lua_State *L, struct plain *search, bool kept);
static int find_pattern(lua_State *L, struct pattern *match, bool kept);
static int match_pattern(lua_State *L, struct pattern *match, bool kept);

static int go_on_plain(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return find_plain(L, lua_touserdata(L, -1), true);
}

static int go_on_find(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return find_pattern(L, lua_touserdata(L, -1), true);
}

static int go_on_match(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return match_pattern(L, lua_touserdata(L, -1), true);
}

static int push_range(lua_State *L, const char *subject, const char *start,
                      const char *stop) {
  lua_pushinteger(L, start - subject + 1);
  lua_pushinteger(L, stop - subject);
  return 2;
}

static int push_none(lua_State *L) {
  luaL_pushfail(L);
  return 1;
}

static int find_plain(lua_State *L, struct plain *search, bool kept) {
  enum plain_result result;
  const char *at;
  do
    search->budget = pace_steps(L);
  while ((result = plain_search(search)) == PLAIN_PAUSED && !pace_over(L));
  if (result == PLAIN_PAUSED) {
    if (!kept) *(struct plain *)lua_newuserdatauv(L, sizeof *search, 0) =
        *search;
    return coroutine_wait(L, HOST_PREEMPT, 0, go_on_plain);
  }
  at = search->at;
  return result == PLAIN_NONE
             ? push_none(L)
             : push_range(L, search->text, at, at + search->size);
}

/* One search by pattern; 0: found. */
static int run_pattern(lua_State *L, struct pattern *match, bool kept,
                       lua_KFunction go_on) {
  enum pattern_result result = string_search(L, match);
  if (result == PATTERN_NONE) return push_none(L);
  if (result == PATTERN_FOUND) return 0;
  if (!kept) string_keep(L, match);
  return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
}

static int find_pattern(lua_State *L, struct pattern *match, bool kept) {
  int count = run_pattern(L, match, kept, go_on_find);
  if (count > 0) return count;
  count = push_range(L, match->subject, match->start, match->stop);
  return count + push_all(L, match, match->level);
}

static int match_pattern(lua_State *L, struct pattern *match, bool kept) {
  int count = run_pattern(L, match, kept, go_on_match);
  return count > 0 ? count : string_push_captures(L, match);
}

/* Both begin here, with a struct pattern that is nobody's yet. */
static void set_up(lua_State *L, struct pattern *match,
                   const struct texts *texts) {
  pattern_init(match, texts->subject, texts->size, texts->pattern,
               texts->pattern_size, true);
  match->start += texts->start;
  match->budget = pace_steps(L);
}

int string_find(lua_State *L) {
  struct texts texts = check_texts(L);
  struct pattern match;
  if (texts.start > texts.size) return push_none(L);
  if (lua_toboolean(L, 4) || is_plain(&texts)) {
    struct plain search;
    plain_init(&search, texts.subject, texts.size, texts.pattern,
               texts.pattern_size);
    search.at += texts.start;
    return find_plain(L, &search, false);
  }
  set_up(L, &match, &texts);
  return find_pattern(L, &match, false);
}

int string_match(lua_State *L) {
  struct texts texts = check_texts(L);
  struct pattern match;
  if (texts.start > texts.size) return push_none(L);
  set_up(L, &match, &texts);
  return match_pattern(L, &match, false);
}

/* --- gmatch --------------------------------------------------------------- */

/*
** The iterator is a closure of the subject, the pattern, the offset where the
** next search begins, and whether a match has ended there: the next must not
** end there again. A search does not change them before it is over.
*/
enum { UP_SUBJECT = 1, UP_PATTERN, UP_START, UP_BARRED, UP_COUNT = 4 };

static void set_progress(lua_State *L, size_t start, bool barred) {
  lua_pushinteger(L, (lua_Integer)start);
  lua_replace(L, lua_upvalueindex(UP_START));
  lua_pushboolean(L, barred);
  lua_replace(L, lua_upvalueindex(UP_BARRED));
}

static int next_match(lua_State *L, struct pattern *match, bool kept);

static int go_on_next(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return next_match(L, lua_touserdata(L, -1), true);
}

static int next_match(lua_State *L, struct pattern *match, bool kept) {
  switch (string_search(L, match)) {
    case PATTERN_PAUSED:
      if (!kept) string_keep(L, match);
      return coroutine_wait(L, HOST_PREEMPT, 0, go_on_next);
    case PATTERN_FOUND:
      set_progress(L, (size_t)(match->stop - match->subject), true);
      return string_push_captures(L, match);
    default:
      return 0;
  }
}

static int iterate(lua_State *L) {
  struct pattern match;
  size_t size, pattern_size, start;
  const char *subject = lua_tolstring(L, lua_upvalueindex(UP_SUBJECT), &size);
  const char *pattern =
      lua_tolstring(L, lua_upvalueindex(UP_PATTERN), &pattern_size);
  start = (size_t)lua_tointeger(L, lua_upvalueindex(UP_START));
  if (start > size) return 0;
  pattern_init(&match, subject, size, pattern, pattern_size, false);
  match.start += start;
  if (lua_toboolean(L, lua_upvalueindex(UP_BARRED))) match.barred = match.start;
  match.budget = pace_steps(L);
  return next_match(L, &match, false);
}

int string_gmatch(lua_State *L) {
  struct texts texts = check_texts(L);
  if (texts.start > texts.size) texts.start = texts.size + 1;
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)texts.start);
  lua_pushboolean(L, false);
  lua_pushcclosure(L, iterate, UP_COUNT);
  return 1;
}

/* --- rep ------------------------------------------------------------------ */

#define REP_SMALL 1000 /* a result that is made on the C stack */
#define REP_LARGEST ((size_t)INT_MAX) /* as stock */
#define REP_PIECE ((size_t)1 << 15) /* stays in the cache */
#define BYTES_PER_STEP 64

/* A result that is being written: what is there is copied behind itself. All
** of it repeats itself after the text and its separator; each piece but the
** last is a multiple of that. */
struct rep {
  size_t total;
  size_t written;
  size_t piece; /* bytes that are copied at a time, at most */
};

struct part {
  const char *bytes;
  size_t size;
};

static size_t least(size_t one, size_t other) {
  return one < other ? one : other;
}

/* Goes on until about so many bytes are copied; true: it is complete. */
static bool rep_write(struct rep *rep, char *bytes, size_t enough) {
  size_t before = rep->written;
  while (rep->written < rep->total && rep->written - before < enough) {
    size_t piece = least(rep->written, rep->piece);
    piece = least(piece, rep->total - rep->written);
    memcpy(bytes + rep->written, bytes, piece);
    rep->written += piece;
  }
  return rep->written == rep->total;
}

static int rep_go_on(lua_State *L, int status, lua_KContext context) {
  struct rep *rep = lua_touserdata(L, -1);
  char *bytes = (char *)(rep + 1);
  (void)status, (void)context;
  while (!rep_write(rep, bytes, BYTES_PER_STEP * (size_t)pace_steps(L)))
    if (pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, 0, rep_go_on);
  lua_pushlstring(L, bytes, rep->total);
  return 1;
}

/* The text and the separator, once. */
static void rep_begin(struct rep *rep, char *bytes,
                      const struct part parts[2]) {
  memcpy(bytes, parts[0].bytes, parts[0].size);
  rep->written = parts[0].size;
  if (rep->total == rep->written) return;
  memcpy(bytes + rep->written, parts[1].bytes, parts[1].size);
  rep->written += parts[1].size;
}

static int rep_large(lua_State *L, struct rep *rep,
                     const struct part parts[2]) {
  struct rep *kept = lua_newuserdatauv(L, sizeof *kept + rep->total, 0);
  size_t period = parts[0].size + parts[1].size;
  rep->piece = period < REP_PIECE ? REP_PIECE / period * period : period;
  *kept = *rep;
  rep_begin(kept, (char *)(kept + 1), parts);
  return rep_go_on(L, LUA_OK, 0);
}

static int rep_small(lua_State *L, struct rep *rep,
                     const struct part parts[2]) {
  char bytes[REP_SMALL];
  rep->piece = rep->total;
  rep_begin(rep, bytes, parts);
  rep_write(rep, bytes, rep->total);
  lua_pushlstring(L, bytes, rep->total);
  return 1;
}

int string_rep(lua_State *L) {
  struct rep rep;
  struct part parts[2];
  lua_Integer count;
  size_t period;
  parts[0].bytes = luaL_checklstring(L, 1, &parts[0].size);
  count = luaL_checkinteger(L, 2);
  parts[1].bytes = luaL_optlstring(L, 3, "", &parts[1].size);
  period = parts[0].size + parts[1].size;
  if (count > 0 && period > REP_LARGEST / (size_t)count)
    return luaL_error(L, "resulting string too large");
  rep.total = count > 0 ? period * (size_t)count - parts[1].size : 0;
  if (rep.total == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  return rep.total <= REP_SMALL ? rep_small(L, &rep, parts)
                                : rep_large(L, &rep, parts);
}
