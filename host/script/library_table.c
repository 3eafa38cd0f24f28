/*
** The functions of `table` that a script can make run for ever: by a length
** that lies, or by metamethods. They do what the stock functions of their
** names do, messages included, but make way at every few thousand steps
** (script/pace.h), and their metamethods may wait (script/access.h).
**
** What a function must know when it goes on is on its stack, as integers: to
** suspend takes no memory.
*/
#include <lauxlib.h>
#include <limits.h>

#include "base/check.h"
#include "script/access.h"
#include "script/coroutine.h"
#include "script/library.h"
#include "script/pace.h"

/* --- Moving a range ------------------------------------------------------- */

/* What all of insert, remove and move come down to: elements are copied one
** by one, upwards or downwards, and then something is done. */
enum copy_kind { COPY_INSERT, COPY_REMOVE, COPY_MOVE };

struct copy {
  int base;        /* what is above these slots is ours */
  lua_Integer kind;
  lua_Integer target; /* stack index of a table; the source is at 1 */
  lua_Integer from, to, step;
  lua_Integer left; /* so many elements */
};

enum { SLOT_KIND = 1, SLOT_TARGET, SLOT_FROM, SLOT_TO, SLOT_STEP, SLOT_LEFT };

static void put(lua_State *L, int index, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_replace(L, index);
}

static void copy_save(lua_State *L, const struct copy *copy) {
  lua_settop(L, copy->base + SLOT_LEFT);
  put(L, copy->base + SLOT_KIND, copy->kind);
  put(L, copy->base + SLOT_TARGET, copy->target);
  put(L, copy->base + SLOT_FROM, copy->from);
  put(L, copy->base + SLOT_TO, copy->to);
  put(L, copy->base + SLOT_STEP, copy->step);
  put(L, copy->base + SLOT_LEFT, copy->left);
}

static struct copy copy_saved(lua_State *L, lua_KContext base) {
  int slots = (int)base;
  return (struct copy){.base = slots,
                       .kind = lua_tointeger(L, slots + SLOT_KIND),
                       .target = lua_tointeger(L, slots + SLOT_TARGET),
                       .from = lua_tointeger(L, slots + SLOT_FROM),
                       .to = lua_tointeger(L, slots + SLOT_TO),
                       .step = lua_tointeger(L, slots + SLOT_STEP),
                       .left = lua_tointeger(L, slots + SLOT_LEFT)};
}

static int copy_on(lua_State *L, int status, lua_KContext base);
static int copy_got(lua_State *L, int status, lua_KContext base);

/* The last element may be at the greatest integer: then the one behind it is
** never looked at. */
static lua_Integer plus(lua_Integer one, lua_Integer other) {
  return (lua_Integer)((lua_Unsigned)one + (lua_Unsigned)other);
}

static void advance(struct copy *copy, lua_Integer count) {
  copy->from = plus(copy->from, count * copy->step);
  copy->to = plus(copy->to, count * copy->step);
  copy->left -= count;
}

/* As far as no metamethod is asked, and for so many steps. */
static void copy_some(lua_State *L, struct copy *copy) {
  lua_Integer most = pace_steps(L);
  lua_Integer count = copy->left < most ? copy->left : most;
  lua_Integer from = copy->from, to = copy->to, step = copy->step, i;
  int target = (int)copy->target;
  bool plain = access_is_plain(L, 1, ACCESS_GET) &&
               access_is_plain(L, target, ACCESS_SET);
  for (i = 0; i < count && plain; i++) {
    lua_geti(L, 1, from);
    lua_seti(L, target, to);
    from = plus(from, step);
    to = plus(to, step);
  }
  for (; i < count && access_copy(L, 1, from, target, to); i++) {
    from = plus(from, step);
    to = plus(to, step);
  }
  advance(copy, i);
}

/* With an element on top, above what has been saved. */
static void copy_put(lua_State *L, struct copy *copy) {
  lua_Integer to = copy->to;
  advance(copy, 1);
  put(L, copy->base + SLOT_FROM, copy->from);
  put(L, copy->base + SLOT_TO, copy->to);
  put(L, copy->base + SLOT_LEFT, copy->left);
  access_set(L, (int)copy->target, to, copy->base, copy_on);
}

static void copy_one(lua_State *L, struct copy *copy) {
  copy_save(L, copy);
  access_get(L, 1, copy->from, copy->base, copy_got);
  copy_put(L, copy);
}

static int set_last(lua_State *L, int status, lua_KContext results) {
  (void)status;
  lua_settop(L, 3); /* remove: what it has taken out is there */
  return (int)results;
}

