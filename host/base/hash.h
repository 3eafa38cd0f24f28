/*
** Hash: a hash of bytes for our own tables (not for Lua's).
*/
#ifndef TROUPE_BASE_HASH_H
#define TROUPE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A 64-bit finaliser (after Stafford's variant 13 of MurmurHash3's mix). */
static inline uint64_t hash_word(uint64_t word) {
  word ^= word >> 30;
  word *= UINT64_C(0xbf58476d1ce4e5b9);
  word ^= word >> 27;
  word *= UINT64_C(0x94d049bb133111eb);
  return word ^ (word >> 31);
}

/* Eight bytes a step; the length takes part. `seed` keeps an outsider who
** chooses keys from choosing collisions. */
static inline uint64_t hash_bytes(const void *bytes, size_t size,
                                  uint64_t seed) {
  const unsigned char *at = bytes;
  uint64_t hash = seed ^ (size * UINT64_C(0x9e3779b97f4a7c15));
  uint64_t word;
  for (; size >= 8; size -= 8, at += 8) {
    memcpy(&word, at, 8);
    hash = hash_word(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
  }
  word = 0;
  memcpy(&word, at, size);
  return hash_word(hash ^ word);
}

#endif
