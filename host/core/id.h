/*
** Id: a pid is one 64-bit word, a value like any other.
**
**   63      62..56   55..32          31..0
**   always  node     slot            generation
**
** The slot says where the actor lives, the generation which of the actors
** that lived there is meant: a pid is never reused for another actor. The
** top bit tells a pid from any address that a process can hold, so that a
** pid may travel as a Lua light userdata: equal pids are the same value and
** the same table key, and cost no allocation.
*/
#ifndef TROUPE_CORE_ID_H
#define TROUPE_CORE_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ID_NONE UINT64_C(0)
#define ID_SLOT_BITS 24
#define ID_SLOT_LIMIT (UINT32_C(1) << ID_SLOT_BITS)

static inline uint64_t id_make(uint32_t slot, uint32_t generation) {
  return UINT64_C(1) << 63 | (uint64_t)slot << 32 | generation;
}
static inline uint32_t id_slot(uint64_t pid) {
  return (uint32_t)(pid >> 32) & (ID_SLOT_LIMIT - 1);
}
static inline uint32_t id_generation(uint64_t pid) { return (uint32_t)pid; }
static inline uint32_t id_node(uint64_t pid) {
  return (uint32_t)(pid >> 56) & 127;
}
static inline bool id_valid(uint64_t word) { return word >> 63; }

/* "<0.17.3>": node, slot, generation. */
#define ID_TEXT_SIZE 40
const char *id_text(uint64_t pid, char text[ID_TEXT_SIZE]);

#endif
