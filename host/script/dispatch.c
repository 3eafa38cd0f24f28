/*
** The closure that runs an actor's activities has its behaviour for upvalues,
** where a look-up costs a few instructions: the state, the three tables of
** handlers (or functions in their place), and the behaviour itself. It is kept
** at index 1 of the main thread, and in the registry for the day the thread is
** unwound.
*/
#include "script/dispatch.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/flavour.h"
#include "base/tick.h"
#include "script/answer.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/misspelt.h"
#include "script/module.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/socket.h"
#include "script/strand.h"
#include "script/timer.h"
#include "script/value.h"

enum {
  UP_STATE = 1,
  UP_CALL,
  UP_CAST,
  UP_INFO,
  UP_BEHAVIOUR,
  UP_NAMES, /* BODY_NAMES strings */
  UP_LAST = UP_NAMES + BODY_NAMES - 1
};

static const char closure_key = 0;

/* --- The behaviour -------------------------------------------------------- */

static bool check_field(lua_State *L, int behaviour, const char *name,
                        const char *field, bool table) {
  int type = lua_getfield(L, behaviour, field);
  if (type != LUA_TNIL && type != LUA_TFUNCTION &&
      !(table && type == LUA_TTABLE))
    failure_raise(L, FAILURE_BADARGUMENT, "expected %s.%s to be a %s, got %s",
                  name, field, table ? "table or a function" : "function",
                  failure_describe(L, -1));
  lua_pop(L, 1);
  return type != LUA_TNIL;
}

static void check_idle(lua_State *L, int behaviour, const char *name) {
  if (lua_getfield(L, behaviour, "idle") != LUA_TNIL &&
      (lua_type(L, -1) != LUA_TNUMBER || !(lua_tonumber(L, -1) > 0)))
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected %s.idle to be a number above 0, got %s", name,
                  failure_describe(L, -1));
  lua_pop(L, 1);
}

static void check_concurrent(lua_State *L, int behaviour, const char *name) {
  if (lua_getfield(L, behaviour, "concurrent") != LUA_TNIL) {
    lua_Integer count = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (count < 1 || count > (lua_Integer)STRANDS_LARGEST)
      failure_raise(L, FAILURE_BADARGUMENT,
                    "expected %s.concurrent to be an integer from 1 to %d, "
                    "got %s",
                    name, (int)STRANDS_LARGEST, failure_describe(L, -1));
  }
  lua_pop(L, 1);
}

void dispatch_check(lua_State *L, int index, const char *name) {
  static const char *const functions[] = {"init", "continue", "down",
                                          "terminate", "upgrade"};
  static const char *const tables[] = {"call", "cast", "info"};
  int behaviour = lua_absindex(L, index);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    check_field(L, behaviour, name, functions[i], false);
  check_idle(L, behaviour, name);
  check_concurrent(L, behaviour, name);
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    check_field(L, behaviour, name, tables[i], true);
}

