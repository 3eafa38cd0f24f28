/*
** table.sort: reads all elements, finds their order (script/sort.h), writes
** all of them. So a comparator sees the list as it was, may wait, and if it
** raises has changed nothing.
**
** A list of integers or of floats, without a comparator, is an array of C in
** between. Anything else is kept on the stack or in a table of our own, so
** that it stays alive whatever becomes of the list meanwhile, and what is
** sorted are its numbers. Strings and mixed numbers have keys, made of what
** can be told of them at a glance.
**
** Positions, and how far it has come, are on the stack or in the sort itself.
*/
#include <lauxlib.h>
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "base/check.h"
#include "script/access.h"
#include "script/coroutine.h"
#include "script/library.h"
#include "script/pace.h"
#include "script/sort.h"

enum {
  LIST = 1,
  COMPARATOR, /* or nil */
  COUNT,
  SORT,       /* a struct sort, or sort_integers */
  VALUES      /* a table of all elements, or nil: they are on the stack, above;
              ** or a boolean: they are integers; floats? */
};

#define PLAIN (ACCESS_GET | ACCESS_SET)
#define STACKED_LARGEST 1000 /* elements */
#define ROOM_LARGEST 65536   /* elements to have room for, unseen */
#define SMALL 4 /* a list that is shorter can have a bad order unnoticed */
#define FEW 12  /* elements that the stack has room for */

static uint32_t count_of(lua_State *L) {
  return (uint32_t)lua_tointeger(L, COUNT);
}

/* --- Integers and floats -------------------------------------------------- */

/* Floats are sorted as the integers that their bits make, with those below
** zero turned round: their order is that of the floats. */
static int64_t turn_float(int64_t bits) {
  return bits < 0 ? bits ^ INT64_MAX : bits;
}

static int64_t float_key(lua_Number number) {
  int64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return turn_float(bits);
}

/* Pops the element on top; false: it is not of that kind. */
static bool to_integer(lua_State *L, bool floats, int64_t *integer) {
  bool fits = lua_type(L, -1) == LUA_TNUMBER && lua_isinteger(L, -1) != floats;
  if (fits)
    *integer = floats ? float_key(lua_tonumber(L, -1)) : lua_tointeger(L, -1);
  lua_pop(L, 1);
  return fits;
}

static void push_integer(lua_State *L, bool floats, int64_t integer) {
  lua_Number number;
  if (!floats) {
    lua_pushinteger(L, integer);
    return;
  }
  integer = turn_float(integer);
  memcpy(&number, &integer, sizeof number);
  lua_pushnumber(L, number);
}

/* --- Writing -------------------------------------------------------------- */

/* The element `number`, from 0 on. */
static void push_value(lua_State *L, uint32_t number, bool stacked) {
  if (stacked)
    lua_pushvalue(L, VALUES + 1 + (int)number);
  else
    lua_geti(L, VALUES, (lua_Integer)number + 1);
}

/* The element that comes at `position`, from 1 on. */
static void push_sorted(lua_State *L, lua_Integer position) {
  if (lua_isboolean(L, VALUES)) {
    const int64_t *order = sort_integers_order(lua_touserdata(L, SORT));
    push_integer(L, lua_toboolean(L, VALUES), order[position - 1]);
  } else {
    const struct sort_item *order = sort_order(lua_touserdata(L, SORT));
    push_value(L, order[position - 1].number, lua_isnil(L, VALUES));
  }
}

static int write_on(lua_State *L, int status, lua_KContext position) {
  bool plain = access_is_plain(L, LIST, ACCESS_SET);
  lua_Integer i = position, count = count_of(L);
  (void)status;
  for (; i <= count; i++) {
    push_sorted(L, i);
    if (plain)
      lua_seti(L, LIST, i);
    else
      access_set(L, LIST, i, i + 1, write_on);
    if (i % pace_steps(L) == 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, i + 1, write_on);
  }
  return 0;
}

