#include "script/idle.h"

#include <stddef.h>

#include "base/slab.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/script.h"
#include "script/strand.h"

struct idle_node {
  struct wheel_node node;
  struct job job; /* that puts it into a wheel: of one on the engine's thread */
  struct scheduler *scheduler;
  uint64_t pid;
};

static void fire(struct wheel_node *node) {
  struct idle_node *idle = (struct idle_node *)node;
  struct message *message = message_new(MESSAGE_IDLE, 0);
  if (message == NULL) { /* later, then */
    node->due = tick_add(scheduler_now(idle->scheduler), TICK_SECOND);
    wheel_add(worker_wheel(worker_current()), node);
    return;
  }
  message->target = idle->pid;
  if (scheduler_post(idle->scheduler, message, READY_QUEUE) != STATUS_OK)
    message_free(message);
  slab_give(idle, sizeof *idle);
}

void idle_touch(struct body *body) {
  body->idle_since = worker_now(worker_current());
}

/* The worker may have ended before the job has come to run. */
static void enter_wheel(struct job *job) {
  struct idle_node *idle =
      (struct idle_node *)((char *)job - offsetof(struct idle_node, job));
  struct worker *worker = worker_current();
  if (worker != NULL)
    wheel_add(worker_wheel(worker), &idle->node);
  else
    slab_give(idle, sizeof *idle);
}

/* Nobody looks at the wheel of the engine's thread. */
static void enter_some_wheel(struct idle_node *idle) {
  struct scheduler *scheduler = idle->scheduler;
  if (worker_current() != scheduler->engine) {
    wheel_add(worker_wheel(worker_current()), &idle->node);
    return;
  }
  idle->job.run = enter_wheel;
  worker_post_job(scheduler_least_loaded(scheduler), &idle->job);
}

void idle_arm(struct body *body) {
  struct idle_node *idle;
  if (body->idle_armed) return;
  idle = slab_take(sizeof *idle);
  if (idle == NULL) return; /* it lives on; the next message arms it */
  if (body->idle_since == 0) idle_touch(body);
  idle->node.link = NULL;
  idle->node.fire = fire;
  idle->node.due = tick_add(body->idle_since, body->idle_span);
  idle->scheduler = body->script->scheduler;
  idle->pid = body_pid(body);
  body->idle_armed = true;
  enter_some_wheel(idle);
}

bool idle_is_over(struct body *body) {
  body->idle_armed = false;
  if (strand_in_flight(body) > 0) return false;
  if (scheduler_now(body->script->scheduler) <
      tick_add(body->idle_since, body->idle_span))
    return false;
  return mailbox_shut_if_empty(&body->actor->mailbox);
}
