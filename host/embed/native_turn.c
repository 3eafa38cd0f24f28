/*
** A native actor's turn: as that of a Lua actor (script/turn.c), but nothing in
** it is ever suspended. So whatever comes is handled in the order in which it
** has come, and what is urgent before the next message.
**
** How it starts and ends is the script layer's: a body without a state goes the
** same way (script/start.c, script/ending.c).
*/
#include "base/tick.h"
#include "core/links.h"
#include "embed/native.h"
#include "script/ending.h"
#include "script/face_lease.h"
#include "script/idle.h"
#include "script/reason.h"
#include "script/report.h"
#include "script/start.h"
#include "script/timer.h"
#include "script/tracing.h"
#include "script/turn.h"

/* Its door is shut before the engine hears that it ends. */
static enum step end(struct body *body) {
  struct troupe_actor *self = body->native;
  mailbox_shut(&body->actor->mailbox);
  room_close(body->script->scheduler, body->actor);
  body->activity = ACTIVITY_TERMINATE;
  if (self->begun) native_finish(self);
  return ending_finish(body);
}

static enum step end_before_start(struct body *body) {
  if (body->started) return end(body);
  return start_failed(body);
}

static enum step go_on(struct body *body) {
  return body->native->leaving ? end(body) : STEP_AGAIN;
}

/* --- Messages ------------------------------------------------------------ */

static enum step refuse(struct body *body) {
  const char *why = body->native->refusal;
  if (why == NULL) why = "it did not start";
  native_set_reason(body, why);
  body->verdict = native_verdict(why);
  return body->verdict != NULL ? start_finished(body) : start_failed(body);
}

static enum step handle_start(struct body *body, struct message *message) {
  struct troupe_actor *self = body->native;
  enum step step;
  if (body->tracing != NULL) tracing_in(body, message);
  body->request = message;
  body->actor->serving = (struct waiter){message->sender, message->epoch};
  body->idle_span = body->start.idle_span;
  body->activity = ACTIVITY_START;
  self->begun = native_start(self, message);
  body->activity = ACTIVITY_NONE;
  if (!self->begun) return refuse(body);
  if (body->tracing != NULL)
    tracing_handled(body, message, RECORD_DONE, NULL);
  step = start_finished(body);
  return step == STEP_AGAIN ? go_on(body) : step;
}

/* The caller of the request in hand has no reply yet: it is owed. */
static void defer(struct body *body) {
  struct directory *directory = body->script->scheduler->directory;
  struct waiter from = body->actor->serving;
  struct actor *caller = directory_find(directory, from.pid);
  if (caller == NULL || !actor_wait_open(caller, from.epoch)) return;
  if (!actor_defer(body->actor, directory, from)) {
    scheduler_answer(body->script->scheduler, from,
                     native_error(OUTCOME_ERROR, "not enough memory"));
    return;
  }
  actor_wait_defer(caller, from.epoch);
  if (body->tracing != NULL)
    tracing_handled(body, body->request, RECORD_DEFERRED, NULL);
}

/* The time of the message in hand is the actor's, and then it is gone. */
static enum step handle_by(struct body *body, struct message *message,
                           void (*handle)(struct troupe_actor *self,
                                          const struct message *message)) {
  struct scheduler *scheduler = body->script->scheduler;
  body->request = message;
  body->activity = ACTIVITY_MESSAGE;
  meter_begin(scheduler, body->actor, message);
  handle(body->native, message);
  if (message->kind == MESSAGE_CALL) defer(body);
  if (body->tracing != NULL)
    tracing_handled(body, message,
                    message->kind == MESSAGE_CALL ? RECORD_REPLIED
                                                  : RECORD_DONE,
                    NULL);
  meter_end(scheduler, body->actor, message);
  body->activity = ACTIVITY_NONE;
  body->request = NULL;
  body->actor->serving = (struct waiter){ID_NONE, 0};
  scheduler->discard(scheduler, message);
  return go_on(body);
}

static enum step handle_user(struct body *body, struct message *message) {
  if (body->tracing != NULL) tracing_in(body, message);
  if (message->kind != MESSAGE_CALL || turn_accept(body, message))
    return handle_by(body, message, native_handle);
  if (body->tracing != NULL)
    tracing_handled(body, message, RECORD_GIVEN_UP, NULL);
  message_free(message);
  return STEP_AGAIN;
}

static enum step handle_timer(struct body *body, struct message *message) {
  struct scheduler *scheduler = body->script->scheduler;
  if (timer_arrived(message)) return handle_user(body, message);
  scheduler->discard(scheduler, message);
  return STEP_AGAIN;
}

