#include "script/overtime.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slab.h"
#include "base/thread.h"
#include "script/doing.h"
#include "script/order.h"
#include "script/words.h"

#define WHAT_SIZE 400

struct overtime {
  struct script *script;
  struct slab_cache *cache; /* the thread's; set before it is started */
  struct thread thread;
  struct mutex lock;
  struct condition changed;
  /* All lock: */
  bool started, ended;
  bool over; /* it has been interrupted */
  bool heeded; /* `over`, and whom it was meant for has noticed */
  char what[WHAT_SIZE];
  uint64_t span;
  uint64_t due; /* tick_now; TICK_NEVER: nothing to watch */
  uint64_t pid, evaluation;
  /* [owner] */
  struct buffer text;
};

struct overtime *overtime_new(struct script *script) {
  struct overtime *overtime = memory_zalloc(sizeof *overtime);
  if (overtime == NULL) return NULL;
  overtime->script = script;
  overtime->due = TICK_NEVER;
  buffer_init(&overtime->text);
  mutex_init(&overtime->lock);
  condition_init(&overtime->changed);
  return overtime;
}

/* Somebody still runs, perhaps inside a function of stdio's: its locks are not
** to be waited for. */
static void end_process(const struct overtime *overtime) {
  char text[WHAT_SIZE + 160];
  int size = snprintf(text, sizeof text,
                      "troupe: %s did not end within %g s, and is in a "
                      "function that nothing interrupts: the run ends here\n",
                      overtime->what, (double)overtime->span / TICK_SECOND);
  if (ftrylockfile(stdout) == 0) fflush_unlocked(stdout);
  (void)!write(STDERR_FILENO, text, (size_t)size);
  if (getpgrp() == getpid() && signal(SIGTERM, SIG_IGN) != SIG_ERR)
    kill(0, SIGTERM);
  _exit(1);
}

/* The actor may be gone, and the evaluation over: then it means nothing. */
static void interrupt_locked(struct overtime *overtime) {
  ASSERT(overtime->evaluation != 0, "whatever it does is not meant");
  overtime->due = tick_add(tick_now(), OVERTIME_GRACE);
  overtime->over = true;
  order_interrupt_evaluation(overtime->script, overtime->pid,
                             overtime->evaluation);
}

/* The first time it is interrupted, the second time given up. */
static void pass_locked(struct overtime *overtime) {
  overtime->due = TICK_NEVER;
  if (!overtime->over)
    interrupt_locked(overtime);
  else if (!overtime->heeded)
    end_process(overtime);
}

static void watch(void *argument) {
  struct overtime *overtime = argument;
  slab_bind(overtime->cache);
  mutex_lock(&overtime->lock);
  while (!overtime->ended) {
    if (overtime->due == TICK_NEVER)
      condition_wait(&overtime->changed, &overtime->lock);
    else if (!condition_wait_until(&overtime->changed, &overtime->lock,
                                   overtime->due) &&
             tick_now() >= overtime->due)
      pass_locked(overtime);
  }
  mutex_unlock(&overtime->lock);
  slab_bind(NULL);
}

static enum status start_locked(struct overtime *overtime) {
  if (overtime->started) return STATUS_OK;
  overtime->cache = slab_cache_new(overtime->script->scheduler->slab);
  if (overtime->cache == NULL) return STATUS_NOMEM;
  if (thread_start(&overtime->thread, "overtime", watch, overtime) !=
      STATUS_OK) {
    slab_cache_free(overtime->cache);
    return STATUS_NOMEM;
  }
  overtime->started = true;
  return STATUS_OK;
}

enum status overtime_set(struct overtime *overtime, uint64_t span,
                         const char *what, struct body *body,
                         uint64_t evaluation) {
  enum status status;
  buffer_clear(&overtime->text);
  mutex_lock(&overtime->lock);
  status = start_locked(overtime);
  if (status == STATUS_OK) {
    overtime->due = tick_add(tick_now(), span);
    overtime->pid = body_pid(body);
    overtime->evaluation = evaluation;
    overtime->over = overtime->heeded = false;
    overtime->span = span;
    snprintf(overtime->what, sizeof overtime->what, "%s", what);
    condition_wake_all(&overtime->changed);
  }
  mutex_unlock(&overtime->lock);
  return status;
}

void overtime_look(struct overtime *overtime, struct body *body,
                   lua_State *running) {
  char words[WORDS_WAIT_SIZE];
  struct wait_edge wait;
  mutex_lock(&overtime->lock);
  overtime->heeded = true;
  mutex_unlock(&overtime->lock);
  buffer_clear(&overtime->text);
  if (doing_waits(body, running)) {
    wait = doing_wait(body->actor);
    words_wait(body->script->scheduler, &wait, words);
    buffer_append(&overtime->text, words, strlen(words));
  }
  buffer_append(&overtime->text, "\n", 1);
  doing_stack(body, running, &overtime->text);
}

/* The thread finds out when it would be due: it is not woken for each. */
const struct buffer *overtime_end(struct overtime *overtime) {
  bool over;
  mutex_lock(&overtime->lock);
  overtime->due = TICK_NEVER;
  over = overtime->over;
  mutex_unlock(&overtime->lock);
  return over ? &overtime->text : NULL;
}

void overtime_free(struct overtime *overtime) {
  if (overtime == NULL) return;
  mutex_lock(&overtime->lock);
  overtime->ended = true;
  condition_wake_all(&overtime->changed);
  mutex_unlock(&overtime->lock);
  if (overtime->started) {
    thread_join(&overtime->thread);
    slab_cache_free(overtime->cache);
  }
  buffer_deinit(&overtime->text);
  condition_deinit(&overtime->changed);
  mutex_deinit(&overtime->lock);
  memory_free(overtime);
}
