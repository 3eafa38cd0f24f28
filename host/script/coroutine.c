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
** from us: Lua yields over them. Where it cannot (a sort comparator, a gsub
** callback, a finaliser, the handlers that close a coroutine), the thread
** itself knows that it is not yieldable, but a coroutine that was resumed
** below such a place does not: body->blocked counts these places.
**
** A preemption takes the same way, begun by a hook instead of a binding.
**
** Deadlines. body->deadline belongs to the scope that is running. A coroutine
** that yields inside a scope of its own leaves its resumer's deadline behind
** and finds its own when it is resumed, or the resumer's if that is earlier.
** Its own is kept in a weak table beside the deadline that it found when it
** began the scope: when it comes back to that one, the scope is over.
*/
#include "script/coroutine.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/lazy.h"

/* How far coroutines may be closed from within __close handlers of coroutines
** that are being closed. Lua does not count these calls, and each level may
** use the C stack as deep as Lua allows: so there is a bound in bytes, too. */
#define CLOSING_LARGEST 190
#define CLOSING_STACK ((uintptr_t)1 << 20)

/* A resume that is under way. */
struct entry {
  lua_State *thread;
  int index;        /* where in our frame the coroutine is */
  int base;         /* slots of our stack that are not arguments */
  uint64_t outer;   /* the resumer's deadline */
  uint64_t entered; /* the deadline that the coroutine was resumed with */
};

/* --- Deadlines ------------------------------------------------------------ */

struct kept {
  uint64_t own;   /* the deadline of the scope that it yielded in */
  uint64_t found; /* what was in force when it began that scope */
};

static const char kept_key = 'k';

static uint64_t earlier(uint64_t one, uint64_t other) {
  if (one == 0 || other == 0) return one | other;
  return one < other ? one : other;
}

/* Pushes the table of all struct kept, by coroutine. */
static void push_kept(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kept_key);
}

static struct kept *find_kept(lua_State *L, int index) {
  struct kept *kept;
  push_kept(L);
  lua_pushvalue(L, index);
  lua_rawget(L, -2);
  kept = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return kept; /* lives on in the table */
}

static void forget(lua_State *L, int index) {
  push_kept(L);
  lua_pushvalue(L, index);
  lua_pushnil(L);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* The coroutine yielded with `inner` in force, which is not what it was
** resumed with: it has begun or left a scope. */
static void keep(lua_State *L, const struct entry *entry, uint64_t inner) {
  struct kept *kept = find_kept(L, entry->index);
  if (kept && kept->found == inner) {
    forget(L, entry->index);
  } else if (kept) {
    kept->own = inner;
  } else {
    push_kept(L);
    lua_pushvalue(L, entry->index);
    kept = lua_newuserdatauv(L, sizeof *kept, 0);
    kept->own = inner;
    kept->found = entry->entered;
    lua_rawset(L, -3);
    lua_pop(L, 1);
    body_of(L)->deadlines_kept = true;
  }
}

static void enter_scope(lua_State *L, struct body *body, struct entry *entry) {
  struct kept *kept = NULL;
  entry->outer = body->deadline;
  if (unlikely(body->deadlines_kept)) kept = find_kept(L, entry->index);
  if (kept) body->deadline = earlier(kept->own, entry->outer);
  entry->entered = body->deadline;
}

static void leave_scope(lua_State *L, struct body *body,
                        const struct entry *entry, bool yielded) {
  uint64_t inner = body->deadline;
  body->deadline = entry->outer;
  if (yielded && inner != entry->entered)
    keep(L, entry, inner);
  else if (!yielded && body->deadlines_kept)
    forget(L, entry->index);
}

/* --- Status ------------------------------------------------------------------ */

static int coroutine_yield(lua_State *L) {
  if (L == body_of(L)->L) {
    lua_pushliteral(L, "attempt to yield from outside a coroutine");
    return lua_error(L);
  }
  return lua_yield(L, lua_gettop(L));
}

/* Suspended by a wait of the whole actor, not by a yield of its own: which
** can be seen only by code that the host runs in a waiting actor. */
static bool waits(struct body *body, lua_State *thread) {
  lua_Debug info;
  bool plain;
  if (likely(!body->suspended)) return false;
  if (lua_status(thread) != LUA_YIELD) return false;
  if (!lua_getstack(thread, 0, &info) || !lua_checkstack(thread, 1))
    return true;
  lua_getinfo(thread, "f", &info);
  plain = lua_tocfunction(thread, -1) == coroutine_yield;
  lua_pop(thread, 1);
  return !plain;
}

enum progress { RUNNING, DEAD, SUSPENDED, NORMAL };
static const char *const progress_names[] = {"running", "dead", "suspended",
                                             "normal"};

static enum progress progress_of(lua_State *L, lua_State *thread) {
  struct body *body = body_of(L);
  lua_Debug info;
  if (L == thread) return RUNNING;
  if (thread == body->L || waits(body, thread)) return NORMAL;
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
  luaL_argexpected(L, thread, 1, "coroutine");
  return thread;
}

static int coroutine_status(lua_State *L) {
  lua_pushstring(L, progress_names[progress_of(L, check_thread(L))]);
  return 1;
}

static int coroutine_isyieldable(lua_State *L) {
  lua_State *thread = lua_isnone(L, 1) ? L : check_thread(L);
  lua_pushboolean(L, thread != body_of(L)->L && lua_isyieldable(thread));
  return 1;
}

static int coroutine_running(lua_State *L) {
  lua_pushboolean(L, lua_pushthread(L));
  return 2;
}

/* --- Resuming ----------------------------------------------------------------- */

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
  status = lua_resume(entry->thread, L, count, &results);
  body->running = outside;
  body->blocked = blocked;
  if (status == LUA_YIELD && body->yielded != HOST_NONE) {
    ASSERT(results == 0, "a host yield carries nothing");
    lua_pushinteger(L, (lua_Integer)entry->outer);
    lua_pushinteger(L, (lua_Integer)entry->entered);
    return lua_yieldk(L, 0, entry->base, continuation);
  }
  leave_scope(L, body, entry, status == LUA_YIELD);
  return take(L, entry->thread, status, results);
}

