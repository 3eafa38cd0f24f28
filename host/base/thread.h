/*
** Thread: threads, locks and conditions; a thin face on POSIX threads.
** A lock that cannot be made or taken is a CHECK failure, not a status.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_THREAD_H
#define TROUPE_BASE_THREAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct mutex {
  pthread_mutex_t mutex;
};
struct condition {
  pthread_cond_t condition;
};
struct thread {
  pthread_t thread;
};
struct semaphore {
  sem_t semaphore;
};

void mutex_init(struct mutex *mutex);
void mutex_deinit(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

void condition_init(struct condition *condition); /* monotonic clock */
void condition_deinit(struct condition *condition);
void condition_wait(struct condition *condition, struct mutex *mutex);
/* False once `until` (nanoseconds, as tick_now) has passed. */
bool condition_wait_until(struct condition *condition, struct mutex *mutex,
                          uint64_t until);
void condition_wake_all(struct condition *condition);

void semaphore_init(struct semaphore *semaphore); /* at 0 */
void semaphore_deinit(struct semaphore *semaphore);
void semaphore_post(struct semaphore *semaphore); /* also in a signal handler */
void semaphore_wait(struct semaphore *semaphore);

/* Starts `run(argument)` with every signal but the fault signals blocked, and
** a stack of 8 MiB.
** `name`: at most 15 bytes, shown by ps. */
enum status thread_start(struct thread *thread, const char *name,
                         void (*run)(void *argument), void *argument);
void thread_join(struct thread *thread);
/* Its own among all threads that there are, and not soon another's. */
uint64_t thread_id(void);
void thread_pause(void); /* a hint to the core inside a spin loop */
int thread_cores(void);  /* online cores this process may use, at least 1 */

#endif
