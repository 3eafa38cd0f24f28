/*
** Fence: orders a store before a later load of another word, for the two
** protocols that need it (parking a worker, arming a deadline): each side
** stores its own word, fences, and reads the other's, so at least one of the
** two sees the other.
**
** And, for who reads several words without a lock: the writer takes back the
** word that says whose they are, fences (fence_write), and writes the others;
** the reader reads that word, the others, fences (fence_read), and finds the
** word changed if any of the others was.
**
** ThreadSanitizer does not model fences; there an exchange on a word of the
** caller's stands in, which on every machine that it runs on orders the same.
*/
#ifndef TROUPE_CORE_FENCE_H
#define TROUPE_CORE_FENCE_H

#include <stdatomic.h>

#if defined(__SANITIZE_THREAD__)
#define TROUPE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TROUPE_TSAN 1
#endif
#endif

static inline void fence_full(void) {
#ifdef TROUPE_TSAN
  _Atomic int word = 0;
  atomic_exchange_explicit(&word, 1, memory_order_seq_cst);
#else
  atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* All that is accessed by these two is atomic: nothing for a sanitizer. */
static inline void fence_write(void) {
#ifndef TROUPE_TSAN
  atomic_thread_fence(memory_order_release);
#endif
}

static inline void fence_read(void) {
#ifndef TROUPE_TSAN
  atomic_thread_fence(memory_order_acquire);
#endif
}

#endif
