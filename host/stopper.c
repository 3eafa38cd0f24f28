/*
** Stopping is itself an actor's work: it asks the youngest actor to stop,
** hears of its end as any monitor does, and goes on, which costs a message's
** way for each, on one worker, and not a thread's waking. The youngest first:
** what was started later may rely on what was there before it. The operator's
** own actors come after all others: he may want to see how these end.
**
** The thread that waits for it has three ways to go on, each when the former
** has had its time:
**   1. nothing: all have the whole grace;
**   2. whoever is being asked is killed, again and again: those that would
**      not stop fall out, and the others still stop in order;
**   3. everybody is killed; as long as there are fewer and fewer of them, that
**      goes on, as many may take longer than the span to be cleared away.
** What is there after that is in foreign code.
*/
#include "stopper.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/links.h"
#include "embed/latch.h"
#include "script/order.h"

#define ORDERLY_SPAN TICK_SECOND         /* for the second way */
#define KILL_SPAN TICK_SECOND            /* for the third */
#define PATIENCE_SPAN (TICK_SECOND / 20) /* between two looks */
#define LIST_LIMIT 1000                  /* killed at a time */

struct stopper {
  struct troupe *host;
  struct script *script; /* the host's */
  struct latch finished;
  /* The actor that has been asked, or ID_NONE. Written by the stopper. */
  _Atomic uint64_t asked;
};

static const struct reason ended = {"\xe0", 1, true, 0, NULL};

static uint64_t pid_of(struct actor *actor) {
  return atomic_load_explicit(&actor->pid, memory_order_relaxed);
}

static uint64_t asked(struct stopper *stopper) {
  return atomic_load_explicit(&stopper->asked, memory_order_relaxed);
}

static void set_asked(struct stopper *stopper, uint64_t pid) {
  atomic_store_explicit(&stopper->asked, pid, memory_order_relaxed);
}

static enum step finish(struct stopper *stopper, struct actor *actor) {
  mailbox_shut(&actor->mailbox);
  links_end(stopper->script->scheduler, actor, &ended);
  latch_open(&stopper->finished, stopper->host);
  return STEP_ENDED;
}

/* False: there is nobody left to ask. */
static bool ask_next(struct stopper *stopper, struct actor *actor) {
  struct script *script = stopper->script;
  struct scheduler *scheduler = script->scheduler;
  uint64_t pid = directory_newest(scheduler->directory, pid_of(actor),
                                  scheduler_private(scheduler));
  if (pid == ID_NONE) return false;
  set_asked(stopper, pid);
  for (int attempt = 0;
       links_monitor(scheduler, actor, pid) != STATUS_OK; attempt++)
    memory_await(attempt);
  order_shutdown(script, pid);
  return true;
}

static enum step step(struct actor *actor) {
  struct stopper *stopper = actor->body;
  struct message_queue strays = {NULL, NULL};
  struct message *message;
  quiet_end(stopper->script->scheduler);
  mailbox_take(&actor->mailbox);
  while ((message = actor_next(actor, false, &strays)) != NULL) {
    if (message->kind == MESSAGE_DOWN && links_arrived(actor, message) &&
        message->sender == asked(stopper))
      set_asked(stopper, ID_NONE);
    links_refuse(stopper->script->scheduler, message, NULL);
  }
  while ((message = message_queue_pop(&strays)) != NULL)
    links_refuse(stopper->script->scheduler, message, NULL);
  if (asked(stopper) == ID_NONE && !ask_next(stopper, actor))
    return finish(stopper, actor);
  return STEP_IDLE;
}

static const struct actor_type stopper_type = {"stopper", step, NULL};

/* --- The thread that waits ------------------------------------------------ */

static bool wait_until(struct stopper *stopper, uint64_t until) {
  return latch_await(&stopper->finished, stopper->host, until);
}

static bool kill_asked(struct stopper *stopper) {
  uint64_t until = tick_add(tick_now(), ORDERLY_SPAN);
  uint64_t killed = ID_NONE;
  bool finished = false;
  while (!finished && tick_now() < until) {
    uint64_t pid = asked(stopper);
    if (pid != ID_NONE && pid != killed)
      order_kill(stopper->script, pid, true);
    killed = pid;
    finished = wait_until(stopper, tick_add(tick_now(), PATIENCE_SPAN));
  }
  return finished;
}

static bool is_running(struct scheduler *scheduler, uint64_t pid) {
  for (int i = 0; i < scheduler->worker_seats; i++)
    if (scheduler_running(scheduler, i) == pid) return true;
  return false;
}

static bool kill_all(struct stopper *stopper, uint64_t self) {
  struct script *script = stopper->script;
  struct directory *directory = script->scheduler->directory;
  uint64_t until = tick_add(tick_now(), KILL_SPAN);
  uint64_t pids[LIST_LIMIT], least = UINT64_MAX;
  bool finished = false;
  log_write(script->log, LOG_WARN, NULL,
            "did not stop in time: %llu of the actors; they are killed",
            (unsigned long long)directory_count(directory) - 1);
  while (!finished && tick_now() < until) {
    uint64_t count = directory_list(directory, pids, LIST_LIMIT);
    if (count < least) until = tick_add(tick_now(), KILL_SPAN);
    if (count < least) least = count;
    for (uint64_t i = 0; i < count && i < LIST_LIMIT; i++)
      if (pids[i] != self)
        order_kill(script, pids[i], is_running(script->scheduler, pids[i]));
    finished = wait_until(stopper, tick_add(tick_now(), PATIENCE_SPAN));
  }
  return finished;
}

/* Whoever is still there either runs or waits for somebody who does. */
static void name_running(struct scheduler *scheduler, struct log *log,
                         uint64_t self) {
  for (int i = 0; i < scheduler->worker_seats; i++) {
    uint64_t pid = scheduler_running(scheduler, i);
    struct actor *actor = directory_find(scheduler->directory, pid);
    const char *name;
    char who[ID_TEXT_SIZE];
    if (actor == NULL || pid == self) continue;
    name = atomic_load_explicit(&actor->name, memory_order_acquire);
    log_write(log, LOG_ERROR, id_text(pid, who),
              "%s is still running and cannot be ended",
              name != NULL ? name : "script");
  }
}

static struct stopper *new_stopper(struct troupe *host) {
  struct stopper *stopper;
  for (int attempt = 0;
       (stopper = memory_zalloc(sizeof *stopper)) == NULL; attempt++)
    memory_await(attempt);
  stopper->host = host;
  stopper->script = host->script;
  latch_init(&stopper->finished);
  return stopper;
}

static void free_stopper(struct stopper *stopper) {
  latch_deinit(&stopper->finished);
  memory_free(stopper);
}

bool stopper_run(struct troupe *host, uint64_t grace) {
  struct scheduler *scheduler = host->scheduler;
  struct stopper *stopper = new_stopper(host);
  struct actor *actor;
  uint64_t self;
  for (int attempt = 0;
       (actor = directory_add(scheduler->directory, &stopper_type, stopper,
                              ID_NONE)) == NULL; attempt++)
    memory_await(attempt);
  self = pid_of(actor);
  scheduler_launch(scheduler, actor, READY_QUEUE);
  if (wait_until(stopper, tick_add(tick_now(), grace)) ||
      kill_asked(stopper) || kill_all(stopper, self)) {
    free_stopper(stopper);
    return true;
  }
  /* It stays: its actor may come to run yet. */
  name_running(scheduler, host->log, self);
  return false;
}
