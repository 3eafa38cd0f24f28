/*
** Thread: a thin face on POSIX threads.
**
** In test builds a lock is of the checking kind: taking one twice, or
** letting go of somebody else's, fails at once instead of hanging.
*/
#define _GNU_SOURCE /* pthread_*_np, sched_getaffinity, gettid */

#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"

#define NAME_SIZE 16 /* the kernel's bound, with the zero byte */

/* --- Locks ---------------------------------------------------------------- */

void mutex_init(struct mutex *mutex) {
  pthread_mutexattr_t attributes;
  CHECK(pthread_mutexattr_init(&attributes) == 0, "lock attributes");
#ifdef TROUPE_ASSERTS
  CHECK(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK) == 0,
        "a checking lock");
#endif
  CHECK(pthread_mutex_init(&mutex->mutex, &attributes) == 0, "making a lock");
  pthread_mutexattr_destroy(&attributes);
}

void mutex_deinit(struct mutex *mutex) {
  CHECK(pthread_mutex_destroy(&mutex->mutex) == 0, "freeing a lock in use");
}

void mutex_lock(struct mutex *mutex) {
  CHECK(pthread_mutex_lock(&mutex->mutex) == 0, "taking a lock");
}

void mutex_unlock(struct mutex *mutex) {
  CHECK(pthread_mutex_unlock(&mutex->mutex) == 0, "letting go of a lock");
}

/* --- Conditions ----------------------------------------------------------- */

void condition_init(struct condition *condition) {
  pthread_condattr_t attributes;
  CHECK(pthread_condattr_init(&attributes) == 0, "condition attributes");
  CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0,
        "the monotonic clock for a condition");
  CHECK(pthread_cond_init(&condition->condition, &attributes) == 0,
        "making a condition");
  pthread_condattr_destroy(&attributes);
}

void condition_deinit(struct condition *condition) {
  CHECK(pthread_cond_destroy(&condition->condition) == 0,
        "freeing a condition in use");
}

void condition_wait(struct condition *condition, struct mutex *mutex) {
  CHECK(pthread_cond_wait(&condition->condition, &mutex->mutex) == 0,
        "waiting for a condition");
}

bool condition_wait_until(struct condition *condition, struct mutex *mutex,
                          uint64_t until) {
  struct timespec time = {.tv_sec = (time_t)(until / TICK_SECOND),
                          .tv_nsec = (long)(until % TICK_SECOND)};
  int error =
      pthread_cond_timedwait(&condition->condition, &mutex->mutex, &time);
  CHECK(error == 0 || error == ETIMEDOUT, "waiting for a condition");
  return error == 0;
}

void condition_wake_all(struct condition *condition) {
  CHECK(pthread_cond_broadcast(&condition->condition) == 0,
        "waking a condition's waiters");
}

/* --- Semaphores ----------------------------------------------------------- */

void semaphore_init(struct semaphore *semaphore) {
  CHECK(sem_init(&semaphore->semaphore, 0, 0) == 0, "making a semaphore");
}

void semaphore_deinit(struct semaphore *semaphore) {
  CHECK(sem_destroy(&semaphore->semaphore) == 0, "freeing a semaphore");
}

void semaphore_post(struct semaphore *semaphore) {
  CHECK(sem_post(&semaphore->semaphore) == 0, "posting a semaphore");
}

void semaphore_wait(struct semaphore *semaphore) {
  while (sem_wait(&semaphore->semaphore) != 0)
    CHECK(errno == EINTR, "waiting for a semaphore");
}

/* --- Threads -------------------------------------------------------------- */

/* What a new thread needs of its maker; the new thread frees it. */
struct start {
  void (*run)(void *argument);
  void *argument;
  char name[NAME_SIZE];
};

static void *enter(void *argument) {
  struct start start = *(struct start *)argument;
  memory_free(argument);
  /* A name is a courtesy to the operator; a thread without one works. */
  pthread_setname_np(pthread_self(), start.name);
  start.run(start.argument);
  return NULL;
}

/* A fault is the thread's own doing and must not be held back. */
static void all_but_faults(sigset_t *signals) {
  static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                               SIGTRAP, SIGABRT, SIGSYS};
  sigfillset(signals);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset(signals, faults[i]);
}

/* The mask is set before the thread exists, which inherits it: set by the
** thread itself, it would leave a gap in which a signal gets in. */
/* Not what the shell's limit happens to be: Lua goes 200 C calls deep, which
** takes half a megabyte of ours, and nobody knows what C modules take. */
#define STACK_SIZE ((size_t)8 << 20)

static int create_masked(pthread_t *thread, struct start *start) {
  pthread_attr_t attributes;
  sigset_t blocked, before;
  all_but_faults(&blocked);
  CHECK(pthread_attr_init(&attributes) == 0, "thread attributes");
  CHECK(pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0,
        "a size that all systems take");
  CHECK(pthread_sigmask(SIG_SETMASK, &blocked, &before) == 0, "signal mask");
  int error = pthread_create(thread, &attributes, enter, start);
  pthread_attr_destroy(&attributes);
  CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0, "signal mask");
  return error;
}

enum status thread_start(struct thread *thread, const char *name,
                         void (*run)(void *argument), void *argument) {
  ASSERT(strlen(name) < NAME_SIZE, "a thread's name has at most 15 bytes");
  struct start *start = memory_zalloc(sizeof *start);
  if (start == NULL) return STATUS_NOMEM;
  start->run = run;
  start->argument = argument;
  strncpy(start->name, name, NAME_SIZE - 1);
  if (create_masked(&thread->thread, start) != 0) {
    memory_free(start);
    return STATUS_NOMEM;
  }
  return STATUS_OK;
}

void thread_join(struct thread *thread) {
  CHECK(pthread_join(thread->thread, NULL) == 0, "joining a thread");
}

/* The kernel's number, which is not soon another's: the address of a thread's
** own is, once it has ended. */
uint64_t thread_id(void) {
  static _Thread_local struct {
    uint64_t id;
  } mine;
  if (unlikely(mine.id == 0)) mine.id = (uint64_t)gettid();
  return mine.id;
}

void thread_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int thread_cores(void) {
  cpu_set_t allowed;
  int count = 0;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    count = CPU_COUNT(&allowed);
  else /* more cores than cpu_set_t knows */
    count = (int)sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count;
}
