#include "script/sort.h"

#include <string.h>

#include "base/check.h"

/* Shorter ones are merged as soon as one has looked. */
#define LOOKED_AT 16

/* --- Which neighbours ----------------------------------------------------- */

static uint32_t border(const struct sort_merge *merge, uint32_t part) {
  return (uint32_t)(((uint64_t)part * merge->count) >> merge->level);
}

static void begin(struct sort_merge *merge) {
  merge->left = merge->out = border(merge, merge->part);
  merge->middle = merge->right = border(merge, merge->part + 1);
  merge->end = border(merge, merge->part + 2);
  merge->looking = merge->end - merge->left >= LOOKED_AT;
}

static void merge_init(struct sort_merge *merge, uint32_t count) {
  ASSERT(count >= 1 && count < INT32_MAX, "a border is computed in 64 bits");
  *merge = (struct sort_merge){.count = count};
  while (UINT32_C(1) << merge->level < count) merge->level++;
  if (merge->level > 0) begin(merge);
}

/* Both have been merged. */
static void advance(struct sort_merge *merge) {
  merge->part += 2;
  if (merge->part == UINT32_C(1) << merge->level) {
    merge->part = 0;
    merge->turned = !merge->turned;
    if (--merge->level == 0) return;
  }
  begin(merge);
}

static bool is_open(const struct sort_merge *merge) {
  return merge->left < merge->middle && merge->right < merge->end;
}

/* Copies what is left of both to where the other half wants it. */
static void copy_rest(const struct sort_merge *merge, char *items,
                      size_t size) {
  size_t half = merge->count * size;
  const char *from = items + (merge->turned ? half : 0);
  char *to = items + (merge->turned ? 0 : half) + merge->out * size;
  size_t left = (merge->middle - merge->left) * size;
  memcpy(to, from + merge->left * size, left);
  memcpy(to + left, from + merge->right * size,
         (merge->end - merge->right) * size);
}

/* --- Items ---------------------------------------------------------------- */

size_t sort_size(uint32_t count) {
  return sizeof(struct sort) + 2 * (size_t)count * sizeof(struct sort_item);
}

void sort_init(struct sort *sort, uint32_t count) {
  uint32_t i;
  merge_init(&sort->merge, count);
  for (i = 0; i < count; i++) sort->items[i] = (struct sort_item){0, i};
}

const struct sort_item *sort_order(const struct sort *sort) {
  return sort->items + (sort->merge.turned ? sort->merge.count : 0);
}

static void finish(struct sort *sort) {
  struct sort_merge *merge = &sort->merge;
  copy_rest(merge, (char *)sort->items, sizeof *sort->items);
  merge->left = merge->middle;
  merge->right = merge->end;
}

/* The first question is whether the least on the right is less than the
** greatest on the left. If not, nothing needs to be asked any more. */
void sort_tell(struct sort *sort, bool less) {
  struct sort_merge *merge = &sort->merge;
  const struct sort_item *from = sort_order(sort);
  struct sort_item *to = sort->items + (merge->turned ? 0 : merge->count);
  ASSERT(is_open(merge), "it was asked");
  if (merge->looking) {
    merge->looking = false;
    if (!less) finish(sort);
  } else {
    to[merge->out++] = from[less ? merge->right++ : merge->left++];
  }
}

enum sort_step sort_next(struct sort *sort, uint32_t *left, uint32_t *right,
                         uint32_t *steps, uint32_t limit) {
  struct sort_merge *merge = &sort->merge;
  const struct sort_item *from = sort_order(sort);
  if (merge->level == 0) return SORT_DONE;
  for (; is_open(merge) && *steps < limit; ++*steps) {
    uint32_t one = merge->looking ? merge->middle - 1 : merge->left;
    if (from[one].key == from[merge->right].key) {
      *left = from[one].number;
      *right = from[merge->right].number;
      return SORT_COMPARE;
    }
    sort_tell(sort, from[merge->right].key < from[one].key);
  }
  if (is_open(merge)) return SORT_MORE;
  finish(sort);
  advance(merge);
  ++*steps;
  return SORT_MORE;
}

/* --- Integers ------------------------------------------------------------- */

size_t sort_integers_size(uint32_t count) {
  return sizeof(struct sort_integers) + 2 * (size_t)count * sizeof(int64_t);
}

void sort_integers_init(struct sort_integers *sort, uint32_t count) {
  merge_init(&sort->merge, count);
}

const int64_t *sort_integers_order(const struct sort_integers *sort) {
  return sort->integers + (sort->merge.turned ? sort->merge.count : 0);
}

/* At most `steps` elements; returns how many. Which of two comes first is as
** good as random: so it is computed, not branched upon. */
static uint32_t merge_some(struct sort_integers *sort, uint32_t steps) {
  struct sort_merge *merge = &sort->merge;
  const int64_t *from = sort_integers_order(sort);
  int64_t *to = sort->integers + (merge->turned ? 0 : merge->count);
  uint32_t left = merge->left, right = merge->right, out = merge->out;
  const uint32_t middle = merge->middle, end = merge->end;
  uint32_t last = end - out > steps ? out + steps : end;
  while (left < middle && right < end && out < last) {
    int64_t one = from[left], other = from[right];
    bool less = other < one;
    to[out++] = less ? other : one;
    right += less;
    left += !less;
  }
  steps = out - merge->out;
  merge->left = left;
  merge->right = right;
  merge->out = out;
  return steps;
}

static bool in_order(const struct sort_integers *sort) {
  const struct sort_merge *merge = &sort->merge;
  const int64_t *from = sort_integers_order(sort);
  return from[merge->middle - 1] <= from[merge->right];
}

bool sort_integers_run(struct sort_integers *sort, uint32_t steps) {
  struct sort_merge *merge = &sort->merge;
  while (merge->level > 0 && steps > 0) {
    bool ordered = merge->looking && is_open(merge) && in_order(sort);
    merge->looking = false;
    if (!ordered && is_open(merge)) {
      steps -= merge_some(sort, steps);
      if (is_open(merge)) break;
    }
    copy_rest(merge, (char *)sort->integers, sizeof *sort->integers);
    advance(merge);
    if (steps > 0) steps--;
  }
  return merge->level == 0;
}