static int copy_done(lua_State *L, const struct copy *copy) {
  switch ((enum copy_kind)copy->kind) {
    case COPY_INSERT:
      lua_pushvalue(L, 3);
      access_set(L, 1, lua_tointeger(L, 2), 0, set_last);
      return 0;
    case COPY_REMOVE:
      lua_pushnil(L);
      access_set(L, 1, copy->to, 1, set_last);
      return set_last(L, LUA_OK, 1);
    default:
      lua_pushvalue(L, (int)copy->target);
      return 1;
  }
}

static int copy_run(lua_State *L, struct copy *copy) {
  lua_Integer steps = pace_steps(L);
  while (copy->left > 0) {
    lua_Integer before = copy->left;
    copy_some(L, copy);
    if (copy->left == before) copy_one(L, copy);
    if (before / steps != copy->left / steps && copy->left > 0 &&
        pace_over(L)) {
      copy_save(L, copy);
      return coroutine_wait(L, HOST_PREEMPT, copy->base, copy_on);
    }
  }
  return copy_done(L, copy);
}

static int copy_on(lua_State *L, int status, lua_KContext base) {
  struct copy copy = copy_saved(L, base);
  (void)status;
  return copy_run(L, &copy);
}

static int copy_got(lua_State *L, int status, lua_KContext base) {
  struct copy copy = copy_saved(L, base);
  (void)status;
  copy_put(L, &copy);
  return copy_run(L, &copy);
}

/* --- insert --------------------------------------------------------------- */

static lua_Integer distance(lua_Integer from, lua_Integer to) {
  return to > from ? to - from : 0;
}

static int insert(lua_State *L, lua_Integer length) {
  lua_Unsigned end = (lua_Unsigned)length + 1;
  struct copy copy = {.base = 3, .kind = COPY_INSERT, .target = 1,
                      .from = length, .to = (lua_Integer)end, .step = -1};
  lua_Integer position = copy.to;
  switch (lua_gettop(L)) {
    case 2:
      lua_pushinteger(L, position);
      lua_insert(L, 2);
      break;
    case 3:
      position = luaL_checkinteger(L, 2);
      luaL_argcheck(L, (lua_Unsigned)position - 1 < end, 2,
                    "position out of bounds");
      break;
    default:
      return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  copy.left = distance(position, copy.to);
  return copy_run(L, &copy);
}

static int insert_counted(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return insert(L, access_pop_length(L));
}

int table_insert(lua_State *L) {
  if (likely(access_is_plain(L, 1, ACCESS_LENGTH | ACCESS_SET))) {
    lua_Integer length = (lua_Integer)lua_rawlen(L, 1);
    if (lua_gettop(L) != 2) return insert(L, length);
    lua_seti(L, 1, plus(length, 1));
    return 0;
  }
  access_check(L, 1, ACCESS_LIST);
  access_length(L, 1, 0, insert_counted);
  return insert_counted(L, LUA_OK, 0);
}

/* --- remove --------------------------------------------------------------- */

/* What is to be returned is on top, at 3; at 2 is the position. */
static int remove_got(lua_State *L, int status, lua_KContext length) {
  lua_Integer position = lua_tointeger(L, 2);
  struct copy copy = {.base = 3, .kind = COPY_REMOVE, .target = 1,
                      .to = position, .step = 1,
                      .left = distance(position, (lua_Integer)length)};
  (void)status;
  copy.from = copy.left > 0 ? position + 1 : position;
  return copy_run(L, &copy);
}

static int remove_at(lua_State *L, lua_Integer length) {
  lua_Integer position = luaL_optinteger(L, 2, length);
  if (!lua_isnoneornil(L, 2) && position != length)
    luaL_argcheck(L, (lua_Unsigned)position - 1 <= (lua_Unsigned)length, 1,
                  "position out of bounds");
  lua_settop(L, 2);
  put(L, 2, position);
  access_get(L, 1, position, length, remove_got);
  return remove_got(L, LUA_OK, length);
}

static int remove_counted(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return remove_at(L, access_pop_length(L));
}

int table_remove(lua_State *L) {
  if (likely(access_is_plain(L, 1, ACCESS_LENGTH))) {
    lua_Integer length = (lua_Integer)lua_rawlen(L, 1);
    if (lua_gettop(L) != 1 || length == 0) return remove_at(L, length);
    lua_geti(L, 1, length); /* it is there */
    lua_pushnil(L);
    lua_seti(L, 1, length);
    return 1;
  }
  access_check(L, 1, ACCESS_LIST);
  access_length(L, 1, 0, remove_counted);
  return remove_counted(L, LUA_OK, 0);
}

/* --- move ----------------------------------------------------------------- */

static int target_of(lua_State *L) { return lua_isnil(L, 5) ? 1 : 5; }

static int move(lua_State *L, bool upwards) {
  lua_Integer first = lua_tointeger(L, 2), last = lua_tointeger(L, 3);
  lua_Integer target = lua_tointeger(L, 4);
  struct copy copy = {.base = 5, .kind = COPY_MOVE, .target = target_of(L),
                      .from = first, .to = target, .step = 1,
                      .left = last - first + 1};
  if (!upwards) {
    copy.from = last;
    copy.to = target + (last - first);
    copy.step = -1;
  }
  return copy_run(L, &copy);
}

/* Whether it is one and the same table is on top. */
static int move_within(lua_State *L, int status, lua_KContext context) {
  bool same = lua_toboolean(L, -1);
  (void)status;
  (void)context;
  lua_settop(L, 5);
  return move(L, !same);
}

int table_move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
  lua_Integer target = luaL_checkinteger(L, 4);
  lua_settop(L, 5);
  access_check(L, 1, ACCESS_GET);
  access_check(L, target_of(L), ACCESS_SET);
  if (last < first) {
    lua_pushvalue(L, target_of(L));
    return 1;
  }
  luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3,
                "too many elements to move");
  luaL_argcheck(L, target <= LUA_MAXINTEGER - (last - first), 4,
                "destination wrap around");
  if (target > last || target <= first) return move(L, true);
  access_equal(L, 1, target_of(L), 0, move_within);
  return move_within(L, LUA_OK, 0);
}

