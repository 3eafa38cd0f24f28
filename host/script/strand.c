#include "script/strand.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "script/budget.h"
#include "script/hand.h"
#include "script/order.h"
#include "script/script.h"
#include "script/tracing.h"

struct strand {
  lua_State *thread;
  uint32_t index;
  bool taken;          /* its request is not done */
  struct strand *next; /* in the free list, or in the ready queue */

  /* The body's and the actor's, while it runs. */
  struct hand hand;
  struct waiter serving;
  uint64_t cpu_used, cpu_mark; /* of struct actor */
};

struct strands {
  unsigned count;
  unsigned in_flight;
  lua_State *main;
  struct strand *running; /* NULL: the main thread has the body */
  struct strand *free;
  struct strand *ready_first, *ready_last; /* preempted, in order */
  unsigned outcomes; /* that have gone before the rest, since its last turn */
  bool newest;       /* of the rest, the last to have its turn was new */
  struct strand list[];
};

static const char threads_key = 't';

/* --- Making --------------------------------------------------------------- */

static void make_threads(lua_State *L, struct strands *strands) {
  lua_createtable(L, (int)strands->count, 0);
  for (unsigned i = 0; i < strands->count; i++) {
    strands->list[i].thread = lua_newthread(L);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &threads_key);
}

static bool has(const struct body *body, unsigned count) {
  return count == (body->strands != NULL ? body->strands->count : 1);
}

static void unmake(struct body *body) {
  ASSERT(strand_in_flight(body) == 0, "a behaviour is adopted at a boundary");
  strand_free(body);
  atomic_store_explicit(&body->actor->concurrent, false,
                        memory_order_relaxed);
}

void strand_make(lua_State *L, unsigned count) {
  struct body *body = body_of(L);
  struct strands *strands;
  ASSERT(count >= 1 && count <= STRANDS_LARGEST, "the caller has checked");
  if (has(body, count)) return;
  unmake(body);
  if (count == 1) return;
  strands = memory_zalloc(sizeof *strands + count * sizeof strands->list[0]);
  if (strands == NULL || !actor_make_strands(body->actor)) {
    memory_free(strands);
    luaL_error(L, "not enough memory");
    return;
  }
  strands->count = count;
  strands->main = body->L;
  for (unsigned i = count; i > 0; i--) {
    struct strand *strand = &strands->list[i - 1];
    strand->index = i;
    strand->next = strands->free;
    strands->free = strand;
  }
  body->strands = strands; /* freed with the body, also if this raises: */
  make_threads(L, strands);
}

void strand_free(struct body *body) {
  memory_free(body->strands);
  body->strands = NULL;
}

void strand_clear(struct body *body) {
  struct strands *strands = body->strands;
  if (strands == NULL) return;
  for (unsigned i = 0; i < strands->count; i++)
    lua_settop(strands->list[i].thread, 0);
}

unsigned strand_in_flight(const struct body *body) {
  return body->strands != NULL ? body->strands->in_flight : 0;
}

bool strand_is_free(const struct body *body) {
  return body->strands->free != NULL;
}

/* --- Who is next ---------------------------------------------------------- */

bool strand_rest_is_due(struct body *body) {
  struct strands *strands = body->strands;
  if (strands->in_flight == 0 || strands->outcomes < strands->in_flight)
    return false;
  strands->outcomes = 0;
  return true;
}

bool strand_is_ready(const struct body *body) {
  return body->strands->ready_first != NULL;
}

bool strand_new_is_due(const struct body *body) {
  return !body->strands->newest;
}

/* --- Who has the body ----------------------------------------------------- */

static void move_in(struct body *body, struct strand *strand) {
  ASSERT(body->strands->running == NULL, "the main thread has the body");
  ASSERT(!body->suspended, "and has nothing to do");
  if (unlikely(hand_holds(&body->hand)))
    hand_let_go(body->script, &body->hand);
  body->strands->running = strand;
  body->L = strand->thread;
  body->hand = strand->hand;
  body->actor->serving = strand->serving;
  body->actor->cpu_mark = strand->cpu_mark;
  atomic_store_explicit(&body->actor->cpu_used, strand->cpu_used,
                        memory_order_relaxed);
  actor_enter_strand(body->actor, strand->index);
}