/* --- Any values ----------------------------------------------------------- */

/* What stays the same as long as the sort is not suspended. */
struct run {
  struct sort *sort;
  bool called;  /* there is a comparator */
  bool stacked; /* the values are on the stack */
  int top;      /* of the stack, between comparisons */
};

static struct run run_of(lua_State *L) {
  struct run run = {.sort = lua_touserdata(L, SORT), .top = VALUES};
  run.called = !lua_isnil(L, COMPARATOR);
  run.stacked = lua_isnil(L, VALUES);
  if (run.stacked) run.top += (int)count_of(L);
  return run;
}

static bool pop_answer(lua_State *L, const struct run *run) {
  bool less = lua_toboolean(L, -1);
  lua_settop(L, run->top);
  return less;
}

/* Both are strings, or numbers: then no metamethod is asked. Long strings
** count as many steps: to compare them takes its time. */
static bool are_basic(lua_State *L, int index, uint32_t *steps) {
  int type = lua_type(L, index);
  if (type != lua_type(L, index + 1)) return false;
  if (type == LUA_TSTRING) *steps += (uint32_t)(lua_rawlen(L, index) / 64);
  return type == LUA_TSTRING || type == LUA_TNUMBER;
}

/* Is the right one less? It may wait, and go on in `k` with the answer on
** top. */
static bool is_less(lua_State *L, const struct run *run, uint32_t left,
                    uint32_t right, uint32_t *steps, lua_KFunction k) {
  int index = run->top + 1;
  bool less;
  *steps += 1;
  if (run->called) lua_pushvalue(L, COMPARATOR);
  push_value(L, right, run->stacked);
  push_value(L, left, run->stacked);
  if (run->called) {
    lua_callk(L, 2, 1, 0, k);
    return pop_answer(L, run);
  }
  if (unlikely(!are_basic(L, index, steps))) {
    access_less(L, index, index + 1, 0, k);
    return pop_answer(L, run);
  }
  less = lua_compare(L, index, index + 1, LUA_OPLT);
  lua_pop(L, 2);
  return less;
}

static int finish(lua_State *L, bool less) {
  if (less) return luaL_error(L, "invalid order function for sorting");
  return write_on(L, LUA_OK, 1);
}

static int finish_told(lua_State *L, int status, lua_KContext context) {
  struct run run = run_of(L);
  (void)status;
  (void)context;
  return finish(L, pop_answer(L, &run));
}

/* Is the last less than the first? Then there is no order in them. */
static int check_order(lua_State *L, const struct run *run) {
  const struct sort_item *order = sort_order(run->sort);
  uint32_t count = count_of(L), steps = 0;
  bool less = count >= SMALL &&
              is_less(L, run, order[0].number, order[count - 1].number, &steps,
                      finish_told);
  return finish(L, less);
}

static int sort_told(lua_State *L, int status, lua_KContext context);

static int sort_on(lua_State *L, int status, lua_KContext context) {
  struct run run = run_of(L);
  uint32_t left, right, steps = 0, limit = (uint32_t)pace_steps(L);
  enum sort_step step;
  (void)status;
  (void)context;
  while ((step = sort_next(run.sort, &left, &right, &steps, limit)) !=
         SORT_DONE) {
    if (step == SORT_COMPARE)
      sort_tell(run.sort, is_less(L, &run, left, right, &steps, sort_told));
    if (steps >= limit) {
      if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, 0, sort_on);
      steps = 0;
    }
  }
  return check_order(L, &run);
}

static int sort_told(lua_State *L, int status, lua_KContext context) {
  struct run run = run_of(L);
  sort_tell(run.sort, pop_answer(L, &run));
  return sort_on(L, status, context);
}

/* --- Keys ----------------------------------------------------------------- */

