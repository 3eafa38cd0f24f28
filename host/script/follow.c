#include "script/follow.h"

#include "base/check.h"
#include "base/tick.h"
#include "script/answer.h"
#include "script/budget.h"
#include "script/ending.h"
#include "script/interrupt.h"
#include "script/park.h"
#include "script/script.h"
#include "script/start.h"
#include "script/tracing.h"
#include "script/upgrade.h"

/* Whatever it is doing ends here. Before its first turn there is no state. */
void follow_abandon(struct body *body) {
  if (body->L == NULL) return;
  run_unwind(body);
  lua_settop(body->L, 0);
  if (likely(body->parked == NULL)) return;
  park_end(body);
  run_unwind(body);
  lua_settop(body->L, 0);
}

static inline void drop_request(struct body *body) {
  struct message *request = body->request;
  body->request = NULL;
  body->actor->serving = (struct waiter){ID_NONE, 0};
  ASSERT(request != NULL, "it has just been handled");
  body->script->scheduler->discard(body->script->scheduler, request);
}

/* One of a handler's. */
static inline void end_request(struct body *body) {
  meter_end(body->script->scheduler, body->actor, body->request);
  drop_request(body);
}

/* The error has ended the request, not the actor. */
static enum step fail_request(struct body *body, enum outcome outcome) {
  body->unpacking = false;
  if (body->tracing != NULL) tracing_failed(body);
  body->activity = ACTIVITY_NONE;
  if (body->request->kind == MESSAGE_CALL) answer_reason(body, outcome);
  end_request(body);
  return STEP_AGAIN;
}

/* A visit is over, however it went. */
static enum step leave_visit(struct body *body) {
  body->activity = ACTIVITY_NONE;
  drop_request(body);
  if (unlikely(body->condemned)) budget_renew(body);
  body->condemned = 0;
  if (body->parked != NULL) park_return(body);
  return STEP_AGAIN;
}

/* The error is the asker's, and whatever it does to be described is not the
** actor's. */
enum step follow_fail_visit(struct body *body) {
  struct budget kept;
  bool noted = body->cut;
  body->cut = false;
  budget_begin_aside(body, &kept);
  if (noted || body->condemned == CONDEMNED)
    ending_reason_cut(body, noted);
  else
    ending_reason_error(body, false);
  budget_end_aside(body, &kept);
  body->unpacking = false;
  if (body->tracing != NULL) tracing_failed(body);
  answer_reason(body, OUTCOME_ERROR);
  return leave_visit(body);
}

/* The version is not taken by this actor, and so by none. */
static enum step fail_upgrade(struct body *body) {
  bool cut = body->cut;
  body->cut = false;
  if (cut)
    ending_reason_cut(body, true);
  else if (ending_reason_error(body, false))
    return ending_finish(body);
  body->activity = ACTIVITY_NONE;
  upgrade_failed(body);
  return STEP_AGAIN;
}

static enum step fail(struct body *body) {
  /* What came cannot be read here: its __module is not to be found, say. */
  bool unread = body->unpacking;
  if (body->activity == ACTIVITY_VISIT) return follow_fail_visit(body);
  if (body->activity == ACTIVITY_PREPARE) return fail_upgrade(body);
  if (!ending_reason_error(body, !unread))
    return fail_request(body, unread ? OUTCOME_REFUSED : OUTCOME_ERROR);
  if (body->activity == ACTIVITY_START) return start_failed(body);
  return body->killed ? ending_finish(body) : ending_begin(body);
}

static enum step leave(struct body *body) {
  follow_abandon(body);
  if (body->activity == ACTIVITY_START) return start_failed(body);
  if (follow_is_ending(body)) return ending_finish(body);
  return ending_begin(body);
}

static enum step started(struct body *body) {
  enum step step;
  body->request_deadline = TICK_NEVER;
  if (body->tracing != NULL && body->verdict == NULL)
    tracing_handled(body, body->request, RECORD_DONE, NULL);
  step = start_finished(body);
  if (step == STEP_AGAIN && body->has_continue)
    return follow_run(body, run_begin(body, ACTIVITY_CONTINUE));
  return step;
}

/* What follows an activity. STEP_AGAIN: go on in this turn. */
static enum step finished(struct body *body) {
  enum activity activity = body->activity;
  body->activity = ACTIVITY_NONE;
  if (activity == ACTIVITY_MESSAGE || activity == ACTIVITY_VISIT) {
    if (unlikely(body->tracing != NULL))
      tracing_handled(body, body->request, RECORD_DONE, NULL);
    if (unlikely(activity == ACTIVITY_VISIT)) return leave_visit(body);
    end_request(body);
    return STEP_AGAIN;
  }
  if (activity == ACTIVITY_TERMINATE || activity == ACTIVITY_LAST)
    return ending_finish(body);
  if (activity == ACTIVITY_START) return started(body);
  if (activity == ACTIVITY_PREPARE) upgrade_prepared(body);
  if (activity == ACTIVITY_INSTALL) upgrade_installed(body);
  return STEP_AGAIN;
}

enum step follow_run(struct body *body, enum run run) {
  switch (run) {
    case RUN_DONE:
      return finished(body);
    case RUN_SUSPENDED:
      if (unlikely(body->condemned) && !body->preempted)
        interrupt_again(body);
      return body->receiving || body->preempted ? STEP_AGAIN : STEP_WAIT;
    case RUN_EXITING:
      return leave(body);
    case RUN_DYING:
      ending_die(body);
      return body->started ? ending_finish(body) : start_failed(body);
    case RUN_CUT:
      return fail(body);
    case RUN_FAILED:
      if (!follow_is_ending(body)) return fail(body);
      if (body->activity == ACTIVITY_TERMINATE)
        ending_reason_error(body, true);
      else
        follow_abandon(body);
      return ending_finish(body);
  }
  CHECK(false, "no such run");
}

enum step follow_begin(struct body *body, enum activity activity) {
  return follow_run(body, run_begin(body, activity));
}
