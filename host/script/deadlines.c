/*
** body->deadline and request_deadline belong to the scope that is running
** (troupe.timeout, troupe.shield). A coroutine that yields inside a scope of
** its own leaves its resumer's deadlines behind, and finds its own when it is
** resumed, or the resumer's if they are earlier. Its own are kept in a weak
** table, beside those that it found when it began its outermost scope: a scope
** that ends puts back what it found, which by then may be those of a resumer,
** and a request, of long ago; so the present resumer's take their place
** (deadlines_scope_ended).
*/
#include "script/deadlines.h"

#include "base/check.h"
#include "script/body.h"
#include "script/class.h"

struct kept {
  struct deadlines own;   /* of the scope that it yielded in */
  struct deadlines found; /* in force when it began its outermost scope */
  struct deadlines outer; /* of the resume that is under way */
};

static const char kept_key = 'k';

struct deadlines deadlines_get(const struct body *body) {
  return (struct deadlines){body->deadline, body->request_deadline};
}

void deadlines_set(struct body *body, struct deadlines deadlines) {
  body->deadline = deadlines.scope;
  body->request_deadline = deadlines.request;
}

static bool same(struct deadlines one, struct deadlines other) {
  return one.scope == other.scope && one.request == other.request;
}

static uint64_t earlier(uint64_t one, uint64_t other) {
  if (one == 0 || other == 0) return one | other;
  return one < other ? one : other;
}

static struct deadlines both(struct deadlines one, struct deadlines other) {
  return (struct deadlines){earlier(one.scope, other.scope),
                            earlier(one.request, other.request)};
}

/* Pushes the table of all struct kept, by coroutine. */
static void push_kept(lua_State *L) {
  class_push_weak(L, &kept_key);
}

/* Of the coroutine at `index`; NULL: it has none. */
static struct kept *find_kept(lua_State *L, int index) {
  struct kept *kept;
  if (likely(!body_of(L)->deadlines_kept)) return NULL;
  push_kept(L);
  lua_pushvalue(L, index);
  lua_rawget(L, -2);
  kept = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return kept; /* lives on in the table */
}

static void forget(lua_State *L, int index) {
  if (!find_kept(L, index)) return;
  push_kept(L);
  lua_pushvalue(L, index);
  lua_pushnil(L);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

static void keep(lua_State *L, int index, const struct passage *passage,
                 struct deadlines own) {
  struct kept *kept = find_kept(L, index);
  if (!kept) {
    push_kept(L);
    lua_pushvalue(L, index);
    kept = lua_newuserdatauv(L, sizeof *kept, 0);
    kept->found = passage->entered;
    lua_rawset(L, -3);
    lua_pop(L, 1);
    body_of(L)->deadlines_kept = true;
  }
  kept->own = own;
}

void deadlines_enter(lua_State *L, int index, struct passage *passage) {
  struct body *body = body_of(L);
  struct kept *kept = find_kept(L, index);
  passage->outer = deadlines_get(body);
  if (unlikely(kept != NULL)) {
    kept->outer = passage->outer;
    deadlines_set(body, both(kept->own, passage->outer));
  }
  passage->entered = deadlines_get(body);
}

/* What the coroutine yields with is its own if it is neither what it came with
** nor the resumer's. */
void deadlines_leave(lua_State *L, int index, const struct passage *passage,
                     bool yielded) {
  struct body *body = body_of(L);
  struct deadlines inner = deadlines_get(body);
  deadlines_set(body, passage->outer);
  if (!yielded)
    forget(L, index);
  else if (unlikely(!same(inner, passage->entered) &&
                    !same(inner, passage->outer)))
    keep(L, index, passage, inner);
}

void deadlines_scope_ended(lua_State *L) {
  struct body *body = body_of(L);
  struct kept *kept;
  lua_pushthread(L);
  kept = find_kept(L, lua_gettop(L));
  if (kept && same(deadlines_get(body), kept->found)) {
    deadlines_set(body, kept->outer);
    forget(L, lua_gettop(L));
  } else if (kept) {
    kept->own = deadlines_get(body);
    deadlines_set(body, both(kept->own, kept->outer));
  }
  lua_pop(L, 1);
}