/* The order of strings is that of their bytes, unless whoever has us embedded
** has set another locale. */
static bool has_byte_order(void) {
  const char *locale = setlocale(LC_COLLATE, NULL);
  return strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

/* The first eight bytes, as a number that is less if they are. */
static int64_t string_key(lua_State *L) {
  size_t size, i;
  const char *bytes = lua_tolstring(L, -1, &size);
  uint64_t key = 0;
  for (i = 0; i < sizeof key; i++)
    key = key << 8 | (i < size ? (unsigned char)bytes[i] : 0);
  return (int64_t)(key ^ UINT64_C(1) << 63);
}

/* The keys of the elements from `position` on, as long as they are all of a
** type that has some. */
static int keys_on(lua_State *L, int status, lua_KContext position) {
  struct sort *sort = lua_touserdata(L, SORT);
  bool stacked = lua_isnil(L, VALUES);
  lua_Integer i = position, count = count_of(L);
  int type;
  (void)status;
  push_value(L, 0, stacked);
  type = lua_type(L, -1);
  lua_pop(L, 1);
  for (; i <= count; i++) {
    struct sort_item *item = &sort->items[i - 1];
    push_value(L, (uint32_t)i - 1, stacked);
    if (lua_type(L, -1) != type) {
      lua_pop(L, 1);
      sort_init(sort, (uint32_t)count);
      break;
    }
    item->key = type == LUA_TSTRING ? string_key(L)
                                    : float_key(lua_tonumber(L, -1));
    lua_pop(L, 1);
    if (i % pace_steps(L) == 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, i + 1, keys_on);
  }
  return sort_on(L, LUA_OK, 0);
}

/* All elements have been read. */
static int sort_values(lua_State *L) {
  uint32_t count = count_of(L);
  bool called = !lua_isnil(L, COMPARATOR);
  int type;
  sort_init(lua_newuserdatauv(L, sort_size(count), 0), count);
  lua_replace(L, SORT);
  push_value(L, 0, lua_isnil(L, VALUES));
  type = lua_type(L, -1);
  lua_pop(L, 1);
  if (!called && (type == LUA_TNUMBER ||
                  (type == LUA_TSTRING && has_byte_order())))
    return keys_on(L, LUA_OK, 1);
  return sort_on(L, LUA_OK, 0);
}

/* --- Reading -------------------------------------------------------------- */

/* Element `i` is on top. A length may lie: before thousands of nils are
** gathered, one of them is compared, which raises what it raises. */
static void keep(lua_State *L, lua_Integer i) {
  if (lua_isnil(L, VALUES)) return;
  if (unlikely(lua_isnil(L, -1)) && lua_isnil(L, COMPARATOR)) {
    lua_geti(L, VALUES, i - 1);
    lua_compare(L, -2, -1, LUA_OPLT);
    lua_pop(L, 1);
  }
  lua_seti(L, VALUES, i);
}

static int read_got(lua_State *L, int status, lua_KContext position);

static int read_on(lua_State *L, int status, lua_KContext position) {
  bool plain = access_is_plain(L, LIST, ACCESS_GET);
  lua_Integer i = position, count = count_of(L);
  (void)status;
  for (; i <= count; i++) {
    if (plain)
      lua_geti(L, LIST, i);
    else
      access_get(L, LIST, i, i, read_got);
    keep(L, i);
    if (i % pace_steps(L) == 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, i + 1, read_on);
  }
  return sort_values(L);
}

static int read_got(lua_State *L, int status, lua_KContext position) {
  keep(L, position);
  return read_on(L, status, position + 1);
}

static int read_values(lua_State *L) {
  uint32_t count = count_of(L);
  lua_settop(L, SORT);
  lua_pushnil(L); /* the sort, as soon as all elements are there */
  lua_replace(L, SORT);
  if (count <= STACKED_LARGEST) {
    luaL_checkstack(L, (int)count + LUA_MINSTACK, NULL);
    lua_pushnil(L);
  } else {
    lua_createtable(L, (int)(count < ROOM_LARGEST ? count : ROOM_LARGEST), 0);
  }
  return read_on(L, LUA_OK, 1);
}

static int integers_on(lua_State *L, int status, lua_KContext context) {
  struct sort_integers *sort = lua_touserdata(L, SORT);
  (void)status;
  (void)context;
  while (!sort_integers_run(sort, (uint32_t)pace_steps(L)))
    if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, 0, integers_on);
  return write_on(L, LUA_OK, 1);
}

