/*
** A wait inside coroutines, step by step. The main thread M runs a handler,
** which has resumed coroutine A, which has resumed B, which makes a call:
**
** 1. The binding in B calls coroutine_wait: body->yielded is set, B yields.
** 2. Our resume, running in A, finds that B yielded to the host, not to it.
**    It puts what it must not forget on A's stack and yields A in turn.
** 3. So does the resume running in M; M yields to turn.c, which lets go of
**    the actor.
** 4. When the wait has ended turn.c resumes M, whose continuation (resume_on
**    or wrap_on below) resumes A, whose continuation resumes B, whose
**    continuation is the binding's. All are where they were.
**
** B's pcalls, metamethods, iterators and to-be-closed variables need nothing
** from us: Lua yields over them. Where it cannot (a reader of load, a
** __tostring, a finaliser, the handlers that close a coroutine), the thread
** itself knows that it is not yieldable, but a coroutine that was resumed
** below such a place does not: body->blocked counts these places.
**
** A preemption takes the same way, begun by a hook instead of a binding.
*/
#include "script/coroutine.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/body.h"
#include "script/budget.h"
#include "script/deadlines.h"
#include "script/failure.h"
#include "script/hook.h"
#include "script/lazy.h"
#include "script/strand.h"

/* How far coroutines may be closed from within __close handlers of coroutines
** that are being closed. Lua does not count these calls, and each level may
** use the C stack as deep as Lua allows: so there is a bound in bytes, too. */
#define CLOSING_LARGEST 190
#define CLOSING_STACK ((uintptr_t)1 << 20)

/* A resume that is under way. */
struct entry {
  lua_State *thread;
  int index;                /* where in our frame the coroutine is */
  int base;                 /* slots of our stack that are not arguments */
  bool evaluates;           /* core.evaluate: what is cut ends here */
  struct passage passage;
};

/* --- Status --------------------------------------------------------------- */

static int coroutine_yield(lua_State *L) {
  if (L == body_of(L)->L) {
    lua_pushliteral(L, "attempt to yield from outside a coroutine");
    return lua_error(L);
  }
  if (L == body_of(L)->finalising) {
    lua_pushliteral(L, "attempt to yield across a C-call boundary");
    return lua_error(L);
  }
  return lua_yield(L, lua_gettop(L));
}

static int coroutine_resume(lua_State *L);
static int wrap_call(lua_State *L);

lua_State *coroutine_inner(lua_State *thread) {
  lua_Debug info;
  lua_CFunction called;
  lua_State *inner;
  int top = lua_gettop(thread);
  if (!lua_getstack(thread, 0, &info) || !lua_checkstack(thread, 2))
    return NULL;
  lua_getinfo(thread, "f", &info);
  called = lua_tocfunction(thread, -1);
  if (called == wrap_call) lua_getupvalue(thread, -1, 1);
  if (called == coroutine_resume) lua_getlocal(thread, &info, 1);
  if (called == coroutine_lua_evaluate) lua_getlocal(thread, &info, 2);
  inner = lua_tothread(thread, -1);
  lua_settop(thread, top);
  return inner;
}

/* The coroutine that a thread which is suspended by a wait has resumed. */
static lua_State *resumed_by(lua_State *thread) {
  return lua_status(thread) == LUA_YIELD ? coroutine_inner(thread) : NULL;
}

/* Suspended by a wait of the whole actor, not by a yield of its own: which
** can be seen only by code that the host runs meanwhile. That is `__close`,
** when the wait is unwound: it runs on the innermost coroutine that is left,
** which may be kept alive by nothing but the stacks of those around it. */
static bool waits_below(lua_State *outer, lua_State *thread) {
  lua_State *inner = outer;
  if (likely(lua_status(inner) != LUA_YIELD)) return false;
  do
    inner = resumed_by(inner);
  while (inner != NULL && inner != thread);
  return inner != NULL;
}

/* The same of a coroutine in which another handler of the actor waits. */
static bool waits(struct body *body, lua_State *thread) {
  unsigned index = 0;
  lua_State *outer;
  if (lua_status(thread) != LUA_YIELD) return false;
  if (waits_below(body->L, thread)) return true;
  if (body->parked_thread != NULL && waits_below(body->parked_thread, thread))
    return true;
  while ((outer = strand_waiting(body, &index)) != NULL)
    if (waits_below(outer, thread)) return true;
  return false;
}

