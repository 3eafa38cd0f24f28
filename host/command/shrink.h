/*
** Shrink: of the choices of a run that fails, those without which it does not.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_SHRINK_H
#define TROUPE_COMMAND_SHRINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "command/children.h"

/* What a run has reported: its choices that were not 0. */
struct choices {
  struct choice {
    char *text;  /* "4.1.t12:1" */
    char *words; /* what it meant */
  } *list;
  uint32_t count;
};

/* False: there is no such file, or no memory. */
bool choices_read(struct choices *choices, const char *file);
void choices_free(struct choices *choices);
/* Leaves the first `count`, if there are as many. */
void choices_cut(struct choices *choices, uint32_t count);
/* Appends "seed=7,only=4.1.t12:1/5.1.w3:1". */
void choices_write(const struct choices *choices, uint64_t seed,
                   struct buffer *text);

/* Makes *choices, which fail, fewer that fail, too, if there are; so many runs
** at most, and so many seconds. Returns how many there were. The words of
** what is left are those of its own run. */
uint64_t shrink(struct children *children, uint64_t seed,
                struct choices *choices, uint64_t runs, double seconds);

#endif
