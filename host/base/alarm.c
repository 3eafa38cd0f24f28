/*
** The action of a signal belongs to the process, and other code has signals,
** too: one is taken only if its action is the default. Who finds that it has
** our handler already shares it; so nothing needs to be remembered, two hosts
** do not meet, and an action is never put back under somebody's running timer.
*/
#define _GNU_SOURCE /* SIGEV_THREAD_ID, gettid */

#include "base/alarm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/tick.h"

#define FIRST_OFFSET 3 /* those before are taken by debuggers and C libraries */

#if defined(__SANITIZE_THREAD__)
#define ALARM_HELD_BACK
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ALARM_HELD_BACK
#endif
#endif

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Of the kind that is never made on first use: a handler reads it. */
static _Thread_local struct alarm *current
    __attribute__((tls_model("initial-exec")));

static void handle(int signal, siginfo_t *info, void *machine) {
  int saved = errno;
  struct alarm *alarm = current;
  (void)signal;
  (void)info;
  (void)machine;
  if (alarm != NULL) alarm->ring(alarm->context);
  errno = saved;
}

static bool is_default(const struct sigaction *action) {
  return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_DFL;
}

static bool is_ours(const struct sigaction *action) {
  return action->sa_flags & SA_SIGINFO && action->sa_sigaction == handle;
}

static bool take(int signal) {
  struct sigaction action;
  if (sigaction(signal, NULL, &action) != 0) return false;
  if (is_ours(&action)) return true;
  if (!is_default(&action)) return false;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  return sigaction(signal, &action, NULL) == 0;
}

/* 0: none is to be had. ThreadSanitizer holds signals back until their thread
** makes a system call. */
static int find_signal(void) {
#ifdef ALARM_HELD_BACK
  return 0;
#endif
  for (int signal = SIGRTMIN + FIRST_OFFSET; signal <= SIGRTMAX; signal++)
    if (take(signal)) return signal;
  return take(SIGURG) ? SIGURG : 0;
}

bool alarm_available(void) { return find_signal() != 0; }

static void mask(int how, int signal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, signal);
  CHECK(pthread_sigmask(how, &signals, NULL) == 0, "signal mask");
}

bool alarm_init(struct alarm *alarm, void (*ring)(void *context),
                void *context) {
  struct sigevent event;
  int signal = find_signal();
  ASSERT(current == NULL, "a thread has one alarm");
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal;
  event.sigev_notify_thread_id = gettid();
  alarm->ring = ring;
  alarm->context = context;
  alarm->made = signal != 0 &&
                timer_create(CLOCK_MONOTONIC, &event, &alarm->timer) == 0;
  if (!alarm->made) return false;
  current = alarm;
  mask(SIG_UNBLOCK, signal);
  return true;
}

void alarm_deinit(struct alarm *alarm) {
  if (!alarm->made) return;
  ASSERT(current == alarm, "by the thread that made it");
  timer_delete(alarm->timer);
  /* A signal that is still on its way finds nobody. */
  current = NULL;
  alarm->made = false;
}

void alarm_set(struct alarm *alarm, uint64_t period) {
  struct itimerspec time;
  time.it_interval.tv_sec = (time_t)(period / TICK_SECOND);
  time.it_interval.tv_nsec = (long)(period % TICK_SECOND);
  time.it_value = time.it_interval;
  timer_settime(alarm->timer, 0, &time, NULL);
}
