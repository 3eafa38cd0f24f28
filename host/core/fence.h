/*
** Fence: orders a store before a later load of another word, for the two
** protocols that need it (parking a worker, arming a deadline): each side
** stores its own word, fences, and reads the other's, so at least one of the
** two sees the other.
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

#endif
