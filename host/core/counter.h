/*
** Counter: a figure for the operator, always on.
**
** One thread at a time writes it, whose it is, so that an addition needs no
** lock and no atomic operation; anybody reads it. Relaxed: a figure says
** nothing about any other memory.
*/
#ifndef TROUPE_CORE_COUNTER_H
#define TROUPE_CORE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

static inline uint64_t counter_read(const _Atomic uint64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

static inline void counter_add(_Atomic uint64_t *counter, uint64_t more) {
  atomic_store_explicit(counter, counter_read(counter) + more,
                        memory_order_relaxed);
}

#endif