/* As long as all elements are of the kind of the first. */
static int read_integers(lua_State *L, int status, lua_KContext position) {
  struct sort_integers *sort = lua_touserdata(L, SORT);
  bool floats = lua_toboolean(L, VALUES);
  lua_Integer i = position, count = count_of(L);
  (void)status;
  for (; i <= count; i++) {
    lua_geti(L, LIST, i);
    if (unlikely(!to_integer(L, floats, &sort->integers[i - 1])))
      return read_values(L);
    if (i % pace_steps(L) == 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, i + 1, read_integers);
  }
  return integers_on(L, LUA_OK, 0);
}

/* May they be sorted as integers? Pushes whether as floats. */
static bool may_be_integers(lua_State *L) {
  if (!lua_isnil(L, COMPARATOR) || !access_is_plain(L, LIST, PLAIN))
    return false;
  if (lua_geti(L, LIST, 1) == LUA_TNUMBER) {
    lua_pushboolean(L, !lua_isinteger(L, -1));
    lua_remove(L, -2);
    return true;
  }
  lua_pop(L, 1);
  return false;
}

/* --- A few ---------------------------------------------------------------- */

/* Pushes the elements. Are all of them strings, or all numbers? */
static bool push_alike(lua_State *L, int count) {
  int type = lua_geti(L, LIST, 1), i;
  if (type != LUA_TSTRING && type != LUA_TNUMBER) return false;
  for (i = 2; i <= count; i++)
    if (lua_geti(L, LIST, i) != type) return false;
  return true;
}

/* Sorts them as they lie on the stack: each goes down among those before it,
** which are in order. False, and nothing done: they may not be compared so. */
static bool sort_few(lua_State *L, int count) {
  int first = COMPARATOR + 1, i, place;
  if (!push_alike(L, count)) {
    lua_settop(L, COMPARATOR);
    return false;
  }
  for (i = first + 1; i < first + count; i++) {
    place = i;
    while (place > first && lua_compare(L, i, place - 1, LUA_OPLT)) place--;
    if (place == i) continue;
    lua_pushvalue(L, i);
    lua_insert(L, place);
    lua_remove(L, i + 1);
  }
  for (i = count; i >= 1; i--) lua_seti(L, LIST, i);
  return true;
}

/* --- table.sort ----------------------------------------------------------- */

static int sort(lua_State *L, lua_Integer length) {
  uint32_t count = (uint32_t)length;
  if (length < 2) return 0;
  luaL_argcheck(L, length < INT_MAX, 1, "array too big");
  if (!lua_isnoneornil(L, COMPARATOR))
    luaL_checktype(L, COMPARATOR, LUA_TFUNCTION);
  lua_settop(L, COMPARATOR);
  if (count <= FEW && lua_isnil(L, COMPARATOR) &&
      access_is_plain(L, LIST, PLAIN) && sort_few(L, (int)count))
    return 0;
  lua_pushinteger(L, length);
  if (!may_be_integers(L)) return read_values(L);
  sort_integers_init(lua_newuserdatauv(L, sort_integers_size(count), 0),
                     count);
  lua_insert(L, SORT);
  return read_integers(L, LUA_OK, 1);
}

static int sort_counted(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return sort(L, access_pop_length(L));
}

int table_sort(lua_State *L) {
  if (likely(access_is_plain(L, LIST, ACCESS_LENGTH)))
    return sort(L, (lua_Integer)lua_rawlen(L, LIST));
  access_check(L, LIST, ACCESS_LIST);
  access_length(L, LIST, 0, sort_counted);
  return sort_counted(L, LUA_OK, 0);
}
