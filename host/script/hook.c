/*
** There is one hook function, `fire`, on every thread that has a hook at all:
** ours for asking, the script's own (debug.sethook), or both at once.
**
** Asking. The tick's signal handler gives the running thread a count hook of
** one instruction. It fires at the next one, puts back what the thread should
** have, and yields to the host, if Lua can yield there. A thread that the
** handler missed, because a coroutine was just entered or left, gets it by
** hook_pass. A hook that fires when nothing is asked only puts itself away.
**
** Every lua_sethook sets the same function, so a handler that comes in the
** middle of one leaves at worst a wrong count, which the next firing corrects.
** A thread that has a count or line hook is left as it is: it will fire soon,
** as the script's counts are broken down into steps. Where lines are hooked the
** yield is at a line: Lua calls the line hook of an instruction after its count
** hook, and must not find the thread yielded by then. Lua counts what runs in a
** hook, too, and forgets that at a yield: the script's counts may come late by
** that much.
**
** Dying. Where Lua cannot yield (a __tostring, a reader of load, a __close
** handler) an actor that is killed gets a memory error at each instruction, as
** the one error that runs no message handler; the allocator refuses meanwhile,
** so nothing grows. Each Lua function on the stack can catch it once at most,
** and fails again at its next instruction, up to a place where Lua can yield,
** which is never resumed, or to the top.
**
** Coverage (script/coverage.h) is a line hook of all threads, which the script
** does not see.
**
** What is cut (script/budget.h) ends the same way, though the actor goes on.
*/
#include "script/hook.h"

#include <lauxlib.h>

#include "base/check.h"
#include "script/budget.h"
#include "script/class.h"
#include "script/coverage.h"
#include "script/nest.h"
#include "script/script.h"
#include "script/stock.h"

/* The script's own hook of a thread. Its function is the user value. */
struct own {
  int mask;
  int count; /* as the script gave it */
  int left;  /* instructions until its next event */
  /* A function of Lua has just been entered: yielded at its first instruction,
  ** it would be called once more in the eyes of the hook. */
  bool entered;
};

static const char own_key = 'h';

static void fire(lua_State *L, lua_Debug *activation);

static bool is_asked(const struct body *body) {
  return atomic_load_explicit(&body->interrupted, memory_order_relaxed);
}

static void ask(struct body *body) {
  atomic_store_explicit(&body->interrupted, true, memory_order_relaxed);
}

static void answered(struct body *body) {
  atomic_store_explicit(&body->interrupted, body_must_end(body),
                        memory_order_relaxed);
}

/* --- Asking --------------------------------------------------------------- */

/* May run in a signal handler, on the thread's own core. */
void hook_follow(lua_State *thread) {
  int mask = lua_gethookmask(thread);
  if (body_must_end(body_of(thread)))
    lua_sethook(thread, fire, LUA_MASKCOUNT, 1);
  else if (!(mask & (LUA_MASKCOUNT | LUA_MASKLINE)))
    lua_sethook(thread, fire, mask | LUA_MASKCOUNT, 1);
}

bool hook_interrupt(struct actor *actor) {
  struct body *body = actor->body;
  lua_State *running = body->running;
  bool again = is_asked(body);
  if (body->killed) return false;
  ask(body);
  if (running != NULL) hook_follow(running);
  return again;
}

void hook_make_way(struct actor *actor) {
  struct body *body = actor->body;
  lua_State *running = body->running;
  hook_interrupt(actor);
  if (running != NULL && body->hook_count != 0 && !body->hooked)
    lua_sethook(running, fire, lua_gethookmask(running) | LUA_MASKCOUNT, 1);
}

/* --- The script's own ----------------------------------------------------- */

/* [thread] -> [its record, or nil] */
static struct own *replace_own(lua_State *L) {
  class_push_weak(L, &own_key);
  lua_insert(L, -2);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  return lua_touserdata(L, -1);
}

/* Lives on in the table as long as nobody sets another. */
static struct own *find_own(lua_State *L) {
  struct own *own;
  if (likely(!body_of(L)->hooked)) return NULL;
  lua_pushthread(L);
  own = replace_own(L);
  lua_pop(L, 1);
  return own;
}

