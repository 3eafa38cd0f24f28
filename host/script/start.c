#include "script/start.h"

#include <lauxlib.h>
#include <stdio.h>
#include <unistd.h>

#include "base/tick.h"
#include "core/links.h"
#include "io/listener.h"
#include "script/body.h"
#include "script/console.h"
#include "script/dispatch.h"
#include "script/ending.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/state.h"

bool start_state(struct body *body) {
  if (state_new(body)) return true;
  reason_memory(body);
  return false;
}

static void clear_serving(struct body *body) {
  body->actor->serving = (struct waiter){ID_NONE, 0};
}

static void drop_start(struct body *body) {
  message_free(body->request);
  body->request = NULL;
  clear_serving(body);
}

static enum step refuse(struct body *body) {
  body->verdict->outcome = OUTCOME_REPLY;
  pidset_clear(&body->actor->relations, actor_starter(body->actor),
               RELATION_LINK);
  return ending_finish(body);
}

/* A replaced pool worker takes over what was left for its seat. */
static void take_seat(struct body *body, struct message_queue *held) {
  uint64_t pid =
      body_pid(body);
  for (struct message *at = held->first; at != NULL; at = at->next)
    at->target = pid;
  mailbox_prepend(&body->actor->mailbox, held);
}

enum step start_finished(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiters freed = {NULL, 0, 0};
  struct message_queue held = {NULL, NULL};
  if (body->exiting) {
    reason_set(body, &body->script->normal, true);
    return ending_begin(body);
  }
  if (body->verdict != NULL) return refuse(body);
  body->started = true;
  registry_started(scheduler->registry, body->actor, &freed, &held);
  take_seat(body, &held);
  scheduler_end_waits(scheduler, &freed, OUTCOME_RETRY);
  if (body->actor->serving.pid != ID_NONE && body->actor->serving.epoch != 0)
    scheduler_end_wait(scheduler, body->actor->serving, OUTCOME_REPLY);
  drop_start(body);
  if (body->start.console) console_started(body->script->console);
  if (body->start.kind != START_BEHAVIOUR)
    body->script->begun(body->script->context);
  dispatch_warm(body);
  return STEP_AGAIN;
}

enum step start_failed(struct body *body) {
  message_free(body->verdict);
  body->verdict =
      reason_message(body, body->misfit ? OUTCOME_ERROR : OUTCOME_EXIT);
  pidset_clear(&body->actor->relations, actor_starter(body->actor),
               RELATION_LINK);
  return ending_finish(body);
}