static void clear(struct body *body) {
  body->hand = (struct hand){.request_deadline = TICK_NEVER,
                             .activity = ACTIVITY_NONE};
  body->actor->serving = (struct waiter){ID_NONE, 0};
  budget_renew(body);
}

static struct strand *move_out(struct body *body) {
  struct strands *strands = body->strands;
  struct strand *strand = strands->running;
  strand->hand = body->hand;
  strand->serving = body->actor->serving;
  strand->cpu_mark = body->actor->cpu_mark;
  strand->cpu_used =
      atomic_load_explicit(&body->actor->cpu_used, memory_order_relaxed);
  strands->running = NULL;
  body->L = body->running = strands->main;
  clear(body);
  actor_enter_strand(body->actor, 0);
  return strand;
}

static void release(struct strands *strands, struct strand *strand) {
  strand->taken = false;
  strand->next = strands->free;
  strands->free = strand;
  strands->in_flight--;
}

static void make_ready(struct strands *strands, struct strand *strand) {
  strand->next = NULL;
  if (strands->ready_last != NULL)
    strands->ready_last->next = strand;
  else
    strands->ready_first = strand;
  strands->ready_last = strand;
}

void strand_begin(struct body *body) {
  struct strands *strands = body->strands;
  struct strand *strand = strands->free;
  strands->free = strand->next;
  strands->in_flight++;
  strand->taken = true;
  strands->outcomes = 0;
  strands->newest = true;
  move_in(body, strand);
  budget_renew(body);
}

bool strand_enter(struct body *body, uint64_t epoch) {
  struct strands *strands = body->strands;
  uint32_t index = actor_strand(epoch);
  struct strand *strand;
  if (index == 0 || index > strands->count) return false;
  strand = &strands->list[index - 1];
  if (!strand->hand.suspended || strand->hand.preempted) return false;
  move_in(body, strand);
  if (actor_wait_epoch(body->actor) == epoch) {
    strands->outcomes++;
    return true;
  }
  move_out(body);
  return false;
}

static void unlink_ready(struct strands *strands, struct strand *strand) {
  struct strand *before = strands->ready_first;
  if (before == strand) {
    strands->ready_first = strand->next;
  } else {
    while (before->next != strand) before = before->next;
    before->next = strand->next;
  }
  if (strands->ready_last == strand)
    strands->ready_last = before == strand ? NULL : before;
}

unsigned strand_ready(const struct body *body) {
  const struct strand *strand = body->strands->ready_first;
  unsigned count = 0;
  for (; strand != NULL; strand = strand->next) count++;
  return count;
}

void strand_enter_ready(struct body *body, unsigned n) {
  struct strands *strands = body->strands;
  struct strand *strand = strands->ready_first;
  while (n-- > 0) strand = strand->next;
  ASSERT(strand != NULL, "the caller has asked");
  unlink_ready(strands, strand);
  strands->outcomes = 0;
  strands->newest = false;
  move_in(body, strand);
}

bool strand_enter_meant(struct body *body, const struct message *message) {
  struct strands *strands = body->strands;
  struct interrupt wanted;
  if (strands->running != NULL) return false;
  memcpy(&wanted, message->bytes, sizeof wanted);
  for (unsigned i = 0; i < strands->count; i++) {
    struct strand *strand = &strands->list[i];
    if (!strand->taken || (strand->hand.activity != ACTIVITY_VISIT &&
                           strand->hand.evaluation == 0))
      continue;
    if (strand->hand.preempted) unlink_ready(strands, strand);
    move_in(body, strand);
    if (body->script->interrupt_fits(body, &wanted)) return true;
    strand_leave(body);
  }
  return false;
}

/* Of its last wait: a body keeps that, but nobody asks a free strand. */
static void finish(struct body *body, struct strand *strand) {
  if (hand_holds(&strand->hand)) hand_let_go(body->script, &strand->hand);
  release(body->strands, strand);
}

