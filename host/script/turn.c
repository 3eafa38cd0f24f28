/*
** An actor's turn.
**
** The main thread of the state is the coroutine that handlers run on: an
** activity (a start, a handler, `continue`, `terminate`) is one C function
** under lua_resume, which decodes, calls and answers (dispatch.c). If the
** script waits, lua_resume yields and the actor is *suspended*: until its wait
** has ended it looks at urgent messages only, and the next turn resumes it
** where it was. A handler that never waits never yields.
**
** What is on the main thread between activities: nothing, or at index 1 the
** closure of dispatch_push.
*/
#include "script/turn.h"

#include <lauxlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/links.h"
#include "core/schedule.h"
#include "script/answer.h"
#include "script/body.h"
#include "script/culprit.h"
#include "script/ending.h"
#include "script/face_lease.h"
#include "script/finaliser.h"
#include "script/follow.h"
#include "script/hook.h"
#include "script/idle.h"
#include "script/interrupt.h"
#include "script/park.h"
#include "script/reason.h"
#include "script/receive.h"
#include "script/report.h"
#include "script/run.h"
#include "script/script.h"
#include "script/socket.h"
#include "script/start.h"
#include "script/strand.h"
#include "script/timer.h"
#include "script/tracing.h"
#include "script/upgrade.h"
#include "script/visit.h"

static void discard(struct body *body, struct message *message) {
  struct scheduler *scheduler = body->script->scheduler;
  scheduler->discard(scheduler, message);
}

/* --- Messages ------------------------------------------------------------- */

bool turn_accept(struct body *body, struct message *message) {
  struct scheduler *scheduler = body->script->scheduler;
  struct actor *caller = directory_find(scheduler->directory, message->sender);
  if (message->deadline <= worker_seen(worker_current())) return false;
  if (caller == NULL || !actor_wait_claim(caller, message->epoch)) return false;
  body->actor->serving = (struct waiter){message->sender, message->epoch};
  return true;
}

static enum step begin_visit(struct body *body) {
  struct message *message = message_queue_pop(&body->visits);
  body->from_taken = false;
  body->deadline = 0;
  if (!turn_accept(body, message)) {
    message_free(message);
    if (body->parked != NULL) park_return(body);
    return STEP_AGAIN;
  }
  body->request_deadline = message->deadline;
  body->request = message;
  return follow_begin(body, ACTIVITY_VISIT);
}

/* After what a strand did: the body is the main thread's again, unless that
** was the beginning of the end. */
static enum step leave_strand(struct body *body, enum step step) {
  if (step == STEP_ENDED || follow_is_ending(body)) return step;
  strand_leave(body);
  return STEP_AGAIN;
}

static enum step skip(struct body *body, struct message *message) {
  if (body->tracing != NULL)
    tracing_handled(body, message, RECORD_GIVEN_UP, NULL);
  message_free(message);
  return STEP_AGAIN;
}

static enum step begin_user(struct body *body, struct message *message) {
  body->from_taken = false;
  body->deadline = 0;
  body->request_deadline = TICK_NEVER;
  if (message->kind == MESSAGE_CALL) {
    if (!turn_accept(body, message)) return skip(body, message);
    body->request_deadline = message->deadline;
  }
  body->request = message;
  meter_begin(body->script->scheduler, body->actor, message);
  return follow_begin(body, ACTIVITY_MESSAGE);
}

static enum step begin_strand(struct body *body, struct message *message) {
  if (body->strands != NULL) strand_begin(body);
  if (body->tracing != NULL) tracing_in(body, message);
  if (body->strands == NULL) return begin_user(body, message);
  return leave_strand(body, begin_user(body, message));
}

static enum step handle_user(struct body *body, struct message *message) {
  if (likely(((uintptr_t)body->strands | (uintptr_t)body->tracing) == 0))
    return begin_user(body, message);
  return begin_strand(body, message);
}

