#include "script/face_census.h"

#include <lauxlib.h>
#include <string.h>

#include "core/census.h"
#include "script/body.h"
#include "script/class.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/option.h"
#include "script/pace.h"
#include "script/script.h"
#include "script/target.h"
#include "script/value.h"
#include "script/words.h"

/* Slots, or rows, between two looks: some 20 us each. */
#ifdef TROUPE_STRESS
#define STEP_SLOTS 2
#define STEP_ROWS 1
#else
#define STEP_SLOTS 256
#define STEP_ROWS 16
#endif

static const char *const orders[] = {
#define ORDER_TEXT(name, text) text,
    CENSUS_ORDER_LIST(ORDER_TEXT)
#undef ORDER_TEXT
        NULL};

static const char *const doings[] = {
#define DOING_TEXT(name, text) text,
    CENSUS_DOING_LIST(DOING_TEXT)
#undef DOING_TEXT
};

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

/* --- Fields --------------------------------------------------------------- */

static void set_timing(lua_State *L, const char *p50, const char *p99,
                       const struct timing_figures *figures) {
  if (figures->p50 < 0) return;
  field_number(L, p50, figures->p50);
  field_number(L, p99, figures->p99);
}

static void push_row(lua_State *L, const struct census_row *row) {
  lua_createtable(L, 0, 16);
  field_pid(L, "pid", row->pid);
  field_pid(L, "starter", row->starter);
  field_text(L, "behaviour", row->behaviour);
  field_integer(L, "queue", row->queue);
  field_integer(L, "queue_bytes", row->queue_bytes);
  field_integer(L, "messages_in", row->messages_in);
  field_integer(L, "messages_out", row->messages_out);
  set_timing(L, "waiting_p50", "waiting_p99", &row->waiting);
  set_timing(L, "handling_p50", "handling_p99", &row->handling);
  field_integer(L, "memory", row->memory);
  field_number(L, "cpu", row->cpu);
  field_integer(L, "restarts", row->restarts);
  if (row->version != 0) field_integer(L, "version", row->version);
  field_text(L, "doing", doings[row->doing]);
  if (row->doing != DOING_WAITING) return;
  field_text(L, "waits", words_kind(row->waits));
  field_number(L, "since", row->since);
}

/* --- core.actors ---------------------------------------------------------- */

static const struct class taking_class;

static int discard(lua_State *L) {
  census_deinit(failure_check(L, 1, &taking_class, "census"));
  return 0;
}

static const luaL_Reg events[] = {
    {"__gc", discard}, {"__close", discard}, {NULL, NULL}};

static const struct class taking_class = {"census", "a census", events,
                                          NULL,     NULL,       false};

static enum census_order read_order(lua_State *L, int index) {
  enum census_order order = CENSUS_SLOT;
  const char *text;
  lua_getfield(L, index, "sort");
  text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  if (!lua_isnil(L, -1)) {
    for (order = 0; orders[order] != NULL; order++)
      if (text != NULL && strcmp(text, orders[order]) == 0) break;
    if (orders[order] == NULL)
      failure_expected(L, "sort",
                       "\"queue\", \"memory\", \"cpu\", \"calls\", "
                       "\"waiting\" or \"handling\"",
                       -1);
  }
  lua_pop(L, 1);
  return order;
}

static uint32_t read_limit(lua_State *L, int index) {
  double limit = option_number(L, index, "limit", UINT32_MAX);
  if (!(limit >= 1)) {
    lua_pushnumber(L, limit);
    failure_expected(L, "limit", "a number of rows", -1);
  }
  return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

/* The text stays on the stack as long as the query. */
static const char *push_behaviour(lua_State *L, int index) {
  lua_getfield(L, index, "behaviour");
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
    failure_expected(L, "behaviour", "a module's name", -1);
  return lua_tostring(L, -1);
}

/* Stack: options, behaviour, census, list. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  struct census *census = class_test(L, 3, &taking_class);
  (void)status;
  (void)context;
  while (census_step(census, STEP_SLOTS))
    if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
  if (lua_gettop(L) == 3)
    lua_createtable(L, (int)census_count(census), 0);
  while (census_count(census) > 0) {
    for (int i = 0; i < STEP_ROWS && census_count(census) > 0; i++) {
      lua_Integer place = census_count(census);
      push_row(L, census_take(census));
      lua_rawseti(L, 4, place);
    }
    if (census_count(census) > 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
  }
  return 1;
}

int census_lua_actors(lua_State *L) {
  static const char *const names[] = {"sort", "limit", "behaviour", NULL};
  struct census_query query;
  struct census *census;
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  if (!lua_istable(L, 1)) return failure_expected(L, "options", "a table", 1);
  option_check_names(L, 1, names);
  query.order = read_order(L, 1);
  query.limit = read_limit(L, 1);
  query.behaviour = push_behaviour(L, 1);
  census = class_new(L, &taking_class, sizeof *census);
  lua_toclose(L, 3);
  if (census_init(census, scheduler_of(L), &query) != STATUS_OK)
    return luaL_error(L, "not enough memory");
  return go_on(L, LUA_OK, 0);
}

int census_lua_actor(lua_State *L) {
  struct census_row row;
  if (census_look(scheduler_of(L), target_pid(L, 1), &row))
    push_row(L, &row);
  else
    lua_pushnil(L);
  return 1;
}

/* --- core.workers --------------------------------------------------------- */

static void push_worker(lua_State *L, int index) {
  struct worker_figures figures;
  scheduler_figures(scheduler_of(L), index, &figures);
  lua_createtable(L, 0, 10);
  field_integer(L, "index", (uint64_t)index);
  field_pid(L, "running", figures.running);
  field_integer(L, "queue", figures.queue);
  field_integer(L, "turns", figures.turns);
  field_integer(L, "steals", figures.steals);
  field_integer(L, "handles", figures.handles);
  field_number(L, "load", figures.load);
  field_boolean(L, "parked", figures.parked);
  field_boolean(L, "private", figures.private);
  field_boolean(L, "engine", figures.engine);
}

int census_lua_workers(lua_State *L) {
  int count = scheduler_of(L)->worker_seats;
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    push_worker(L, i);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}