/* How often a thread is to have a count hook; 0: not at all. */
static int steps(const struct body *body, const struct own *own) {
  int count = body->hook_count;
  int step;
  if (own == NULL || !(own->mask & LUA_MASKCOUNT)) return count;
  step = own->left < HOOK_STEP ? own->left : HOOK_STEP;
  return count == 0 || step < count ? step : count;
}

/* What the thread has when nothing is asked. */
static void settle(lua_State *thread, const struct own *own) {
  int count = steps(body_of(thread), own);
  int mask = (own != NULL ? own->mask & ~LUA_MASKCOUNT : 0) |
             (count != 0 ? LUA_MASKCOUNT : 0) |
             (body_of(thread)->covered ? LUA_MASKLINE : 0);
  if (mask != lua_gethookmask(thread) || count != lua_gethookcount(thread))
    lua_sethook(thread, fire, mask, count);
}

/* A hook that is set begins to count anew: what was counted is taken to be a
** whole step, and what is asked is so at the next instruction, or a loop that
** sets hooks would hide both. */
static void see_asked(lua_State *L) {
  struct body *body = body_of(L);
  if (body->hook_count != 0) slice_poll((unsigned)body->hook_count);
  if (is_asked(body))
    lua_sethook(L, fire, lua_gethookmask(L) | LUA_MASKCOUNT, 1);
}

void hook_set(lua_State *L, int index, int mask, int count) {
  struct own *own = NULL;
  index = lua_absindex(L, index);
  class_push_weak(L, &own_key);
  lua_pushvalue(L, index);
  if (mask != 0) {
    own = lua_newuserdatauv(L, sizeof *own, 1);
    *own = (struct own){mask, count, count, false};
    lua_pushvalue(L, -4);
    lua_setiuservalue(L, -2, 1);
    body_of(L)->hooked = true;
  } else {
    lua_pushnil(L);
  }
  lua_rawset(L, -3);
  settle(lua_tothread(L, index), own);
  see_asked(L);
  lua_pop(L, 2);
}

bool hook_get(lua_State *L, int index, int *mask, int *count) {
  struct own *own;
  lua_pushvalue(L, index);
  own = replace_own(L);
  if (own == NULL) {
    lua_pop(L, 1);
    return false;
  }
  *mask = own->mask;
  *count = own->count;
  lua_getiuservalue(L, -1, 1);
  lua_remove(L, -2);
  return true;
}

/* Hooks go on firing, or a hook that loops would never end; but what happens in
** the script's own is not told to it. */
static void run_own(lua_State *L) {
  struct body *body = body_of(L);
  lua_State *outer = body->telling;
  bool nests = body->script->stock->nests;
  int status;
  body->telling = L;
  if (nests) nest_allow(L);
  hook_pass(L);
  status = lua_pcall(L, 2, 0, 0);
  body->telling = outer;
  if (status == LUA_OK) return;
  if (nests) nest_allow(L);
  lua_error(L);
}

static void tell_own(lua_State *L, const lua_Debug *activation) {
  static const char *const events[] = {"call", "return", "line", "count",
                                       "tail call"};
  lua_pushthread(L);
  replace_own(L);
  lua_getiuservalue(L, -1, 1);
  lua_pushstring(L, events[activation->event]);
  if (activation->event == LUA_HOOKLINE)
    lua_pushinteger(L, activation->currentline);
  else
    lua_pushnil(L);
  run_own(L);
  lua_pop(L, 1);
}

/* So many instructions have passed as the hook was set to. */
static bool is_counted_down(lua_State *L, struct own *own) {
  if (own == NULL || !(own->mask & LUA_MASKCOUNT)) return false;
  own->left -= lua_gethookcount(L);
  if (own->left > 0) return false;
  own->left = own->count;
  return true;
}

/* --- Answering ------------------------------------------------------------ */

/* As Lua itself raises it: no message handler runs, no memory is needed. */
static void raise_memory(lua_State *L) {
  hook_follow(L);
  lua_pushliteral(L, "not enough memory");
  lua_error(L);
}

/* The KILL stays where it is, and is freed with the mailbox. */
static const struct message *find_kill(struct body *body) {
  struct actor *actor = body->actor;
  const struct message *message;
  if (!atomic_load_explicit(&actor->urgent, memory_order_acquire))
    return NULL;
  room_take(body->script->scheduler, actor);
  message = actor->mailbox.urgent.first;
  while (message != NULL && (message->kind != MESSAGE_KILL ||
                             message->target != body_pid(body)))
    message = message->next;
  return message;
}