enum progress { RUNNING, DEAD, SUSPENDED, NORMAL };
static const char *const progress_names[] = {"running", "dead", "suspended",
                                             "normal"};

static enum progress progress_of(lua_State *L, lua_State *thread) {
  struct body *body = body_of(L);
  lua_Debug info;
  if (L == thread) return RUNNING;
  if (strand_owns(body, thread) || waits(body, thread)) return NORMAL;
  switch (lua_status(thread)) {
  case LUA_YIELD:
    return SUSPENDED;
  case LUA_OK:
    if (lua_getstack(thread, 0, &info)) return NORMAL;
    return lua_gettop(thread) == 0 ? DEAD : SUSPENDED;
  default:
    return DEAD;
  }
}

static lua_State *check_thread(lua_State *L) {
  lua_State *thread = lua_tothread(L, 1);
  luaL_argexpected(L, thread, 1, "thread");
  return thread;
}

static int coroutine_status(lua_State *L) {
  lua_pushstring(L, progress_names[progress_of(L, check_thread(L))]);
  return 1;
}

static int coroutine_isyieldable(lua_State *L) {
  lua_State *thread = lua_isnone(L, 1) ? L : check_thread(L);
  lua_pushboolean(L, thread != body_of(L)->L &&
                         thread != body_of(L)->finalising &&
                         lua_isyieldable(thread));
  return 1;
}

static int coroutine_running(lua_State *L) {
  lua_pushthread(L);
  lua_pushboolean(L, L == body_of(L)->L);
  return 2;
}

/* --- Resuming ------------------------------------------------------------- */