static bool has_field(lua_State *L, int behaviour, const char *field) {
  bool there = lua_getfield(L, behaviour, field) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

static void read_idle(lua_State *L, int behaviour) {
  struct body *body = body_of(L);
  body->idle_span = body->start.idle_span;
  if (lua_getfield(L, behaviour, "idle") != LUA_TNIL && body->idle_span == 0)
    body->idle_span = tick_from_seconds(lua_tonumber(L, -1));
  lua_pop(L, 1);
}

static void read_concurrent(lua_State *L, int behaviour) {
  lua_Integer count = 1;
  if (lua_getfield(L, behaviour, "concurrent") != LUA_TNIL)
    count = lua_tointeger(L, -1);
  strand_make(L, (unsigned)count);
  lua_pop(L, 1);
}

/* Its own, or else that of its unit. */
static void read_version(lua_State *L, int behaviour) {
  struct body *body = body_of(L);
  lua_Integer version = body->version;
  lua_getfield(L, behaviour, "version");
  if (lua_isinteger(L, -1)) version = lua_tointeger(L, -1);
  atomic_store_explicit(&body->actor->version, (uint32_t)version,
                        memory_order_relaxed);
  lua_pop(L, 1);
}

static void forget_names(struct body *body) {
  for (int i = 0; i < BODY_NAMES; i++) body->names[i].size = 0;
}

void dispatch_adopt(lua_State *L, int index) {
  struct body *body = body_of(L);
  int behaviour = lua_absindex(L, index);
  body->has_continue = has_field(L, behaviour, "continue");
  body->has_down = has_field(L, behaviour, "down");
  body->has_terminate = has_field(L, behaviour, "terminate");
  read_idle(L, behaviour);
  read_concurrent(L, behaviour);
  read_version(L, behaviour);
  lua_pushnil(L);
  lua_getfield(L, behaviour, "call");
  lua_getfield(L, behaviour, "cast");
  lua_getfield(L, behaviour, "info");
  lua_pushvalue(L, behaviour);
  forget_names(body);
  for (int i = 0; i < BODY_NAMES; i++) lua_pushnil(L);
  lua_pushcclosure(L, dispatch_run, UP_LAST);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &closure_key);
  body->has_behaviour = true;
}

/* The threads have the former closure at index 1. */
void dispatch_renew(struct body *body) {
  ASSERT(body->activity == ACTIVITY_NONE, "at a message boundary");
  lua_settop(body->L, 0);
  strand_clear(body);
}

static void push_upvalue(lua_State *L, int upvalue) {
  dispatch_push(L);
  if (lua_isnil(L, -1)) return;
  lua_getupvalue(L, -1, upvalue);
  lua_remove(L, -2);
}

void dispatch_push_state(lua_State *L) { push_upvalue(L, UP_STATE); }

void dispatch_push_behaviour(lua_State *L) { push_upvalue(L, UP_BEHAVIOUR); }

void dispatch_push(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &closure_key);
}

void dispatch_set_state(lua_State *L, int index) {
  lua_pushvalue(L, index);
  dispatch_push(L);
  lua_insert(L, -2);
  lua_setupvalue(L, -2, UP_STATE);
  lua_pop(L, 1);
}

static void set_warm(struct body *body, int place, const void *address) {
  atomic_store_explicit(&body->actor->warm[place], address,
                        memory_order_relaxed);
}

/* The body; the state, with the start of what its threads share behind it; the
** closure of dispatch_push; the table that is the actor's state. */
void dispatch_warm(struct body *body) {
  lua_State *L = body->L;
  set_warm(body, 0, body);
  set_warm(body, 1, L != NULL ? (const void *)L : body->native);
  if (L == NULL) return;
  dispatch_push(L);
  set_warm(body, 2, lua_topointer(L, -1));
  if (lua_getupvalue(L, -1, 1) != NULL) {
    set_warm(body, 3, lua_topointer(L, -1));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* --- Requests ------------------------------------------------------------- */

/* Calls the handler of the values on the stack from index 3 on, which are what
** the message says: index 1 is free for the handler, 2 is the state. */
static int handler_of(lua_State *L, int table) {
  int type = lua_type(L, lua_upvalueindex(table));
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, lua_upvalueindex(table));
    lua_replace(L, 1);
    return lua_gettop(L) - 1;
  }
  if (type != LUA_TTABLE || lua_gettop(L) < 3 || lua_isnil(L, 3)) return -1;
  lua_pushvalue(L, 3);
  if (lua_gettable(L, lua_upvalueindex(table)) == LUA_TNIL) return -1;
  lua_replace(L, 1);
  lua_remove(L, 3);
  return lua_gettop(L) - 1;
}

static int after_request(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  (void)status;
  (void)context;
  if (body->request->kind == MESSAGE_CALL) answer_reply(L, body);
  return 0;
}