void strand_leave(struct body *body) {
  struct strand *strand = move_out(body);
  if (!strand->hand.suspended)
    finish(body, strand);
  else if (strand->hand.preempted)
    make_ready(body->strands, strand);
}

bool strand_visit(struct body *body, struct waiter subject) {
  struct strands *strands = body->strands;
  struct strand *visited = NULL;
  if (strands == NULL || strands->running != NULL) return false;
  for (unsigned i = 0; i < strands->count; i++) {
    struct strand *strand = &strands->list[i];
    bool serves = strand->serving.pid == subject.pid &&
                  strand->serving.epoch == subject.epoch;
    if (strand->taken && (serves || (visited == NULL && !strands->free)))
      visited = strand;
    if (strand->taken && serves) break;
  }
  if (visited != NULL) move_in(body, visited);
  return visited != NULL;
}

void strand_unvisit(struct body *body) { move_out(body); }

/* Unlike a visit it leaves alone what the actor may be in the middle of: who
** has the body, and the budget. */
bool strand_show(struct body *body, unsigned *index,
                 struct strand_shown *shown) {
  struct strands *strands = body->strands;
  struct strand *strand;
  while (*index < strands->count && !strands->list[*index].taken) ++*index;
  if (*index == strands->count) return false;
  strand = &strands->list[(*index)++];
  *shown = (struct strand_shown){body->L, body->hand, body->actor->serving,
                                 body->actor->waiting};
  if (strand == strands->running) return true;
  body->L = strand->thread;
  body->hand = strand->hand;
  body->actor->serving = strand->serving;
  actor_enter_strand(body->actor, strand->index);
  return true;
}

void strand_hide(struct body *body, const struct strand_shown *shown) {
  body->L = shown->L;
  body->hand = shown->hand;
  body->actor->serving = shown->serving;
  body->actor->waiting = shown->waiting;
}

bool strand_shows_running(const struct body *body, unsigned index) {
  return body->strands->running == &body->strands->list[index - 1];
}

unsigned strand_count(const struct body *body) {
  return body->strands != NULL ? body->strands->count : 0;
}

/* --- The end -------------------------------------------------------------- */

/* Without memory to remember its caller, that one is told at once, though not
** of what. */
static void owe_exit(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiter caller = body->actor->serving;
  if (caller.pid == ID_NONE || caller.epoch == 0) return;
  if (!actor_defer(body->actor, scheduler->directory, caller))
    scheduler_end_wait(scheduler, caller, OUTCOME_EXIT);
}

bool strand_enter_left(struct body *body) {
  struct strands *strands = body->strands;
  if (strands == NULL) return false;
  if (strands->running != NULL) move_out(body);
  strands->ready_first = strands->ready_last = NULL;
  for (unsigned i = 0; i < strands->count; i++) {
    if (!strands->list[i].taken) continue;
    move_in(body, &strands->list[i]);
    return true;
  }
  ASSERT(strands->in_flight == 0, "all have ended");
  return false;
}

void strand_drop(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  owe_exit(body);
  if (body->tracing != NULL && body->request != NULL)
    tracing_handled(body, body->request, RECORD_EXIT, NULL);
  if (body->request != NULL) scheduler->discard(scheduler, body->request);
  hand_let_go(body->script, &body->hand);
  clear(body);
  release(body->strands, move_out(body));
}

/* --- Threads -------------------------------------------------------------- */

bool strand_owns(const struct body *body, const lua_State *thread) {
  const struct strands *strands = body->strands;
  if (thread == body->L || thread == body->parked_thread) return true;
  if (likely(strands == NULL)) return false;
  if (thread == strands->main) return true;
  for (unsigned i = 0; i < strands->count; i++)
    if (thread == strands->list[i].thread) return true;
  return false;
}

lua_State *strand_waiting(const struct body *body, unsigned *index) {
  const struct strands *strands = body->strands;
  while (strands != NULL && *index < strands->count) {
    const struct strand *strand = &strands->list[(*index)++];
    if (strand->taken && strand->hand.suspended && strand != strands->running)
      return strand->thread;
  }
  return NULL;
}
