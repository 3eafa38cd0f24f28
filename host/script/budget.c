#include "script/budget.h"

#include <stdio.h>

#include "base/check.h"
#include "base/log.h"
#include "base/tick.h"
#include "script/failure.h"
#include "script/script.h"

static uint64_t used(const struct body *body) {
  return atomic_load_explicit(&body->actor->cpu_used, memory_order_relaxed);
}

void budget_renew(struct body *body) {
  struct actor *actor = body->actor;
  actor->cpu_mark =
      body->cpu_limit != TICK_NEVER ? body->cpu_limit / 2 : BUDGET_WARNING;
  atomic_store_explicit(&actor->cpu_used, 0, memory_order_relaxed);
}

static void log_with_stack(lua_State *L, const char *text) {
  struct body *body = body_of(L);
  struct buffer line;
  char who[WORDS_WHO_SIZE];
  buffer_init(&line);
  if (buffer_format(&line, "%s\n", text)) failure_stack(L, 0, &line);
  body_who(body, who);
  log_text(body->script->log, LOG_WARN, who, buffer_bytes(&line),
           buffer_size(&line));
  buffer_deinit(&line);
}

void budget_text(uint64_t span, char *text, size_t size) {
  double seconds = (double)span / 1e9;
  snprintf(text, size, "%.*f s", seconds < 1 ? 3 : 1, seconds);
}

static void warn(lua_State *L) {
  const char *request = body_of(L)->script->push_request(L);
  char span[32], text[160];
  budget_text(used(body_of(L)), span, sizeof span);
  snprintf(text, sizeof text, "has used %s of CPU time%s%s", span,
           request != NULL ? " in " : "", request != NULL ? request : "");
  log_with_stack(L, text);
  lua_pop(L, 1);
}

/* A script's own chunk may compute for as long as it likes, and so may what is
** typed at a prompt. */
static bool may_compute(const struct body *body) {
  return body->evaluation != 0 || body->activity == ACTIVITY_VISIT ||
         (body->activity == ACTIVITY_START &&
          body->start.kind != START_BEHAVIOUR);
}

static void die(lua_State *L) {
  struct body *body = body_of(L);
  lua_gc(L, LUA_GCSTOP);
  body->dying = true;
  atomic_store_explicit(&body->interrupted, true, memory_order_relaxed);
}

void budget_cut(lua_State *L) {
  struct body *body = body_of(L);
  buffer_clear(&body->evidence);
  failure_stack(L, 0, &body->evidence);
  body->cut = true;
  atomic_store_explicit(&body->interrupted, true, memory_order_relaxed);
}

/* Its turn may have lasted a while: so its time is taken from the clock. */
static void check_aside(lua_State *L) {
  struct body *body = body_of(L);
  bool over = body->script->scheduler->stepped
                  ? slice_is_spent()
                  : tick_cpu() >= body->aside_until;
  if (!body->cut && over) budget_cut(L);
}

/* True: it ends here. */
static bool check_condemned(lua_State *L) {
  struct body *body = body_of(L);
  if (body->condemned <= CONDEMNED_PATIENCE &&
      used(body) < body->actor->cpu_mark)
    return false;
  body->condemned = CONDEMNED;
  if (body->activity == ACTIVITY_VISIT || !body_can_wait(L)) budget_cut(L);
  return true;
}

void budget_condemn(struct body *body) {
  body->condemned = 1;
  body->actor->cpu_mark = used(body) + BUDGET_ASIDE;
}

/* It has used what it may. */
static void exhaust(lua_State *L) {
  struct body *body = body_of(L);
  body->spent = used(body);
  if (body->activity == ACTIVITY_VISIT ||
      body->activity == ACTIVITY_PREPARE) {
    budget_cut(L);
    return;
  }
  buffer_clear(&body->evidence);
  failure_stack(L, 0, &body->evidence);
  die(L);
}

/* Where it cannot be suspended it must not last: who would interrupt an
** evaluation may not come to run meanwhile, and the console not at all. */
static bool is_stuck(lua_State *L) {
  const struct worker *worker = worker_current();
  return !body_can_wait(L) &&
         (body_of(L)->evaluation != 0 ||
          (worker != NULL && worker_is_private(worker)));
}

/* In a stepped host it would keep the step from ending. */
static bool is_endless(lua_State *L) {
  return body_of(L)->script->scheduler->stepped && slice_is_spent() &&
         !body_can_wait(L);
}

/* For how long, as far as the ticks of this turn have seen it. */
static uint64_t stuck_for(struct body *body) {
  const struct worker *worker = worker_current();
  uint64_t turn = worker != NULL ? worker_turn(worker) : 0;
  uint64_t now = tick_cpu();
  if (body->stuck_since == 0 || body->stuck_turn != turn) {
    body->stuck_since = now;
    body->stuck_turn = turn;
  }
  return now - body->stuck_since;
}

/* For too long: it ends here. Else the tick asks it again, though nobody else
** may want to run. */
static void check_stuck(lua_State *L) {
  struct body *body = body_of(L);
  body->actor->cpu_mark = used(body);
  if (stuck_for(body) < BUDGET_STUCK) return;
  body->stuck_since = 0;
  if (body->evaluation != 0)
    budget_cut(L);
  else
    exhaust(L);
}

/* The tick asks what has used more than the mark. */
void budget_begin_aside(struct body *body, struct budget *kept) {
  struct actor *actor = body->actor;
  ASSERT(!body->beside && !body->cut, "one at a time");
  kept->used = used(body);
  kept->mark = actor->cpu_mark;
  actor->cpu_mark = BUDGET_ASIDE;
  atomic_store_explicit(&actor->cpu_used, 0, memory_order_relaxed);
  body->aside_until = tick_cpu() + BUDGET_ASIDE;
  body->beside = true;
}

bool budget_end_aside(struct body *body, const struct budget *kept) {
  bool cut = body->cut;
  body->beside = body->cut = false;
  atomic_store_explicit(&body->interrupted, body->dying,
                        memory_order_relaxed);
  body->actor->cpu_mark = kept->mark;
  atomic_store_explicit(&body->actor->cpu_used, kept->used,
                        memory_order_relaxed);
  return cut;
}

void budget_check(lua_State *L) {
  struct body *body = body_of(L);
  if (unlikely(body->beside)) {
    check_aside(L);
    return;
  }
  if (unlikely(body->condemned) && check_condemned(L)) return;
  if (unlikely(is_stuck(L))) {
    check_stuck(L);
    return;
  }
  if (unlikely(is_endless(L))) {
    exhaust(L);
    return;
  }
  if (likely(used(body) < body->actor->cpu_mark)) return;
  if (used(body) < body->cpu_limit) {
    body->actor->cpu_mark = body->cpu_limit;
    if (body->cpu_limit != TICK_NEVER || !may_compute(body)) warn(L);
    return;
  }
  exhaust(L);
}

void budget_kill(lua_State *L, bool late) {
  if (late) log_with_stack(L, "did not stop in time");
  die(L);
}