/* A request's name is mostly one of the last two: then the string is at hand,
** and need not be looked for among the state's strings, which in a state that
** has been cold is three cache misses. */
static unsigned name_slot(const struct message *request) {
  return request->size < 2 ? 0 : request->bytes[1] % BODY_NAMES;
}

static void keep_name(lua_State *L, struct body *body,
                      const struct message *request) {
  unsigned slot = name_slot(request);
  size_t size;
  if (lua_type(L, 3) != LUA_TSTRING) return;
  size = codec_short_string(lua_rawlen(L, 3));
  if (size < 2 || size > BODY_NAME_LARGEST) return;
  body->names[slot].size = (unsigned char)size;
  memcpy(body->names[slot].bytes, request->bytes, size);
  lua_pushvalue(L, 3);
  lua_replace(L, lua_upvalueindex(UP_NAMES + (int)slot));
}

static bool is_name_kept(const struct body *body,
                         const struct message *request) {
  unsigned slot = name_slot(request);
  size_t size = body->names[slot].size;
  return likely(size != 0 && size <= request->size &&
                memcmp(body->names[slot].bytes, request->bytes, size) == 0);
}

static size_t push_kept(lua_State *L, const struct body *body,
                        const struct message *request) {
  unsigned slot = name_slot(request);
  lua_pushvalue(L, lua_upvalueindex(UP_NAMES + (int)slot));
  return body->names[slot].size;
}

static void unpack_request(lua_State *L, struct body *body) {
  const struct message *request = body->request;
  if (is_name_kept(body, request)) {
    size_t size = push_kept(L, body, request);
    codec_unpack_rest(L, request, size, request->count - 1);
    return;
  }
  codec_unpack(L, request);
  if (request->size >= 2) keep_name(L, body, request);
}

/* The shortest way, and the usual one: the handler is found before anything is
** unpacked, so nothing is moved on the stack. False: it is empty still. */
static bool unpack_handled(lua_State *L, struct body *body, int table) {
  const struct message *request = body->request;
  size_t size;
  if (request->kind == MESSAGE_TIMER || !is_name_kept(body, request) ||
      lua_type(L, lua_upvalueindex(table)) != LUA_TTABLE)
    return false;
  size = push_kept(L, body, request);
  if (lua_gettable(L, lua_upvalueindex(table)) == LUA_TNIL) {
    lua_settop(L, 0);
    return false;
  }
  lua_pushvalue(L, lua_upvalueindex(UP_STATE));
  body->unpacking = true;
  codec_unpack_rest(L, request, size, request->count - 1);
  body->unpacking = false;
  return true;
}

static int handle_request(lua_State *L, struct body *body, int table) {
  int arguments;
  if (likely(unpack_handled(L, body, table))) {
    lua_callk(L, body->request->count, LUA_MULTRET, 0, after_request);
    return after_request(L, LUA_OK, 0);
  }
  lua_pushnil(L);
  lua_pushvalue(L, lua_upvalueindex(UP_STATE));
  body->unpacking = true;
  if (body->request->kind == MESSAGE_TIMER)
    timer_unpack(L, body->request);
  else
    unpack_request(L, body);
  body->unpacking = false;
  arguments = handler_of(L, table);
  if (unlikely(arguments < 0)) {
    answer_unknown(L, body);
    return 0;
  }
  lua_callk(L, arguments, LUA_MULTRET, 0, after_request);
  return after_request(L, LUA_OK, 0);
}

static int nothing_after(lua_State *L, int status, lua_KContext context) {
  (void)L;
  (void)status;
  (void)context;
  return 0;
}

/* behaviour[name](state, ...): the arguments are pushed by the caller, who
** left the function and the state below them. */
static int call_plain(lua_State *L) {
  lua_callk(L, lua_gettop(L) - 1, 0, 0, nothing_after);
  return 0;
}

static void push_function(lua_State *L, const char *name) {
  lua_getfield(L, lua_upvalueindex(UP_BEHAVIOUR), name);
  lua_pushvalue(L, lua_upvalueindex(UP_STATE));
}

