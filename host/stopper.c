/*
** Stopping is itself an actor's work: it asks the youngest actor to stop,
** hears of its end as any monitor does, and goes on, which costs a message's
** way for each, on one worker, and not a thread's waking. The youngest first:
** what was started later may rely on what was there before it.
*/
#include "stopper.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/links.h"

struct stopper {
  struct script *script;
  struct mutex lock;
  struct condition done;
  bool finished; /* lock */
  uint64_t asked; /* [owner] the actor that has been asked, or ID_NONE */
};

static const struct reason ended = {"\xe0", 1, true, 0};

static uint64_t pid_of(struct actor *actor) {
  return atomic_load_explicit(&actor->pid, memory_order_relaxed);
}

static enum step finish(struct stopper *stopper, struct actor *actor) {
  mailbox_shut(&actor->mailbox);
  links_end(stopper->script->scheduler, actor, &ended);
  mutex_lock(&stopper->lock);
  stopper->finished = true;
  condition_wake_all(&stopper->done);
  mutex_unlock(&stopper->lock);
  return STEP_ENDED;
}

/* False: there is nobody left to ask. */
static bool ask_next(struct stopper *stopper, struct actor *actor) {
  struct script *script = stopper->script;
  uint64_t pid = directory_newest(script->scheduler->directory, pid_of(actor));
  if (pid == ID_NONE) return false;
  stopper->asked = pid;
  CHECK(links_monitor(script->scheduler, actor, pid) == STATUS_OK,
        "no memory to stop");
  script_shutdown(script, pid);
  return true;
}

static enum step step(struct actor *actor) {
  struct stopper *stopper = actor->body;
  struct message_queue strays = {NULL, NULL};
  struct message *message;
  mailbox_take(&actor->mailbox);
  while ((message = actor_next(actor, false, &strays)) != NULL) {
    if (message->kind == MESSAGE_DOWN && links_arrived(actor, message) &&
        message->sender == stopper->asked)
      stopper->asked = ID_NONE;
    message_free(message);
  }
  while ((message = message_queue_pop(&strays)) != NULL)
    links_refuse(stopper->script->scheduler, message, NULL);
  if (stopper->asked == ID_NONE && !ask_next(stopper, actor))
    return finish(stopper, actor);
  return STEP_IDLE;
}

static const struct actor_type stopper_type = {"stopper", step};

static bool wait_until(struct stopper *stopper, uint64_t until) {
  bool finished;
  mutex_lock(&stopper->lock);
  while (!stopper->finished &&
         condition_wait_until(&stopper->done, &stopper->lock, until))
    continue;
  finished = stopper->finished;
  mutex_unlock(&stopper->lock);
  return finished;
}

/* Names those that are left, and kills them. */
static void kill_rest(struct stopper *stopper, uint64_t self) {
  struct script *script = stopper->script;
  uint64_t pids[1000];
  uint64_t count =
      directory_list(script->scheduler->directory, pids, 1000);
  for (uint64_t i = 0; i < count && i < 1000; i++) {
    char who[ID_TEXT_SIZE];
    if (pids[i] == self) continue;
    if (i < 20)
      log_write(script->log, LOG_WARN, id_text(pids[i], who),
                "did not stop in time");
    script_kill(script, pids[i]);
  }
}

bool stopper_run(struct script *script, uint64_t until,
                 uint64_t until_killed) {
  struct stopper stopper = {.script = script, .asked = ID_NONE};
  struct actor *actor;
  bool finished;
  uint64_t self;
  mutex_init(&stopper.lock);
  condition_init(&stopper.done);
  actor = directory_add(script->scheduler->directory, &stopper_type, &stopper,
                        ID_NONE);
  CHECK(actor != NULL, "no memory to stop");
  self = pid_of(actor);
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
  finished = wait_until(&stopper, until);
  while (!finished && tick_now() < until_killed) {
    kill_rest(&stopper, self);
    finished = wait_until(&stopper, tick_now() + TICK_SECOND / 20);
  }
  if (finished) {
    condition_deinit(&stopper.done);
    mutex_deinit(&stopper.lock);
  }
  return finished;
}
