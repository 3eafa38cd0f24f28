#include "script/state.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/flavour.h"
#include "script/alloc.h"
#include "script/body.h"
#include "script/coverage.h"
#include "script/hook.h"
#include "script/library.h"
#include "script/outlet.h"
#include "script/script.h"
#include "script/value.h"

/* --- warn ----------------------------------------------------------------- */

/*
** As stock: off until "@on"; a message may come in pieces. Which of the three
** functions is set is the state of it.
*/
static void warn_off(void *context, const char *text, int more);
static void warn_on(void *context, const char *text, int more);
static void warn_piece(void *context, const char *text, int more);

static bool warn_control(lua_State *L, const char *text, int more) {
  if (more || text[0] != '@') return false;
  if (strcmp(text, "@off") == 0) lua_setwarnf(L, warn_off, L);
  if (strcmp(text, "@on") == 0) lua_setwarnf(L, warn_on, L);
  return true;
}

static void warn_write(lua_State *L, const char *text) {
  if (flavour_is_library())
    outlet_write(body_of(L), text, strlen(text));
  else
    fputs(text, stderr);
}

static void warn_off(void *context, const char *text, int more) {
  warn_control(context, text, more);
}

static void warn_piece(void *context, const char *text, int more) {
  warn_write(context, text);
  if (!more) warn_write(context, "\n");
  lua_setwarnf(context, more ? warn_piece : warn_on, context);
}

static void warn_on(void *context, const char *text, int more) {
  if (warn_control(context, text, more)) return;
  warn_write(context, "Lua warning: ");
  warn_piece(context, text, more);
}

/* --- The state ------------------------------------------------------------ */

static int panic(lua_State *L) {
  const char *text = lua_tostring(L, -1);
  check_failed(__FILE__, __LINE__, "every call of Lua is protected",
               text ? text : "an error object");
}

static int install(lua_State *L) {
  library_install(L);
  value_install(L);
  return 0;
}

/*
** Puts the collector where it stands after a cycle that has found everything
** alive: the next begins when the state has doubled. A new state would begin
** one at once, to find nothing.
*/
static void start_collector(struct body *body) {
  lua_gc(body->L, LUA_GCRESTART);
  lua_gc(body->L, LUA_GCSTEP, -(int)(body->memory / 1024));
}

bool state_new(struct body *body) {
  lua_State *L = lua_newstate(alloc_lua, body);
  body->L = L;
  if (!L) return false;
  *(struct body **)lua_getextraspace(L) = body;
  /* A tick may come at any instruction, and follows `running` to the body. */
  atomic_signal_fence(memory_order_release);
  body->running = L;
  if (body->hook_count != 0) hook_set_count(L, body->hook_count, false);
  if (coverage_is_on(body->script->coverage)) hook_cover(L);
  lua_gc(L, LUA_GCSTOP);
  lua_atpanic(L, panic);
  lua_setwarnf(L, warn_off, L);
  lua_pushcfunction(L, install);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
    state_close(body);
    return false;
  }
  start_collector(body);
  return true;
}

/* --- The end -------------------------------------------------------------- */

/* Raises a memory error, as Lua does: no message handler sees it. */
static void refuse_call(lua_State *L, lua_Debug *activation) {
  (void)activation;
  lua_pushliteral(L, "not enough memory");
  lua_error(L);
}

/* A killed actor runs nothing more: its __close handlers fail before their
** first instruction. */
static void silence(lua_State *L) {
  lua_gc(L, LUA_GCSTOP);
  lua_sethook(L, refuse_call, LUA_MASKCALL, 0);
}

/* Of a killed actor there may be variables that wait to be closed. */
void state_close(struct body *body) {
  if (!body->L) return;
  /* Nobody arms a thread that may be gone at the next instruction: it looks by
  ** itself. */
  body->running = NULL;
  hook_set_count(body->L, HOOK_STEP, false);
  body->blocked++;
  if (body->killed) silence(body->L);
  if (lua_status(body->L) != LUA_OK) lua_resetthread(body->L);
  lua_close(body->L);
  outlet_close(body);
  body->blocked--;
  body->L = NULL;
}