static int handle_down(lua_State *L, struct body *body) {
  push_function(L, "down");
  value_push_pid(L, body->request->sender);
  reason_push(L, body->request);
  return call_plain(L);
}

static int after_socket(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  socket_delivered(L, body_of(L)->request);
  return 0;
}

/* info.data(state, sock, data) or info.closed(state, sock, reason). */
static int handle_socket(lua_State *L, struct body *body) {
  int arguments;
  lua_pushnil(L);
  lua_pushvalue(L, lua_upvalueindex(UP_STATE));
  if (!socket_push_event(L, body->request)) return 0;
  arguments = handler_of(L, UP_INFO);
  if (arguments < 0) {
    answer_unknown(L, body);
    return after_socket(L, LUA_OK, 0);
  }
  lua_callk(L, arguments, 0, 0, after_socket);
  return after_socket(L, LUA_OK, 0);
}

static int handle_message(lua_State *L, struct body *body) {
  switch ((enum message_kind)body->request->kind) {
    case MESSAGE_CALL:
      return handle_request(L, body, UP_CALL);
    case MESSAGE_CAST:
      return handle_request(L, body, UP_CAST);
    case MESSAGE_DOWN:
      return handle_down(L, body);
    case MESSAGE_SOCKET:
      return handle_socket(L, body);
    default:
      return handle_request(L, body, UP_INFO);
  }
}

static int run_terminate(lua_State *L, struct body *body) {
  push_function(L, "terminate");
  codec_decode(L, buffer_bytes(&body->reason), buffer_size(&body->reason),
               body->reason_flags);
  return call_plain(L);
}

int dispatch_run(lua_State *L) {
  struct body *body = body_of(L);
  switch (body->activity) {
    case ACTIVITY_MESSAGE:
      return handle_message(L, body);
    case ACTIVITY_CONTINUE:
      push_function(L, "continue");
      return call_plain(L);
    case ACTIVITY_TERMINATE:
      return run_terminate(L, body);
    default:
      CHECK(false, "no such activity");
  }
}

/* --- Visits --------------------------------------------------------------- */

static int after_visit(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  answer_visit(L, body_of(L));
  return 0;
}

int dispatch_visit(lua_State *L) {
  struct body *body = body_of(L);
  const struct message *visit = body->request;
  int arguments;
  lua_pushcfunction(L, body->script->visits[visit->entry].run);
  body->unpacking = true;
  arguments = codec_unpack(L, visit);
  body->unpacking = false;
  lua_callk(L, arguments, LUA_MULTRET, 0, after_visit);
  return after_visit(L, LUA_OK, 0);
}

/* --- The start ------------------------------------------------------------ */

/* init has returned nil, reason. Nobody but the host waits for a script, and
** for its console. */
static void refuse(lua_State *L, struct body *body) {
  const char *text;
  size_t size;
  body->verdict = codec_pack(L, 1, 2, MESSAGE_OUTCOME);
  reason_value(L, 2);
  if (body->start.kind == START_BEHAVIOUR && !body->start.console) return;
  text = luaL_tolstring(L, 2, &size);
  body_keep_text(body, text, size);
}

static int after_init(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  (void)status;
  (void)context;
  if (lua_gettop(L) > 0 && !lua_isnil(L, 1)) {
    dispatch_set_state(L, 1);
  } else if (lua_gettop(L) >= 2 && !lua_isnil(L, 2)) {
    refuse(L, body);
  } else {
    lua_newtable(L);
    dispatch_set_state(L, -1);
  }
  return 0;
}