static enum step handle_stop(struct body *body, struct message *message) {
  if (strand_in_flight(body) > 0) { /* behind what has come before it */
    mailbox_unpop(&body->actor->mailbox, message);
    body->stopping = true;
    return STEP_AGAIN;
  }
  if (body->tracing != NULL) tracing_in(body, message);
  reason_from(body, message);
  body->stop = message;
  return ending_begin(body);
}

static enum step handle_exit(struct body *body, struct message *message) {
  bool forced = links_forced(body->actor, message);
  bool normal = message->flags & MESSAGE_NORMAL;
  if (follow_is_ending(body) || !links_stand(body->actor, message)) {
    message_free(message);
    return STEP_AGAIN;
  }
  if (!forced && body->actor->trap) {
    links_trap(body->actor, message);
    return STEP_AGAIN;
  }
  links_arrived(body->actor, message);
  if (!forced && normal) {
    message_free(message);
    return STEP_AGAIN;
  }
  reason_from(body, message);
  message_free(message);
  follow_abandon(body);
  if (body->started) return ending_begin(body);
  body->exit_status = 1; /* a script that did not get to its end */
  return start_failed(body);
}

static enum step handle_kill(struct body *body, struct message *message) {
  reason_set(body, &body->script->killed, false);
  body->killed = true;
  if (message->flags & MESSAGE_SHUTDOWN) ending_log_late(body);
  message_free(message);
  body->suspended = false;
  if (!body->started) return start_failed(body);
  return ending_finish(body);
}

static enum step handle_down(struct body *body, struct message *message) {
  if (links_arrived(body->actor, message) && body->has_down)
    return handle_user(body, message);
  message_free(message);
  return STEP_AGAIN;
}

static enum step handle_timer(struct body *body, struct message *message) {
  if (timer_arrived(message)) return handle_user(body, message);
  discard(body, message);
  return STEP_AGAIN;
}

static enum step handle_start(struct body *body, struct message *message) {
  if (body->tracing != NULL) tracing_in(body, message);
  body->request = message;
  body->actor->serving = (struct waiter){message->sender, message->epoch};
  body->deadline = 0;
  if (!start_state(body)) return start_failed(body);
  return follow_begin(body, ACTIVITY_START);
}

static enum step handle_reload(struct body *body, struct message *message) {
  if (upgrade_order(body, message)) {
    follow_abandon(body);
    body->activity = ACTIVITY_NONE;
  }
  return STEP_AGAIN;
}

static enum step handle_interrupt(struct body *body,
                                  struct message *message) {
  if (interrupt_arrived(body, message)) return follow_fail_visit(body);
  return STEP_AGAIN;
}

static enum step handle(struct body *body, struct message *message) {
  if (body->idle_span != 0 && message->kind != MESSAGE_IDLE &&
      message->kind != MESSAGE_REPORT && message->kind != MESSAGE_VISIT &&
      message->kind != MESSAGE_RELOAD && message->kind != MESSAGE_INTERRUPT)
    idle_touch(body);
  switch ((enum message_kind)message->kind) {
    case MESSAGE_CALL:
    case MESSAGE_CAST:
    case MESSAGE_INFO:
      return handle_user(body, message);
    case MESSAGE_SOCKET:
      if (!socket_arrived(body, message)) {
        message_free(message);
        return STEP_AGAIN;
      }
      return handle_user(body, message);
    case MESSAGE_TIMER:
      return handle_timer(body, message);
    case MESSAGE_DOWN:
      return handle_down(body, message);
    case MESSAGE_STOP:
      return handle_stop(body, message);
    case MESSAGE_EXIT:
      return handle_exit(body, message);
    case MESSAGE_KILL:
      return handle_kill(body, message);
    case MESSAGE_START:
      return handle_start(body, message);
    case MESSAGE_REPORT:
      report_answer(body, message, NULL);
      return STEP_AGAIN;
    case MESSAGE_VISIT:
      visit_arrived(body, message);
      return STEP_AGAIN;
    case MESSAGE_RELOAD:
      return handle_reload(body, message);
    case MESSAGE_INTERRUPT:
      return handle_interrupt(body, message);
    case MESSAGE_SENTINEL:
      lease_sentinel(body->script->scheduler, message);
      return STEP_AGAIN;
    case MESSAGE_IDLE:
      message_free(message);
      if (!idle_is_over(body)) return STEP_AGAIN;
      reason_set(body, &body->script->normal, true);
      return ending_begin(body);
    case MESSAGE_OUTCOME: /* of a wait that an exit had ended */
      message_free(message);
      return STEP_AGAIN;
    default:
      links_handle(body->script->scheduler, body->actor, message);
      return STEP_AGAIN;
  }
}

