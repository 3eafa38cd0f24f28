#include "script/park.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "script/budget.h"
#include "script/hand.h"
#include "script/receive.h"
#include "script/run.h"
#include "script/script.h"

struct parked {
  struct hand hand;
  struct waiter serving;
  uint64_t deadline, since; /* of the receive */
};

bool park_receive(struct body *body) {
  struct actor *actor = body->actor;
  struct parked *parked;
  lua_State *thread;
  if (body->parked != NULL) return false;
  parked = memory_alloc(sizeof *parked);
  thread = parked != NULL ? run_new(body) : NULL;
  if (thread == NULL || !receive_ends(body)) {
    if (thread != NULL) run_drop(body);
    memory_free(parked);
    return false;
  }
  *parked = (struct parked){body->hand, actor->serving,
                            actor_wait_deadline(actor),
                            actor_wait_since(actor)};
  body->parked = parked;
  body->parked_thread = body->L;
  body->L = body->running = thread;
  body->hand = (struct hand){.request_deadline = TICK_NEVER};
  body->receiving = false;
  actor->serving = (struct waiter){ID_NONE, 0};
  return true;
}

/* The thread of the visit is on top of the stack of the one that receives. */
static void take_back(struct body *body) {
  struct parked *parked = body->parked;
  body->L = body->running = body->parked_thread;
  run_drop(body);
  body->hand = parked->hand;
  body->actor->serving = parked->serving;
  body->parked = NULL;
  body->parked_thread = NULL;
  budget_renew(body);
}

/* What it waits for does not get lost for want of a timer. */
static void open_again(struct body *body, uint64_t deadline) {
  struct scheduler *scheduler = body->script->scheduler;
  for (int attempt = 0; scheduler_wait(scheduler, body->actor, WAIT_RECEIVE,
                                       ID_NONE, deadline) == 0;
       attempt++)
    memory_await(attempt);
}

void park_return(struct body *body) {
  struct parked *parked = body->parked;
  ASSERT(!body->suspended && body->request == NULL, "the visit is over");
  hand_let_go(body->script, &body->hand);
  take_back(body);
  body->receiving = true;
  open_again(body, parked->deadline);
  atomic_store_explicit(&body->actor->waiting->since, parked->since,
                        memory_order_relaxed);
  memory_free(parked);
}

static void owe_exit(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiter asker = body->actor->serving;
  if (asker.pid == ID_NONE) return;
  if (!actor_defer(body->actor, scheduler->directory, asker))
    scheduler_end_wait(scheduler, asker, OUTCOME_EXIT);
}

void park_end(struct body *body) {
  struct parked *parked = body->parked;
  if (parked == NULL) return;
  owe_exit(body);
  run_give_up(body);
  message_free(body->request);
  hand_let_go(body->script, &body->hand);
  take_back(body);
  memory_free(parked);
}
