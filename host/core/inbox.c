/*
** What is one worker's alone: the jobs that others give it, and the actors that
** are pinned to it. Other threads push onto a stack; the worker takes all of it
** at once and turns it round, so each finds its turn in the order in which it
** has come.
*/
#include "core/worker.h"

/* --- Jobs ----------------------------------------------------------------- */

void worker_post_job(struct worker *worker, struct job *job) {
  struct job *first = atomic_load_explicit(&worker->jobs,
                                           memory_order_relaxed);
  do {
    job->next = first;
  } while (!atomic_compare_exchange_weak_explicit(
      &worker->jobs, &first, job, memory_order_release,
      memory_order_relaxed));
  worker_wake(worker);
}

struct job *worker_take_jobs(struct worker *worker) {
  struct job *newest, *oldest = NULL;
  newest = atomic_exchange_explicit(&worker->jobs, NULL,
                                    memory_order_acquire);
  while (newest != NULL) {
    struct job *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

void worker_run_jobs(struct worker *worker) {
  struct job *job = worker_take_jobs(worker);
  while (job != NULL) {
    struct job *next = job->next;
    job->run(job);
    job = next;
  }
}

/* --- Pinned actors -------------------------------------------------------- */

void worker_append_pinned(struct worker *worker, struct actor *actor) {
  actor->link = NULL;
  if (worker->pinned_last != NULL)
    worker->pinned_last->link = actor;
  else
    worker->pinned_first = actor;
  worker->pinned_last = actor;
  counter_add(&worker->gauge.pinned, 1);
}

void worker_take_inbox(struct worker *worker) {
  struct actor *newest, *oldest = NULL;
  newest = atomic_exchange_explicit(&worker->inbox, NULL,
                                    memory_order_acquire);
  while (newest != NULL) {
    struct actor *next = newest->link;
    newest->link = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != NULL) {
    struct actor *next = oldest->link;
    worker_append_pinned(worker, oldest);
    oldest = next;
  }
}

struct actor *worker_take_pinned(struct worker *worker) {
  struct actor *actor = worker->pinned_first;
  if (actor == NULL) return NULL;
  worker->pinned_first = actor->link;
  if (worker->pinned_first == NULL) worker->pinned_last = NULL;
  counter_add(&worker->gauge.pinned, UINT64_MAX);
  return actor;
}

void worker_unlink_pinned(struct worker *worker, struct actor *actor) {
  struct actor **link = &worker->pinned_first, *before = NULL;
  while (*link != actor) {
    before = *link;
    link = &before->link;
  }
  *link = actor->link;
  if (worker->pinned_last == actor) worker->pinned_last = before;
  counter_add(&worker->gauge.pinned, UINT64_MAX);
}
