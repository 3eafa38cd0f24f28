/*
** Seat: the registry keys of a pool's seats, which no script can write. Nor
** can it those of entities (script/entity.h).
**
** Threads  [any thread]
*/
#ifndef TROUPE_SCRIPT_SEAT_H
#define TROUPE_SCRIPT_SEAT_H

#include <stdint.h>
#include <string.h>

#include "core/registry.h"

#define SEAT_MARK 0xef
#define ENTITY_MARK 0xee

/* The key of seat `seat` of `pool`, in `bytes`. size 0: the name is too long.*/
static inline struct key seat_key(unsigned char bytes[KEY_LARGEST],
                                  struct key pool, uint32_t seat) {
  struct key key = {bytes, 0};
  if (pool.size > KEY_LARGEST - 1 - sizeof seat) return key;
  key.size = 1 + pool.size + sizeof seat;
  bytes[0] = SEAT_MARK;
  memcpy(bytes + 1, pool.bytes, pool.size);
  memcpy(bytes + 1 + pool.size, &seat, sizeof seat);
  return key;
}

#endif
