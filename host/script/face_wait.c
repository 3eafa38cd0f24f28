#include "script/face_wait.h"

#include <lauxlib.h>

#include "base/tick.h"
#include "core/waiting.h"
#include "script/body.h"
#include "script/class.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/pace.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

/* Slots, or rows, between two looks. */
#ifdef TROUPE_STRESS
#define STEP_SLOTS 2
#define STEP_ROWS 1
#else
#define STEP_SLOTS 256
#define STEP_ROWS 16
#endif

/* Of core.waits while it makes way. */
enum { LIST = 2, LOOK };

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

static const struct class look_class;

static int discard(lua_State *L) {
  waiting_deinit(failure_check(L, 1, &look_class, "look"));
  return 0;
}

static const luaL_Reg events[] = {
    {"__gc", discard}, {"__close", discard}, {NULL, NULL}};

static const struct class look_class = {"look", "a look at waits", events,
                                        NULL,   NULL,              false};

/* --- Fields --------------------------------------------------------------- */

static void set_target(lua_State *L, uint64_t target) {
  if (!id_valid(target)) return;
  field_pid(L, "target", target);
  field_text(L, "target_behaviour", words_name(scheduler_of(L), target));
}

static void push_row(lua_State *L, const struct waiting_row *row) {
  char text[WORDS_WAIT_SIZE];
  lua_createtable(L, 0, 9);
  field_pid(L, "pid", row->pid);
  field_text(L, "behaviour", words_name(scheduler_of(L), row->pid));
  field_text(L, "waits", words_wait(scheduler_of(L), &row->wait, text));
  field_text(L, "kind", words_kind(row->wait.kind));
  set_target(L, row->wait.target);
  field_number(L, "since",
               tick_seconds(row->since, scheduler_now(scheduler_of(L))));
  if (!row->deferred) return;
  field_boolean(L, "deferred", true);
}

/* --- core.waits ----------------------------------------------------------- */

/* Rows come the last first; so circles get their numbers afterwards, from the
** pids that stand for them. */
static void number_circles(lua_State *L) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, LIST), number = 0;
  uint64_t former = ID_NONE;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, LIST, i);
    if (lua_getfield(L, -1, "circle") == LUA_TNIL) {
      lua_pop(L, 2);
      return;
    }
    if (value_pid(L, -1) != former) number++;
    former = value_pid(L, -1);
    lua_pushinteger(L, number);
    lua_setfield(L, -3, "circle");
    lua_pop(L, 2);
  }
}

static void take_rows(lua_State *L, struct waiting *look) {
  for (int i = 0; i < STEP_ROWS && waiting_count(look) > 0; i++) {
    lua_Integer place = waiting_count(look);
    struct waiting_row row = waiting_take(look);
    push_row(L, &row);
    if (row.circle != ID_NONE) {
      field_pid(L, "circle", row.circle);
    }
    lua_rawseti(L, LIST, place);
  }
}

static int go_on(lua_State *L, int status, lua_KContext context) {
  struct waiting *look = class_test(L, LOOK, &look_class);
  (void)status;
  (void)context;
  while (waiting_step(look, STEP_SLOTS))
    if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
  while (waiting_count(look) > 0) {
    take_rows(L, look);
    if (waiting_count(look) > 0 && pace_over(L))
      return coroutine_wait(L, HOST_PREEMPT, 0, go_on);
  }
  number_circles(L);
  lua_pushvalue(L, LIST);
  lua_pushinteger(L, (lua_Integer)look->total);
  return 2;
}

int wait_lua_waits(lua_State *L) {
  lua_Integer limit = luaL_checkinteger(L, 1);
  struct waiting *look;
  luaL_argcheck(L, limit > 0 && limit <= INT32_MAX, 1, "a number of rows");
  lua_settop(L, 1);
  lua_createtable(L, limit < 1024 ? (int)limit : 1024, 0);
  look = class_new(L, &look_class, sizeof *look);
  lua_toclose(L, LOOK);
  waiting_init(look, scheduler_of(L), (uint32_t)limit);
  return go_on(L, LUA_OK, 0);
}
