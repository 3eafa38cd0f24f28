#include "script/start.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/links.h"
#include "io/listener.h"
#include "script/body.h"
#include "script/dispatch.h"
#include "script/ending.h"
#include "script/reason.h"
#include "script/script.h"
#include "script/state.h"

bool start_state(struct body *body) {
  if (state_new(body)) return true;
  reason_set(body, &body->script->nomem, false);
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

/* Everybody who waits for this start gets a copy of `message`, which is taken;
** the names are free before anyone hears of it. */
static void answer_all(struct body *body, struct message *message) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiters freed = {NULL, 0, 0};
  struct message_queue nothing = {NULL, NULL};
  registry_ended(scheduler->registry, body->actor, &freed, &nothing);
  for (uint32_t i = 0; i < freed.count; i++) {
    struct message *copy = message_copy(message);
    if (copy != NULL)
      scheduler_answer(scheduler, freed.list[i], copy);
    else
      scheduler_end_wait(scheduler, freed.list[i], OUTCOME_RETRY);
  }
  waiters_free(&freed);
  scheduler_answer(scheduler, body->actor->serving, message);
  clear_serving(body);
}

static enum step refuse(struct body *body) {
  struct message *refusal = body->refusal;
  body->refusal = NULL;
  refusal->outcome = OUTCOME_REPLY;
  pidset_clear(&body->actor->relations, body->actor->starter, RELATION_LINK);
  answer_all(body, refusal);
  return ending_finish(body);
}

/* A replaced pool worker takes over what was left for its seat. */
static void take_seat(struct body *body, struct message_queue *held) {
  uint64_t pid =
      atomic_load_explicit(&body->actor->pid, memory_order_relaxed);
  for (struct message *at = held->first; at != NULL; at = at->next)
    at->target = pid;
  mailbox_prepend(&body->actor->mailbox, held);
}

static void warm(struct body *body) {
  const char **places = body->actor->warm;
  places[0] = (const char *)body;
  places[1] = (const char *)body->L;
  dispatch_push(body->L);
  places[2] = lua_topointer(body->L, -1);
  if (lua_getupvalue(body->L, -1, 1) != NULL) {
    places[3] = lua_topointer(body->L, -1);
    lua_pop(body->L, 1);
  }
  lua_pop(body->L, 1);
}

enum step start_finished(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiters freed = {NULL, 0, 0};
  struct message_queue held = {NULL, NULL};
  if (body->exiting) {
    reason_set(body, &body->script->normal, true);
    return ending_begin(body);
  }
  if (body->refusal != NULL) return refuse(body);
  body->started = true;
  registry_started(scheduler->registry, body->actor, &freed, &held);
  take_seat(body, &held);
  scheduler_end_waits(scheduler, &freed, OUTCOME_RETRY);
  if (body->actor->serving.pid != ID_NONE && body->actor->serving.epoch != 0)
    scheduler_end_wait(scheduler, body->actor->serving, OUTCOME_REPLY);
  drop_start(body);
  warm(body);
  return STEP_AGAIN;
}

enum step start_failed(struct body *body) {
  size_t size = buffer_size(&body->reason);
  struct message *message = message_need(MESSAGE_OUTCOME, size);
  message->outcome = OUTCOME_EXIT;
  message->count = 1;
  message->flags = body->reason_flags;
  memcpy(message->bytes, buffer_bytes(&body->reason), size);
  pidset_clear(&body->actor->relations, body->actor->starter, RELATION_LINK);
  answer_all(body, message);
  return ending_finish(body);
}