/* --- While suspended ------------------------------------------------------ */

static enum step go_on(struct body *body, struct message *outcome) {
  if (body->outcome != NULL) discard(body, body->outcome);
  if (unlikely(body->tracing != NULL) && outcome != NULL)
    tracing_answered(body, outcome);
  body->outcome = outcome;
  return follow_run(body, run_resume(body));
}

/* A `__close` that runs already comes to its end first, or to a wait. What is
** urgent behind the exit has its turn at the next look. */
static enum step put_off(struct body *body, struct message *message) {
  enum step step;
  message_queue_append(&body->actor->mailbox.urgent, message);
  step = go_on(body, NULL);
  return step == STEP_ENDED ? STEP_ENDED : STEP_AGAIN;
}

static enum step handle_urgent(struct body *body, struct message *message) {
  if (message->kind == MESSAGE_EXIT && body->preempted &&
      interrupt_closes(body))
    return put_off(body, message);
  if (message->kind != MESSAGE_OUTCOME) return handle(body, message);
  if (message->epoch != actor_wait_epoch(body->actor) || body->preempted) {
    message_free(message);
    return STEP_AGAIN;
  }
  return go_on(body, message);
}

/* An info ends a troupe.receive, unless its deadline was first: then the info
** stays for the next one. */
static enum step receive_info(struct body *body, struct message *message) {
  if (receive_ends(body)) {
    counter_add(&body->actor->messages_in, 1);
    if (message->kind == MESSAGE_DOWN) links_arrived(body->actor, message);
    if (body->tracing != NULL) tracing_in(body, message);
    return go_on(body, message);
  }
  if (message->kind == MESSAGE_TIMER && !timer_put_back(message))
    discard(body, message);
  else
    mailbox_unpop(&body->actor->mailbox, message);
  return STEP_WAIT;
}

/* In troupe.receive. A script has no handlers: calls are refused, casts
** logged; the rest is as at a message boundary. */
static enum step receive(struct body *body, struct message *message) {
  if (receive_put_aside(body, message)) return STEP_AGAIN;
  switch ((enum message_kind)message->kind) {
    case MESSAGE_INFO:
      return receive_info(body, message);
    case MESSAGE_TIMER:
      if (timer_arrived(message)) return receive_info(body, message);
      break;
    case MESSAGE_DOWN:
      if (links_stand(body->actor, message)) return receive_info(body, message);
      break;
    case MESSAGE_CALL:
      if (turn_accept(body, message)) answer_refuse(body, message);
      break;
    case MESSAGE_CAST:
      answer_log_unknown(body, message);
      break;
    case MESSAGE_STOP:
      follow_abandon(body);
      return handle_stop(body, message);
    default:
      return handle(body, message);
  }
  discard(body, message);
  return STEP_AGAIN;
}

static enum step step_suspended(struct body *body,
                                struct message_queue *strays) {
  struct message *message;
  if (unlikely(body->visits.first != NULL) && body->receiving &&
      park_receive(body))
    return begin_visit(body);
  message = actor_next(body->actor, !body->receiving, strays);
  if (message != NULL) {
    if (message_class((enum message_kind)message->kind) == CLASS_URGENT)
      return handle_urgent(body, message);
    return receive(body, message);
  }
  if (body->preempted) return go_on(body, NULL);
  return body->receiving ? STEP_IDLE : STEP_WAIT;
}