static enum step handle_down(struct body *body, struct message *message) {
  if (links_arrived(body->actor, message)) {
    if (body->tracing != NULL) tracing_in(body, message);
    return handle_by(body, message, native_down);
  }
  message_free(message);
  return STEP_AGAIN;
}

static enum step handle_stop(struct body *body, struct message *message) {
  if (body->tracing != NULL) tracing_in(body, message);
  reason_from(body, message);
  body->stop = message;
  return end(body);
}

/* It traps nothing. */
static enum step handle_exit(struct body *body, struct message *message) {
  bool normal = message->flags & MESSAGE_NORMAL &&
                !links_forced(body->actor, message);
  bool stands = links_arrived(body->actor, message);
  if (stands && !normal) reason_from(body, message);
  message_free(message);
  return stands && !normal ? end_before_start(body) : STEP_AGAIN;
}

static enum step handle_kill(struct body *body, struct message *message) {
  reason_set(body, &body->script->killed, false);
  body->killed = true;
  if (message->flags & MESSAGE_SHUTDOWN) ending_log_late(body);
  message_free(message);
  return end_before_start(body);
}

static enum step handle_idle(struct body *body, struct message *message) {
  message_free(message);
  if (!idle_is_over(body)) return STEP_AGAIN;
  reason_set(body, &body->script->normal, true);
  return end(body);
}

static void refuse_visit(struct body *body, struct message *message) {
  struct waiter asker = {message->sender, message->epoch};
  scheduler_answer(body->script->scheduler, asker,
                   native_error(OUTCOME_REFUSED,
                                "a native actor has no Lua state"));
  message_free(message);
}

static enum step handle(struct body *body, struct message *message) {
  struct scheduler *scheduler = body->script->scheduler;
  if (body->idle_span != 0 && message->kind != MESSAGE_IDLE &&
      message->kind != MESSAGE_REPORT && message->kind != MESSAGE_VISIT)
    idle_touch(body);
  switch ((enum message_kind)message->kind) {
    case MESSAGE_CALL:
    case MESSAGE_CAST:
    case MESSAGE_INFO:
      return handle_user(body, message);
    case MESSAGE_TIMER:
      return handle_timer(body, message);
    case MESSAGE_START:
      return handle_start(body, message);
    case MESSAGE_DOWN:
      return handle_down(body, message);
    case MESSAGE_STOP:
      return handle_stop(body, message);
    case MESSAGE_EXIT:
      return handle_exit(body, message);
    case MESSAGE_KILL:
      return handle_kill(body, message);
    case MESSAGE_IDLE:
      return handle_idle(body, message);
    case MESSAGE_REPORT:
      report_answer(body, message, NULL);
      return STEP_AGAIN;
    case MESSAGE_VISIT:
      refuse_visit(body, message);
      return STEP_AGAIN;
    case MESSAGE_SENTINEL:
      lease_sentinel(scheduler, message);
      return STEP_AGAIN;
    case MESSAGE_MONITOR:
    case MESSAGE_DEMONITOR:
    case MESSAGE_LINK:
    case MESSAGE_UNLINK:
      links_handle(scheduler, body->actor, message);
      return STEP_AGAIN;
    default: /* what only a Lua state could do: a reload, an interrupt */
      scheduler->discard(scheduler, message);
      return STEP_AGAIN;
  }
}

/* --- A turn -------------------------------------------------------------- */

static enum step step_once(struct body *body, struct message_queue *strays) {
  struct actor *actor = body->actor;
  struct message *message;
  turn_look(body->script->scheduler, actor);
  message = actor_next(actor, false, strays);
  if (message != NULL) return handle(body, message);
  if (body->idle_span != 0) idle_arm(body);
  return STEP_IDLE;
}

/* One that has no other message goes on, to where it waits for one: that is no
** turn of its own. */
static bool is_spent(struct body *body) {
  room_take(body->script->scheduler, body->actor);
  return mailbox_empty(&body->actor->mailbox);
}

static enum step native_step(struct actor *actor) {
  struct body *body = actor->body;
  struct scheduler *scheduler = body->script->scheduler;
  struct worker *worker = worker_current();
  struct message_queue strays = {NULL, NULL};
  enum step step;
  room_take(scheduler, actor);
  do
    step = step_once(body, &strays);
  while (step == STEP_AGAIN &&
         (!worker_slice_over(worker) || is_spent(body)));
  turn_refuse(scheduler, &strays);
  return step;
}

/* It cannot be interrupted; but if it does not come back, its worker can go on
** without it: core/hold.c. */
static bool native_interrupt(struct actor *actor) {
  struct body *body = actor->body;
  return atomic_exchange_explicit(&body->interrupted, true,
                                  memory_order_relaxed);
}

const struct actor_type native_type = {"native", native_step,
                                       native_interrupt};
