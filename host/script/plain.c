/*
** The C library is fast at finding short texts, and takes linear time, but
** cannot be stopped: it is let loose on one window after another, with the
** beginning of what is wanted. The rest is compared where the beginning is
** found. At first the beginning is one byte, as more of them take a while to
** set up. A text made for it can have the beginning everywhere and the rest
** nowhere: after some misses the search goes over to sums that roll along
** with the text, which look at each byte once. Whatever the sums say is
** compared, too: a collision costs time, which the budget sees, nothing else.
*/
#define _GNU_SOURCE
#include "script/plain.h"

#include <string.h>

#include "base/check.h"

#define WINDOW ((size_t)1 << 15)
#define BEGINNING ((size_t)256)
#define MISSES_OF_BYTE 8
#define MISSES_LARGEST 40
#define BYTES_PER_STEP 8
#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

void plain_init(struct plain *search, const char *text, size_t size,
                const char *wanted, size_t wanted_size) {
  search->text = search->at = text;
  search->end = text + size;
  search->wanted = wanted;
  search->size = wanted_size;
  search->misses = 0;
}

static size_t left(const struct plain *search) {
  return (size_t)(search->end - search->at);
}

/* Is what is wanted here? */
static bool compare(struct plain *search) {
  search->budget -= (ptrdiff_t)(search->size / BYTES_PER_STEP);
  return memcmp(search->at, search->wanted, search->size) == 0;
}

/* --- Windows -------------------------------------------------------------- */

static size_t beginning(const struct plain *search) {
  if (search->misses < MISSES_OF_BYTE) return 1;
  return search->size < BEGINNING ? search->size : BEGINNING;
}

/* Looks for the beginning in the next window; found: `at` is there. */
static bool find_beginning(struct plain *search, size_t size) {
  size_t last = left(search) - search->size; /* may it begin */
  size_t window = last < WINDOW ? last : WINDOW;
  const char *found =
      memmem(search->at, window + size, search->wanted, size);
  const char *next = found ? found : search->at + window + 1;
  search->budget -= (next - search->at) / BYTES_PER_STEP + 1;
  search->at = next;
  return found != NULL;
}

static void begin_sums(struct plain *search) {
  search->summed = 0;
  search->sum = search->wanted_sum = 0;
  search->weight = 1;
}

static enum plain_result search_windows(struct plain *search) {
  while (search->budget > 0) {
    size_t size = beginning(search);
    if (left(search) < search->size) return PLAIN_NONE;
    if (!find_beginning(search, size)) continue;
    if (search->size == size || compare(search)) return PLAIN_FOUND;
    search->at++;
    if (++search->misses == MISSES_LARGEST) {
      begin_sums(search);
      break;
    }
  }
  return PLAIN_PAUSED;
}

/* --- Rolling sums --------------------------------------------------------- */

static uint64_t byte_at(const char *place) { return (unsigned char)*place; }

/* The first sums; true: they are whole. */
static bool sum_up(struct plain *search) {
  size_t i;
  for (i = search->summed; i < search->size && search->budget > 0; i++) {
    search->sum = search->sum * FACTOR + byte_at(search->at + i);
    search->wanted_sum = search->wanted_sum * FACTOR +
                         byte_at(search->wanted + i);
    if (i > 0) search->weight *= FACTOR;
    search->budget--;
  }
  search->summed = i;
  return i == search->size;
}

static enum plain_result search_sums(struct plain *search) {
  if (left(search) < search->size) return PLAIN_NONE;
  if (search->summed < search->size && !sum_up(search)) return PLAIN_PAUSED;
  while (search->budget > 0) {
    if (search->sum == search->wanted_sum && compare(search))
      return PLAIN_FOUND;
    if (left(search) == search->size) return PLAIN_NONE;
    search->sum -= byte_at(search->at) * search->weight;
    search->sum = search->sum * FACTOR + byte_at(search->at + search->size);
    search->at++;
    search->budget--;
  }
  return PLAIN_PAUSED;
}

enum plain_result plain_search(struct plain *search) {
  enum plain_result result = PLAIN_PAUSED;
  ASSERT(search->budget > 0, "the caller has set a budget");
  if (search->size == 0) return PLAIN_FOUND;
  if (search->misses < MISSES_LARGEST) result = search_windows(search);
  if (result != PLAIN_PAUSED || search->misses < MISSES_LARGEST) return result;
  return search_sums(search);
}