/* --- While a module is reloaded ------------------------------------------- */

static enum step visit_strand(struct body *body) {
  strand_begin(body);
  return leave_strand(body, begin_visit(body));
}

/* At a message boundary. Visits change the state: one that somebody waits for
** is let in before it is copied, or when all is over. */
static enum step step_held(struct body *body, struct message_queue *strays) {
  struct message *message = actor_next(body->actor, true, strays);
  enum activity activity;
  if (message != NULL) return handle(body, message);
  if (visit_due(body) && upgrade_takes_visits(body))
    return body->strands != NULL ? visit_strand(body) : begin_visit(body);
  upgrade_arrive(body);
  activity = upgrade_next(body, &message, strays);
  if (activity == ACTIVITY_NONE) return STEP_WAIT;
  if (activity != ACTIVITY_MESSAGE) return follow_begin(body, activity);
  return message != NULL ? handle(body, message) : STEP_AGAIN;
}

/* --- Several handlers in flight ------------------------------------------- */

/* The main thread is idle. An outcome is some strand's; the rest is as for any
** actor at a message boundary. */
static enum step handle_strand_urgent(struct body *body,
                                      struct message *message) {
  if (message->kind == MESSAGE_INTERRUPT &&
      strand_enter_meant(body, message))
    return leave_strand(body, handle_interrupt(body, message));
  if (message->kind != MESSAGE_OUTCOME) return handle(body, message);
  if (!strand_enter(body, message->epoch)) {
    message_free(message);
    return STEP_AGAIN;
  }
  if (body->idle_span != 0) idle_touch(body);
  return leave_strand(body, go_on(body, message));
}

static bool takes_more(const struct body *body) {
  if ((body->stopping || upgrade_holds(body)) && strand_in_flight(body) > 0)
    return false;
  return strand_is_free(body);
}

/* One round between two messages: finalisers that make each other necessary
** hold no message up. */
static enum step finalise(struct body *body) {
  body->finalised = true;
  if (body->strands != NULL) strand_begin(body);
  body->deadline = 0;
  body->request_deadline = TICK_NEVER;
  if (body->strands == NULL) return follow_begin(body, ACTIVITY_FINALISE);
  return leave_strand(body, follow_begin(body, ACTIVITY_FINALISE));
}

static enum step step_new(struct body *body, struct message_queue *strays) {
  struct message *message;
  if (!takes_more(body)) return STEP_WAIT;
  if (upgrade_holds(body)) return step_held(body, strays);
  if (unlikely(visit_due(body))) return visit_strand(body);
  if (unlikely(finaliser_due(body)) && !body->finalised) return finalise(body);
  body->finalised = false;
  message = actor_next_work(body->actor, strays);
  if (message != NULL) return handle(body, message);
  if (unlikely(finaliser_due(body))) return STEP_AGAIN;
  if (body->idle_span != 0 && strand_in_flight(body) == 0) idle_arm(body);
  return STEP_IDLE;
}

static bool is_parting(enum step step) {
  return step == STEP_WAIT || step == STEP_IDLE;
}

/* What stands behind the outcomes. */
static enum step step_rest(struct body *body, struct message_queue *strays) {
  if (!strand_is_ready(body)) return step_new(body, strays);
  if (strand_new_is_due(body)) {
    enum step step = step_new(body, strays);
    if (!is_parting(step)) return step;
  }
  strand_enter_ready(body, 0);
  return leave_strand(body, go_on(body, NULL));
}

