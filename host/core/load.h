/*
** Load: how much stands in a mailbox, how much may, and whether senders wait
** for room there.
**
** One word: messages in 23 bits, their bytes in 40, and the topmost bit, set
** while somebody waits. So the addition that counts a message also answers
** whether it may enter: with the bit set there are more messages than any
** bound allows. And as the bit and the figures change in one order, no wake-up
** is lost: who sets the bit sees what had been subtracted by then, and who
** subtracts later sees the bit.
**
** A weight has the same form without the bit: one message and its bytes.
**
** Threads
**   [any thread]  all functions; who sets and clears the bit: core/room.c
** Invariant
**   Whoever subtracts looks at load_wanted afterwards, or tells somebody to.
*/
#ifndef TROUPE_CORE_LOAD_H
#define TROUPE_CORE_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LOAD_BYTES_BITS 40
#define LOAD_ONE (UINT64_C(1) << LOAD_BYTES_BITS)
#define LOAD_BYTES (LOAD_ONE - 1)
#define LOAD_WAITED (UINT64_C(1) << 63)

#define LOAD_SIZE_LARGEST 1000000
#define LOAD_BYTES_LARGEST (UINT64_C(1) << 36)

struct load {
  /* Relaxed: the word alone is the protocol, and the figures are for bounds
  ** and inspectors; what a message holds is passed on by other means. */
  _Atomic uint64_t word;
  /* LOAD_ONE * messages + bytes. Written by whoever makes the actor, before
  ** anybody else has its pid; a sender with an outdated pid may read it, too;
  ** relaxed. */
  _Atomic uint64_t bound;
};

static inline uint64_t load_weight(uint64_t bytes) { return LOAD_ONE + bytes; }

static inline uint64_t load_of(const struct load *load) {
  return atomic_load_explicit(&load->word, memory_order_relaxed);
}

static inline uint64_t load_bound(const struct load *load) {
  return atomic_load_explicit(&load->bound, memory_order_relaxed);
}

static inline uint64_t load_count(uint64_t word) {
  return (word & ~LOAD_WAITED) / LOAD_ONE;
}

static inline uint64_t load_bytes(uint64_t word) { return word & LOAD_BYTES; }

/* May a message of this weight join what stands there? One that is larger than
** the bound may when it is alone. */
static inline bool load_fits(uint64_t word, uint64_t bound, uint64_t weight) {
  if (word >> LOAD_BYTES_BITS >= bound >> LOAD_BYTES_BITS) return false;
  return word == 0 ||
         load_bytes(word) + load_bytes(weight) <= load_bytes(bound);
}

/* Counts a message whatever the bound. */
static inline uint64_t load_add(struct load *load, uint64_t weight) {
  return atomic_fetch_add_explicit(&load->word, weight, memory_order_relaxed);
}

static inline void load_subtract(struct load *load, uint64_t weight) {
  atomic_fetch_sub_explicit(&load->word, weight, memory_order_relaxed);
}

/* At or below half of the bound: waiting senders may come. */
static inline bool load_low(const struct load *load) {
  uint64_t word = load_of(load), bound = load_bound(load);
  return load_count(word) <= load_count(bound) / 2 &&
         load_bytes(word) <= load_bytes(bound) / 2;
}

/* Somebody waits, and may come. */
static inline bool load_wanted(const struct load *load) {
  return load_of(load) & LOAD_WAITED && load_low(load);
}

static inline void load_set_waited(struct load *load) {
  atomic_fetch_or_explicit(&load->word, LOAD_WAITED, memory_order_relaxed);
}

static inline void load_clear_waited(struct load *load) {
  atomic_fetch_and_explicit(&load->word, ~LOAD_WAITED, memory_order_relaxed);
}

#endif
