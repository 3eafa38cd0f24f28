/*
** For the small programs of the specs: a thread that is not the engine's.
*/
#ifndef EMBED_THREAD_H
#define EMBED_THREAD_H

#include "expect.h"

#include <pthread.h>

/* Returns when that has. */
static inline void run_thread(void *(*run)(void *), void *argument) {
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, run, argument) == 0);
  EXPECT(pthread_join(thread, NULL) == 0);
}

#endif