/* The stack is: anything, init's arguments, the behaviour. */
static int start_behaviour(lua_State *L) {
  struct body *body = body_of(L);
  const char *name = body->behaviour;
  int behaviour = lua_gettop(L);
  body->adopting = true;
  dispatch_check(L, behaviour, name != NULL ? name : "the script");
  dispatch_adopt(L, behaviour);
  if (unlikely(body->fresh)) misspelt_warn(L, behaviour);
  body->adopting = body->fresh = false;
  if (lua_getfield(L, behaviour, "init") == LUA_TNIL) {
    lua_settop(L, behaviour > 2 ? 2 : 1);
    lua_remove(L, 1); /* the first argument, if any, is the state */
    return after_init(L, LUA_OK, 0);
  }
  lua_replace(L, 1);
  lua_settop(L, behaviour - 1);
  lua_callk(L, behaviour - 2, LUA_MULTRET, 0, after_init);
  return after_init(L, LUA_OK, 0);
}

/* The module is on top. */
static int after_require(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  (void)status;
  (void)context;
  body->adopting = true;
  if (lua_type(L, -1) != LUA_TTABLE)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected module '%s' to return a table (a "
                         "behaviour), got %s",
                         lua_tostring(L, 1), failure_describe(L, -1));
  if (body->start.fd >= 0) {
    socket_push_accepted(L, body);
    lua_insert(L, 2);
  }
  return start_behaviour(L);
}

static int start_module(lua_State *L, struct body *body) {
  const char *name = luaL_checkstring(L, 1);
  body->behaviour = modules_name(body->script->modules, name, &body->fresh);
  atomic_store_explicit(&body->actor->name, body->behaviour,
                        memory_order_release);
  module_push_require(L);
  lua_pushvalue(L, 1);
  lua_callk(L, 1, 1, 0, after_require);
  return after_require(L, LUA_OK, 0);
}

/* A script's chunk has returned: a table is a behaviour, whose init gets the
** arguments; anything else, and the script is over. */
static int after_chunk(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  int arguments = (int)context;
  (void)status;
  if (lua_gettop(L) <= arguments || lua_type(L, arguments + 1) != LUA_TTABLE) {
    body->exiting = true;
    return 0;
  }
  body->fresh = true;
  lua_settop(L, arguments + 1);
  lua_pushnil(L);
  lua_insert(L, 1);
  return start_behaviour(L);
}

static void set_arg(lua_State *L, const char *name, int arguments) {
  lua_createtable(L, arguments, 1);
  lua_pushstring(L, name);
  lua_rawseti(L, -2, 0);
  for (int i = 1; i <= arguments; i++) {
    lua_pushvalue(L, i + 1);
    lua_rawseti(L, -2, i);
  }
  lua_setglobal(L, "arg");
}

/* There is no stack to show: the message is all. */
static int not_loaded(lua_State *L, struct body *body) {
  size_t size;
  const char *text = luaL_tolstring(L, -1, &size);
  body_keep_text(body, text, size);
  body->exiting = true;
  return 0;
}

static int start_chunk(lua_State *L, struct body *body) {
  int arguments = lua_gettop(L) - 1;
  const char *text = lua_tostring(L, 1);
  bool code = body->start.kind == START_CODE;
  set_arg(L, code ? "-e" : text, arguments);
  if (code) {
    const char *name = flavour_is_library() ? "=(script)" : "=(command line)";
    if (luaL_loadbufferx(L, text, strlen(text), name, "t") != LUA_OK)
      return not_loaded(L, body);
  } else {
    module_load_file(L, body->script->modules, text);
    if (lua_isnil(L, -2)) return not_loaded(L, body);
    lua_pop(L, 1);
  }
  lua_remove(L, 1); /* the arguments stay below the chunk, for an init */
  for (int i = 1; i <= arguments; i++) lua_pushvalue(L, i);
  lua_callk(L, arguments, LUA_MULTRET, arguments, after_chunk);
  return after_chunk(L, LUA_OK, arguments);
}

int dispatch_start(lua_State *L) {
  struct body *body = body_of(L);
  codec_unpack(L, body->request);
  if (body->start.kind == START_BEHAVIOUR) return start_module(L, body);
  return start_chunk(L, body);
}
