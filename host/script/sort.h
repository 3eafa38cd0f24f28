/*
** Sort: a merge sort turned inside out. It has no elements, but their keys:
** an integer each. Of two whose keys are equal it says which they are, by
** number, and is told their order. So whoever compares may take his time, and
** go away in between.
**
** It asks fewer questions than a quicksort, n log2 n at most, whatever the
** answers: some that contradict each other give some order, and nothing
** worse. Equal elements stay as they were. What is in order already takes
** n - 1 questions.
**
** Threads    A struct sort is used by one thread at a time.
** Ownership  The caller's memory, of sort_size bytes; nothing to give back.
*/
#ifndef TROUPE_SCRIPT_SORT_H
#define TROUPE_SCRIPT_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sort_step {
  SORT_DONE,
  SORT_COMPARE, /* the caller says by sort_tell what he has been asked */
  SORT_MORE     /* nothing to be asked; go on */
};

/*
** Both kinds merge neighbours of a level until one is left. Neighbour `part`
** of 2^level is what is between part * count >> level and the same of part +
** 1: so all of a level are equally long, but for one element.
*/
struct sort_merge {
  uint32_t count;
  int level;      /* of the neighbours that are merged */
  uint32_t part;  /* the left one */
  bool turned;    /* elements are in the second half of the array */
  bool looking;   /* are the two in order as they are? */
  uint32_t left, middle, right, end, out; /* left..middle, right..end -> out */
};

/* Elements of different keys are in the order of these. */
struct sort_item {
  int64_t key;
  uint32_t number;
};

struct sort {
  struct sort_merge merge;
  struct sort_item items[]; /* twice `count` */
};

/* `count` is at least 1 and less than INT_MAX. All keys are 0, until the
** caller sets them in the first half of the items. */
size_t sort_size(uint32_t count);
void sort_init(struct sort *sort, uint32_t count);

/* Adds to *steps what it does, and is back when they are `limit` or soon
** after. SORT_COMPARE: is element *right, from 0 on, less than
** *left? */
enum sort_step sort_next(struct sort *sort, uint32_t *left, uint32_t *right,
                         uint32_t *steps, uint32_t limit);
void sort_tell(struct sort *sort, bool less);

/* After SORT_DONE: the elements in order. */
const struct sort_item *sort_order(const struct sort *sort);

/* The same for integers, which are compared in here. */
struct sort_integers {
  struct sort_merge merge;
  int64_t integers[]; /* twice `count`; the caller sets the first half */
};

size_t sort_integers_size(uint32_t count);
void sort_integers_init(struct sort_integers *sort, uint32_t count);
/* Takes about so many steps; true: done. */
bool sort_integers_run(struct sort_integers *sort, uint32_t steps);
const int64_t *sort_integers_order(const struct sort_integers *sort);

#endif