/* What runs aside has its end soon enough: others wait for that. */
void hook_stuck(lua_State *L) {
  struct body *body = body_of(L);
  const struct message *kill = NULL;
  if (!body_must_end(body)) {
    if (!body->beside) body->script->answer_stuck(body, L);
    if (!body->cut) budget_check(L);
    if (!body->beside) kill = find_kill(body);
  }
  if (kill != NULL) budget_kill(L, kill->flags & MESSAGE_SHUTDOWN);
  answered(body);
  if (body_must_end(body)) raise_memory(L);
}

/* The last that a hook does: in it only a yield without values is allowed. */
static void come(lua_State *L, struct body *body) {
  if (!body_can_wait(L)) {
    hook_stuck(L);
    return;
  }
  if (!body_must_end(body)) budget_check(L);
  body->stuck_since = 0;
  body->yielded = HOST_PREEMPT;
  lua_yield(L, 0);
}

static bool is_at_entry(struct own *own) {
  bool entered = own != NULL && own->entered;
  if (entered) own->entered = false;
  return entered;
}

static void note_entry(lua_State *L, struct own *own,
                       lua_Debug *activation) {
  if (activation->event == LUA_HOOKRET || activation->event == LUA_HOOKLINE)
    return;
  lua_getinfo(L, "S", activation);
  own->entered = activation->what[0] != 'C';
}

/* The script's hook may raise: what is asked comes first, and this event at the
** next instruction. */
static void put_off(lua_State *L, struct own *own) {
  own->left = 1;
  settle(L, own);
}

static void fire_count(lua_State *L, struct body *body,
                       const lua_Debug *activation) {
  struct own *own = find_own(L);
  bool later = lua_gethookmask(L) & LUA_MASKLINE || is_at_entry(own);
  bool due = body->telling != L && is_counted_down(L, own);
  if (body->hook_always)
    ask(body);
  else if (body->hook_count != 0)
    slice_poll((unsigned)lua_gethookcount(L));
  if (!body_must_end(body)) settle(L, own);
  if (is_asked(body) && !later && body_can_wait(L)) {
    if (due) put_off(L, own);
    come(L, body);
    return;
  }
  if (is_asked(body) && !later) hook_stuck(L);
  if (due && !body_must_end(body)) tell_own(L, activation);
  if (is_asked(body) && later) hook_follow(L);
}

static void cover(lua_State *L, lua_Debug *activation) {
  lua_getinfo(L, "S", activation);
  if (activation->source[0] == '@' && activation->currentline > 0)
    coverage_count(body_of(L)->script->coverage, activation->source,
                   activation->currentline);
}

/* What the script has asked for, not a line for our coverage alone. */
static bool tells(const struct own *own, const lua_Debug *activation) {
  return own != NULL && (activation->event != LUA_HOOKLINE ||
                         (own->mask & LUA_MASKLINE) != 0);
}

/* Without a record the hook was inherited, from the thread that made this
** one. */
static void fire_other(lua_State *L, struct body *body,
                       lua_Debug *activation) {
  struct own *own = find_own(L);
  bool line = activation->event == LUA_HOOKLINE;
  bool later = !line || is_at_entry(own);
  if (own == NULL) settle(L, NULL);
  if (line && body->covered) cover(L, activation);
  if (own != NULL) note_entry(L, own, activation);
  if (tells(own, activation) && body->telling != L) tell_own(L, activation);
  if (is_asked(body) && !later) come(L, body);
}

static void fire(lua_State *L, lua_Debug *activation) {
  struct body *body = body_of(L);
  if (activation->event == LUA_HOOKCOUNT)
    fire_count(L, body, activation);
  else
    fire_other(L, body, activation);
}

void hook_cover(lua_State *L) {
  body_of(L)->covered = true;
  settle(L, find_own(L));
}

void hook_set_count(lua_State *L, int count, bool always) {
  struct body *body = body_of(L);
  body->hook_count = count;
  body->hook_always = always;
  settle(L, find_own(L));
}