/* --- concat --------------------------------------------------------------- */

/*
** Elements and separators are pushed until there is a batch of them, and made
** one piece. Whenever there are 16 pieces of a size they become one of the
** next size, as with the digits of a number: so no byte is copied often, and
** how many pieces there are follows from how many elements there were.
*/
#ifdef TROUPE_STRESS
#define BATCH 2
#define DIGIT 2
#else
#define BATCH 256
#define DIGIT 16
#endif
#define PIECES 1024 /* more than all digits */

enum { CONCAT_TABLE = 1, CONCAT_BETWEEN, CONCAT_FIRST, CONCAT_LAST };

static void concat_batch(lua_State *L, lua_Unsigned batches) {
  int slots = BATCH;
  if (lua_rawlen(L, CONCAT_BETWEEN) > 0)
    slots = batches == 1 ? 2 * BATCH - 1 : 2 * BATCH;
  lua_concat(L, slots);
  for (; batches % DIGIT == 0; batches /= DIGIT) lua_concat(L, DIGIT);
}

/* Element `i` is on top. */
static void check_element(lua_State *L, lua_Integer i) {
  if (unlikely(!lua_isstring(L, -1)))
    luaL_error(L, "invalid value (%s) at index %I in table for 'concat'",
               luaL_typename(L, -1), (LUAI_UACINT)i);
}

static void concat_add(lua_State *L, lua_Integer i) {
  lua_Unsigned done = (lua_Unsigned)i -
                      (lua_Unsigned)lua_tointeger(L, CONCAT_FIRST) + 1;
  check_element(L, i);
  if (done % BATCH == 0) concat_batch(L, done / BATCH);
}

static int concat_end(lua_State *L) {
  lua_concat(L, lua_gettop(L) - CONCAT_LAST);
  lua_tostring(L, -1); /* a lone number */
  return 1;
}

/* One batch. */
static int concat_few(lua_State *L, lua_Integer first, lua_Integer last) {
  bool separated = lua_rawlen(L, CONCAT_BETWEEN) > 0;
  lua_Integer i;
  for (i = first;; i++) {
    lua_geti(L, CONCAT_TABLE, i);
    check_element(L, i);
    if (i == last) return concat_end(L);
    if (separated) lua_pushvalue(L, CONCAT_BETWEEN);
  }
}

static int concat_got(lua_State *L, int status, lua_KContext i);
static int concat_on(lua_State *L, int status, lua_KContext i);

/* From element `i` on: there is one. */
static int concat_run(lua_State *L, lua_Integer i) {
  lua_Integer first = lua_tointeger(L, CONCAT_FIRST);
  lua_Integer last = lua_tointeger(L, CONCAT_LAST);
  bool separated = lua_rawlen(L, CONCAT_BETWEEN) > 0;
  bool plain = access_is_plain(L, CONCAT_TABLE, ACCESS_GET);
  for (;; i++) {
    if (separated && i != first) lua_pushvalue(L, CONCAT_BETWEEN);
    if (plain)
      lua_geti(L, CONCAT_TABLE, i);
    else
      access_get(L, CONCAT_TABLE, i, i, concat_got);
    concat_add(L, i);
    if (i == last) return concat_end(L);
    if (((lua_Unsigned)i - (lua_Unsigned)first) % BATCH == BATCH - 1 &&
        pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, i + 1, concat_on);
  }
}