/* Moves what the coroutine yielded, returned or raised to our stack. Returns
** how many values, or -1 for an error, which is then on top. */
static int take(lua_State *L, lua_State *thread, int status, int results) {
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(thread, L, 1);
    return -1;
  }
  if (!lua_checkstack(L, results + 1)) {
    lua_pop(thread, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(thread, L, results);
  return results;
}

static void push_deadlines(lua_State *L, struct deadlines deadlines) {
  lua_pushinteger(L, (lua_Integer)deadlines.scope);
  lua_pushinteger(L, (lua_Integer)deadlines.request);
}

static struct deadlines to_deadlines(lua_State *L, int index) {
  return (struct deadlines){(uint64_t)lua_tointeger(L, index),
                            (uint64_t)lua_tointeger(L, index + 1)};
}

/*
** Runs the coroutine, which has its `count` arguments. As take; or, when the
** actor is to be suspended, yields, to go on in `continuation`.
*/
static int run(lua_State *L, struct entry *entry, int count,
               lua_KFunction continuation) {
  struct body *body = body_of(L);
  lua_State *outside = body->running;
  int blocked = body->blocked, results = 0, status;
  if (!lua_isyieldable(L) || outside != L) body->blocked++;
  body->yielded = HOST_NONE;
  body->running = entry->thread;
  hook_pass(entry->thread);
  status = lua_resume(entry->thread, L, count, &results);
  body->running = outside;
  body->blocked = blocked;
  hook_pass(L);
  if (status == LUA_YIELD && body->yielded != HOST_NONE) {
    ASSERT(results == 0, "a host yield carries nothing");
    push_deadlines(L, entry->passage.outer);
    push_deadlines(L, entry->passage.entered);
    return lua_yieldk(L, 0, entry->base, continuation);
  }
  if (unlikely(body_must_end(body)) && !(entry->evaluates && !body->dying))
    hook_stuck(L);
  deadlines_leave(L, entry->index, &entry->passage, status == LUA_YIELD);
  return take(L, entry->thread, status, results);
}

/* The first time: the arguments are all above entry->base. */
static int start(lua_State *L, struct entry *entry,
                 lua_KFunction continuation) {
  struct body *body = body_of(L);
  int count = lua_gettop(L) - entry->base;
  if (strand_owns(body, entry->thread) || waits(body, entry->thread)) {
    lua_pushliteral(L, "cannot resume non-suspended coroutine");
    return -1;
  }
  if (!lua_checkstack(entry->thread, count)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  deadlines_enter(L, entry->index, &entry->passage);
  lua_xmove(L, entry->thread, count);
  return run(L, entry, count, continuation);
}

/* After a wait: what run has put on the stack is there. */
static int go_on(lua_State *L, struct entry *entry,
                 lua_KFunction continuation) {
  entry->passage.outer = to_deadlines(L, entry->base + 1);
  entry->passage.entered = to_deadlines(L, entry->base + 3);
  lua_settop(L, entry->base);
  return run(L, entry, 0, continuation);
}

static int resume_done(lua_State *L, int results) {
  lua_pushboolean(L, results >= 0);
  if (results < 0) results = 1;
  lua_insert(L, -(results + 1));
  return results + 1;
}

static int resume_on(lua_State *L, int status, lua_KContext base) {
  struct entry entry = {.thread = lua_tothread(L, 1), .index = 1};
  (void)status;
  entry.base = (int)base;
  return resume_done(L, go_on(L, &entry, resume_on));
}

static int coroutine_resume(lua_State *L) {
  struct entry entry = {.index = 1, .base = 1};
  entry.thread = check_thread(L);
  return resume_done(L, start(L, &entry, resume_on));
}

/* --- Closing -------------------------------------------------------------- */

static void check_closing(lua_State *L, struct body *body, uintptr_t here) {
  if (body->closing == 0) body->closing_base = here;
  if (body->closing >= CLOSING_LARGEST ||
      body->closing_base - here > CLOSING_STACK)
    luaL_error(L, "C stack overflow");
}

/* Closes the pending variables of a coroutine that is suspended or dead: its
** handlers run on it and cannot yield. Leaves an error object on it. */
static int reset(lua_State *L, lua_State *thread) {
  struct body *body = body_of(L);
  lua_State *outside = body->running;
  struct deadlines deadlines = deadlines_get(body);
  int status;
  check_closing(L, body, (uintptr_t)__builtin_frame_address(0));
  body->running = thread;
  body->blocked++;
  body->closing++;
  hook_pass(thread);
  status = lua_resetthread(thread);
  hook_pass(L);
  body->closing--;
  body->blocked--;
  body->running = outside;
  deadlines_set(body, deadlines);
  return status;
}

static int coroutine_close(lua_State *L) {
  lua_State *thread = check_thread(L);
  enum progress progress = progress_of(L, thread);
  int status;
  if (progress != DEAD && progress != SUSPENDED)
    return luaL_error(L, "cannot close a %s coroutine",
                      progress_names[progress]);
  status = reset(L, thread);
  if (unlikely(body_must_end(body_of(L)))) hook_stuck(L);
  if (status == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(thread, L, 1);
  return 2;
}

/* --- Wrapping ------------------------------------------------------------- */

/* An error passes on to the caller, with the caller's position in front; a
** coroutine that failed is closed first. */
static int wrap_fail(lua_State *L, lua_State *thread) {
  int status = lua_status(thread);
  if (status != LUA_OK && status != LUA_YIELD) {
    status = reset(L, thread);
    if (unlikely(body_must_end(body_of(L)))) hook_stuck(L);
    lua_xmove(thread, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int wrap_on(lua_State *L, int status, lua_KContext base) {
  struct entry entry = {.index = lua_upvalueindex(1)};
  int results;
  (void)status;
  entry.thread = lua_tothread(L, entry.index);
  entry.base = (int)base;
  results = go_on(L, &entry, wrap_on);
  return results < 0 ? wrap_fail(L, entry.thread) : results;
}

static int wrap_call(lua_State *L) {
  struct entry entry = {.index = lua_upvalueindex(1)};
  int results;
  entry.thread = lua_tothread(L, entry.index);
  results = start(L, &entry, wrap_on);
  return results < 0 ? wrap_fail(L, entry.thread) : results;
}

static int coroutine_create(lua_State *L) {
  lua_State *thread;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  thread = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, thread, 1);
  return 1;
}

static int coroutine_wrap(lua_State *L) {
  coroutine_create(L);
  lua_pushcclosure(L, wrap_call, 1);
  return 1;
}

static void unwind_inner(lua_State *L, lua_State *thread) {
  lua_State *inner = resumed_by(thread);
  if (inner == NULL) return;
  unwind_inner(L, inner);
  reset(L, inner);
}

/* --- Evaluations ---------------------------------------------------------- */

#define ABANDONED (-2) /* instead of how many results */

/* The stack is its number, the coroutine, and what that is called with. It is
** one so that it can be left where it stands: its pcalls do not hear of it. */

static int end_evaluation(lua_State *L, int results) {
  struct body *body = body_of(L);
  if (body->condemned) budget_renew(body);
  body->evaluation = 0;
  body->condemned = 0;
  body->cut = false;
  return results;
}

/* [error] -> [false, error, the stack's text] */
static int evaluation_failed(lua_State *L, lua_State *thread) {
  struct buffer *text = &body_of(L)->scratch;
  buffer_clear(text);
  failure_stack(thread, 0, text);
  if (reset(L, thread) != LUA_OK && !body_of(L)->condemned)
    lua_xmove(thread, L, 1);
  if (unlikely(body_of(L)->dying)) hook_stuck(L);
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  lua_pushlstring(L, buffer_bytes(text), buffer_size(text));
  return end_evaluation(L, 3);
}

static int evaluated(lua_State *L, lua_State *thread, int results) {
  struct body *body = body_of(L);
  bool interrupted = body->cut || results == ABANDONED;
  if (results >= 0 && lua_status(thread) == LUA_OK && !interrupted)
    return end_evaluation(L, resume_done(L, results));
  body->cut = false;
  if (interrupted) budget_condemn(body);
  if (interrupted)
    failure_push(L, FAILURE_INTERRUPTED, "interrupted");
  else if (results >= 0)
    lua_pushliteral(L, "attempt to yield from outside a coroutine");
  return evaluation_failed(L, thread);
}

/* Neither a wait nor a loop of pcalls has let it end. */
static int abandon(lua_State *L, struct entry *entry) {
  deadlines_set(body_of(L), to_deadlines(L, entry->base + 1));
  lua_settop(L, entry->base);
  budget_condemn(body_of(L));
  unwind_inner(L, entry->thread);
  return evaluated(L, entry->thread, ABANDONED);
}

static int evaluate_on(lua_State *L, int status, lua_KContext base) {
  struct entry entry = {.thread = lua_tothread(L, 2), .index = 2,
                        .evaluates = true};
  (void)status;
  entry.base = (int)base;
  if (body_of(L)->condemned == CONDEMNED) return abandon(L, &entry);
  return evaluated(L, entry.thread, go_on(L, &entry, evaluate_on));
}

int coroutine_lua_evaluate(lua_State *L) {
  struct entry entry = {.index = 2, .base = 2, .evaluates = true};
  lua_Integer number = luaL_checkinteger(L, 1);
  luaL_argcheck(L, number > 0, 1, "expected a number above 0");
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (body_of(L)->evaluation != 0)
    return luaL_error(L, "one evaluation at a time");
  entry.thread = lua_newthread(L);
  lua_pushvalue(L, 2);
  lua_xmove(L, entry.thread, 1);
  lua_replace(L, 2);
  body_of(L)->evaluation = (uint64_t)number;
  return evaluated(L, entry.thread, start(L, &entry, evaluate_on));
}

/* --- The host's side ------------------------------------------------------ */

void coroutine_unwind(lua_State *L) { unwind_inner(L, L); }

bool coroutine_can_wait(lua_State *L) {
  return body_can_wait(L);
}

int coroutine_wait(lua_State *L, enum host_yield why, lua_KContext context,
                   lua_KFunction k) {
  ASSERT(coroutine_can_wait(L), "the caller has checked");
  if (why == HOST_PREEMPT) budget_check(L);
  body_of(L)->yielded = why;
  return lua_yieldk(L, 0, context, k);
}

static const struct lazy_field fields[] = {
    {"close", coroutine_close, NULL},
    {"create", coroutine_create, NULL},
    {"isyieldable", coroutine_isyieldable, NULL},
    {"resume", coroutine_resume, NULL},
    {"running", coroutine_running, NULL},
    {"status", coroutine_status, NULL},
    {"wrap", coroutine_wrap, NULL},
    {"yield", coroutine_yield, NULL},
    {NULL, NULL, NULL}};

const struct lazy_table coroutine_library = {"coroutine", fields};
