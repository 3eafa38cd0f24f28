/*
** Plain: finds one text in another, such that the search can stop half-way
** and be taken up again, and takes time in proportion to both.
**
**   struct plain search;
**   plain_init(&search, text, size, wanted, wanted_size);
**   do
**     search.budget = steps;
**   while (plain_search(&search) == PLAIN_PAUSED && go_on());
**
** Threads    [owner] all functions; nothing is shared
** Ownership  Both texts stay the caller's; they must neither move nor change.
**            A struct plain may be copied between two calls.
*/
#ifndef TROUPE_SCRIPT_PLAIN_H
#define TROUPE_SCRIPT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plain_result {
  PLAIN_FOUND, /* at `at` */
  PLAIN_NONE,
  PLAIN_PAUSED /* the budget is spent: call again with another */
};

struct plain {
  const char *text, *end;
  const char *at; /* it is not before this; set further on by the caller */
  const char *wanted;
  size_t size;      /* of what is wanted */
  ptrdiff_t budget; /* steps left: set by the caller */

  /* The rest is private. */
  int misses;          /* its beginning was there, its rest was not */
  size_t summed;       /* bytes that are in `sum` and `wanted_sum` */
  uint64_t sum;        /* of the bytes at `at` */
  uint64_t wanted_sum;
  uint64_t weight;     /* of the byte that is about to leave `sum` */
};

void plain_init(struct plain *search, const char *text, size_t size,
                const char *wanted, size_t wanted_size);
enum plain_result plain_search(struct plain *search);

#endif