/* The first time: the arguments are all above entry->base. */
static int start(lua_State *L, struct entry *entry,
                 lua_KFunction continuation) {
  struct body *body = body_of(L);
  int count = lua_gettop(L) - entry->base;
  if (entry->thread == body->L || waits(body, entry->thread)) {
    lua_pushliteral(L, "cannot resume non-suspended coroutine");
    return -1;
  }
  if (!lua_checkstack(entry->thread, count)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  enter_scope(L, body, entry);
  lua_xmove(L, entry->thread, count);
  return run(L, entry, count, continuation);
}

/* After a wait: what run has put on the stack is there. */
static int go_on(lua_State *L, struct entry *entry,
                 lua_KFunction continuation) {
  entry->outer = (uint64_t)lua_tointeger(L, entry->base + 1);
  entry->entered = (uint64_t)lua_tointeger(L, entry->base + 2);
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

/* --- Closing -------------------------------------------------------------------- */

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
  uint64_t deadline = body->deadline;
  int status;
  check_closing(L, body, (uintptr_t)__builtin_frame_address(0));
  body->running = thread;
  body->blocked++;
  body->closing++;
  status = lua_resetthread(thread);
  body->closing--;
  body->blocked--;
  body->running = outside;
  body->deadline = deadline;
  return status;
}

static int coroutine_close(lua_State *L) {
  lua_State *thread = check_thread(L);
  enum progress progress = progress_of(L, thread);
  if (progress != DEAD && progress != SUSPENDED)
    return luaL_error(L, "cannot close a %s coroutine",
                      progress_names[progress]);
  if (reset(L, thread) == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(thread, L, 1);
  return 2;
}

/* --- Wrapping ---------------------------------------------------------------------- */

/* An error passes on to the caller, with the caller's position in front; a
** coroutine that failed is closed first. */
static int wrap_fail(lua_State *L, lua_State *thread) {
  int status = lua_status(thread);
  if (status != LUA_OK && status != LUA_YIELD) {
    status = reset(L, thread);
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

/* --- The host's side ------------------------------------------------------------ */

bool coroutine_can_wait(lua_State *L) {
  struct body *body = body_of(L);
  return body->running == L && body->blocked == 0 && lua_isyieldable(L);
}

int coroutine_wait(lua_State *L, enum host_yield why, lua_KContext context,
                   lua_KFunction k) {
  ASSERT(coroutine_can_wait(L), "the caller has checked");
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