static int concat_on(lua_State *L, int status, lua_KContext i) {
  (void)status;
  return concat_run(L, i);
}

static int concat_got(lua_State *L, int status, lua_KContext i) {
  (void)status;
  concat_add(L, i);
  if (i == lua_tointeger(L, CONCAT_LAST)) return concat_end(L);
  return concat_run(L, i + 1);
}

static int concat(lua_State *L, lua_Integer length) {
  lua_Integer first, last;
  luaL_optstring(L, 2, "");
  first = luaL_optinteger(L, 3, 1);
  last = luaL_optinteger(L, 4, length);
  lua_settop(L, CONCAT_LAST);
  if (lua_isnil(L, CONCAT_BETWEEN)) {
    lua_pushliteral(L, "");
    lua_replace(L, CONCAT_BETWEEN);
  }
  if (first > last) return concat_end(L);
  luaL_checkstack(L, 2 * BATCH + PIECES, NULL);
  if ((lua_Unsigned)last - (lua_Unsigned)first < BATCH &&
      access_is_plain(L, CONCAT_TABLE, ACCESS_GET))
    return concat_few(L, first, last);
  put(L, CONCAT_FIRST, first);
  put(L, CONCAT_LAST, last);
  return concat_run(L, first);
}

static int concat_counted(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return concat(L, access_pop_length(L));
}

int table_concat(lua_State *L) {
  if (likely(access_is_plain(L, 1, ACCESS_LENGTH)))
    return concat(L, (lua_Integer)lua_rawlen(L, 1));
  access_check(L, 1, ACCESS_GET | ACCESS_LENGTH);
  access_length(L, 1, 0, concat_counted);
  return concat_counted(L, LUA_OK, 0);
}

/* --- unpack --------------------------------------------------------------- */

#define FEW 12 /* values that the stack has room for */

/* Stack: the list, the first and the last position, the values so far. */
enum { UNPACK_LIST = 1, UNPACK_FIRST, UNPACK_LAST };

static int unpack_on(lua_State *L, int status, lua_KContext context) {
  lua_Integer first = lua_tointeger(L, UNPACK_FIRST);
  lua_Integer last = lua_tointeger(L, UNPACK_LAST);
  bool plain = access_is_plain(L, UNPACK_LIST, ACCESS_GET);
  int done = lua_gettop(L) - UNPACK_LAST;
  (void)status;
  (void)context;
  for (; (lua_Unsigned)done <= (lua_Unsigned)last - (lua_Unsigned)first;
       done++) {
    if (plain)
      lua_geti(L, UNPACK_LIST, plus(first, done));
    else
      access_get(L, UNPACK_LIST, plus(first, done), 0, unpack_on);
    if ((done + 1) % pace_steps(L) == 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, 0, unpack_on);
  }
  return done;
}

static int unpack_few(lua_State *L, lua_Integer first, int count) {
  int i;
  for (i = 0; i < count; i++)
    lua_geti(L, UNPACK_LIST, plus(first, i));
  return count;
}

static int unpack(lua_State *L, lua_Integer first, lua_Integer last) {
  lua_Unsigned more = (lua_Unsigned)last - (lua_Unsigned)first;
  if (first > last) return 0;
  if (unlikely(more >= INT_MAX - LUA_MINSTACK ||
               !lua_checkstack(L, (int)more + LUA_MINSTACK)))
    return luaL_error(L, "too many results to unpack");
  if (likely(more < (lua_Unsigned)pace_steps(L)) &&
      access_is_plain(L, UNPACK_LIST, ACCESS_GET))
    return unpack_few(L, first, (int)more + 1);
  lua_settop(L, UNPACK_LAST);
  put(L, UNPACK_FIRST, first);
  put(L, UNPACK_LAST, last);
  return unpack_on(L, LUA_OK, 0);
}

static int unpack_counted(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return unpack(L, luaL_optinteger(L, UNPACK_FIRST, 1), access_pop_length(L));
}

int table_unpack(lua_State *L) {
  lua_Integer first = luaL_optinteger(L, UNPACK_FIRST, 1);
  if (!lua_isnoneornil(L, UNPACK_LAST))
    return unpack(L, first, luaL_checkinteger(L, UNPACK_LAST));
  if (likely(access_is_plain(L, UNPACK_LIST, ACCESS_LENGTH | ACCESS_GET))) {
    lua_Integer length = (lua_Integer)lua_rawlen(L, UNPACK_LIST);
    if (first == 1 && length <= FEW) return unpack_few(L, 1, (int)length);
    return unpack(L, first, length);
  }
  access_length(L, UNPACK_LIST, 0, unpack_counted);
  return unpack_counted(L, LUA_OK, 0);
}
