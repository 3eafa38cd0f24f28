#include "script/face_test.h"

#include <lauxlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/coverage.h"
#include "script/failure.h"
#include "script/hook.h"
#include "script/overtime.h"
#include "script/script.h"
#include "script/socket.h"
#include "script/timer.h"
#include "script/value.h"

static const char answerer_key = 'a';

void test_check(lua_State *L, const char *what) {
  if (!body_of(L)->script->tests)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected the host of troupe test for %s", what);
}

/* --- The log -------------------------------------------------------------- */

int test_lua_keep_log(lua_State *L) {
  test_check(L, "keep_log");
  log_keep(body_of(L)->script->log, lua_toboolean(L, 1));
  return 0;
}

/* Its texts are to outlive a raise: they go through the body's scratch. */
static bool copy(struct buffer *scratch, const struct log_line *line,
                 size_t name) {
  buffer_clear(scratch);
  return (name == 0 || buffer_append(scratch, line->who, name)) &&
         buffer_append(scratch, line->text, line->size);
}

int test_lua_kept_log(lua_State *L) {
  struct buffer *scratch = &body_of(L)->scratch;
  size_t lost, name;
  struct log_line *line;
  enum log_level level;
  bool good;
  test_check(L, "kept_log");
  line = log_take(body_of(L)->script->log, &lost);
  if (line == NULL) {
    lua_pushnil(L);
    lua_pushinteger(L, (lua_Integer)lost);
    return 2;
  }
  level = line->level;
  name = line->who != NULL ? strlen(line->who) : 0;
  good = copy(scratch, line, name);
  log_line_free(line);
  if (!good) return luaL_error(L, "not enough memory");
  lua_pushstring(L, log_level_name(level));
  if (name > 0)
    lua_pushlstring(L, buffer_bytes(scratch), name);
  else
    lua_pushnil(L);
  lua_pushlstring(L, buffer_bytes(scratch) + name,
                  buffer_size(scratch) - name);
  return 3;
}

/* --- Overtime ------------------------------------------------------------- */

int test_lua_overtime(lua_State *L) {
  struct body *body = body_of(L);
  double seconds = luaL_optnumber(L, 1, 0);
  lua_Integer number = luaL_optinteger(L, 2, 0);
  const char *what = luaL_optstring(L, 3, "an evaluation");
  test_check(L, "overtime");
  if (number <= 0) {
    const struct buffer *text = overtime_end(body->script->overtime);
    if (text == NULL) return 0;
    lua_pushlstring(L, buffer_bytes(text), buffer_size(text));
    return 1;
  }
  if (!(seconds > 0))
    return failure_expected(L, "seconds", "a number above 0", 1);
  if (overtime_set(body->script->overtime, tick_from_seconds(seconds),
                   what, body, (uint64_t)number) != STATUS_OK)
    return luaL_error(L, "not enough memory");
  return 0;
}

/* --- The end -------------------------------------------------------------- */

int test_lua_exit_status(lua_State *L) {
  body_of(L)->exit_status = (int)luaL_checkinteger(L, 1);
  return 0;
}

/* --- Requests and timers -------------------------------------------------- */

int test_lua_refuse(lua_State *L) {
  struct waiter from;
  if (!value_from(L, 1, &from))
    return failure_expected(L, "from", "what from() returned", 1);
  scheduler_end_wait(body_of(L)->script->scheduler, from, OUTCOME_UNKNOWN);
  return 0;
}

int test_lua_stop_timers(lua_State *L) {
  timer_stop_all(body_of(L));
  return 0;
}

int test_lua_close_socket(lua_State *L) {
  struct body *body = body_of(L);
  char peer[256];
  if (lua_isnoneornil(L, 1))
    lua_pushinteger(L, (lua_Integer)body->sockets_opened);
  else if (socket_close_last(body, (uint64_t)luaL_checkinteger(L, 1), peer,
                             sizeof peer))
    lua_pushstring(L, peer);
  else
    lua_pushnil(L);
  return 1;
}

/* --- Coverage ------------------------------------------------------------- */

#define COVERED_STEP 256 /* lines */

int test_lua_cover(lua_State *L) {
  test_check(L, "cover");
  coverage_begin(body_of(L)->script->coverage);
  hook_cover(L);
  return 0;
}

static void push_counts(lua_State *L, const struct covered *file) {
  struct coverage *coverage = body_of(L)->script->coverage;
  uint32_t counts[COVERED_STEP];
  int from = 1, count;
  lua_newtable(L);
  while ((count = coverage_read(coverage, file, from, counts,
                                COVERED_STEP)) > 0) {
    for (int i = 0; i < count; i++) {
      if (counts[i] == 0) continue;
      lua_pushinteger(L, counts[i]);
      lua_rawseti(L, -2, from + i);
    }
    from += count;
  }
}

int test_lua_covered(lua_State *L) {
  const struct covered *file =
      coverage_files(body_of(L)->script->coverage);
  lua_newtable(L);
  for (; file != NULL; file = file->next) {
    push_counts(L, file);
    lua_setfield(L, -2, file->source);
  }
  return 1;
}

/* --- Asking the one who tests --------------------------------------------- */

int test_lua_answerer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &answerer_key);
  return 0;
}

int test_ask(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &answerer_key) != LUA_TFUNCTION)
    return luaL_error(L, "nobody tests here");
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}