/* Under a schedule (core/schedule.h) any of those that could go on does, an
** outcome's or one that was preempted, or a new one begins. False: as ever. */
static bool choose_strand(struct body *body, struct schedule *schedule,
                          enum step *step) {
  struct mailbox *mailbox = &body->actor->mailbox;
  unsigned outcome = mailbox->urgent.first != NULL, choice;
  unsigned ready = strand_ready(body);
  bool more = mailbox->queue.first != NULL && takes_more(body) &&
              mailbox->queue.first->target == body_pid(body);
  if (outcome + ready + more <= 1 || upgrade_holds(body) || visit_due(body) ||
      (outcome && mailbox->urgent.first->kind != MESSAGE_OUTCOME))
    return false;
  choice = schedule_choose(schedule, body->actor, 1 + ready + more);
  if (choice == 0) return false;
  if (choice <= ready) {
    strand_enter_ready(body, choice - 1);
    *step = leave_strand(body, go_on(body, NULL));
  } else {
    *step = handle(body, mailbox_pop(mailbox));
  }
  return true;
}

static enum step step_strands(struct body *body,
                              struct message_queue *strays) {
  struct schedule *schedule = body->script->scheduler->schedule;
  struct message *message;
  enum step chosen;
  if (unlikely(schedule != NULL) && choose_strand(body, schedule, &chosen))
    return chosen;
  if (unlikely(strand_rest_is_due(body))) {
    enum step step = step_rest(body, strays);
    if (!is_parting(step)) return step;
  }
  message = actor_next(body->actor, true, strays);
  if (message != NULL) return handle_strand_urgent(body, message);
  return step_rest(body, strays);
}

/* --- A turn --------------------------------------------------------------- */

void turn_refuse(struct scheduler *scheduler, struct message_queue *strays) {
  struct message *message;
  while ((message = message_queue_pop(strays)) != NULL)
    links_refuse(scheduler, message, NULL);
}

static enum step step_once(struct body *body, struct message_queue *strays) {
  struct message *message;
  if (body->suspended) return step_suspended(body, strays);
  if (unlikely(body->strands != NULL)) return step_strands(body, strays);
  if (upgrade_holds(body)) return step_held(body, strays);
  if (unlikely(visit_due(body))) return begin_visit(body);
  if (unlikely(finaliser_due(body)) && !body->finalised) return finalise(body);
  body->finalised = false;
  message = actor_next(body->actor, false, strays);
  if (message == NULL) {
    if (unlikely(finaliser_due(body))) return STEP_AGAIN;
    if (body->idle_span != 0) idle_arm(body);
    return STEP_IDLE;
  }
  return handle(body, message);
}

/* It is still ours. */
static void tell_memory(struct actor *actor) {
  const struct body *body = actor->body;
  atomic_store_explicit(&actor->memory, (uint32_t)(body->memory / MEMORY_UNIT),
                        memory_order_relaxed);
}

/* Under a schedule, or stepped, a turn is a message; but one that has no other
** goes on, to where it waits for one, and is not chosen for that. */
static bool is_spent(struct body *body) {
  const struct mailbox *mailbox = &body->actor->mailbox;
  struct scheduler *scheduler = body->script->scheduler;
  if (likely(!scheduler->seeded)) return false;
  room_take(scheduler, body->actor);
  return mailbox->urgent.first == NULL && mailbox->queue.first == NULL &&
         body->visits.first == NULL &&
         (body->strands == NULL || !strand_is_ready(body));
}

static enum step turn_step(struct actor *actor) {
  struct body *body = actor->body;
  struct scheduler *scheduler = body->script->scheduler;
  struct worker *worker = worker_current();
  struct message_queue strays = {NULL, NULL};
  enum step step;
  memory_spare(body->spared ? body : NULL);
  room_take(scheduler, actor);
  do {
    turn_look(scheduler, actor);
    step = step_once(body, &strays);
    if (step == STEP_WAIT && actor->mailbox.urgent.first != NULL)
      step = STEP_AGAIN;
  } while (step == STEP_AGAIN && !body->preempted &&
           (!worker_slice_over(worker) || is_spent(body)));
  if (step != STEP_ENDED && unlikely(body->doomed != ID_NONE))
    culprit_kill(body);
  if (step != STEP_ENDED) tell_memory(actor);
  if (unlikely(strays.first != NULL)) turn_refuse(scheduler, &strays);
  memory_spare(NULL);
  return step;
}

const struct actor_type turn_type = {"lua", turn_step, hook_interrupt};
