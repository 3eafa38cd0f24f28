/*
** Coverage: how often each line has run, in all actors of a host. Asked for, it
** costs all that run a hook at each line (script/hook.c); else nothing.
**
** Threads
**   [any thread]  all functions but coverage_new and coverage_free
**   [main]        those
*/
#ifndef TROUPE_SCRIPT_COVERAGE_H
#define TROUPE_SCRIPT_COVERAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coverage;

/* A file of which lines have run. */
struct covered {
  const char *source;   /* as Lua has it: "@" and the path; does not change */
  struct covered *next; /* does not change, either */
  int lines;            /* the coverage's lock; room for so many */
  uint32_t *counts;     /* the same; counts[n - 1] is line n's, saturates */
};

struct coverage *coverage_new(void); /* NULL: no memory */
void coverage_free(struct coverage *coverage); /* takes NULL */

/* For actors that start from now on. */
void coverage_begin(struct coverage *coverage);
bool coverage_is_on(struct coverage *coverage);
/* `line` of `source` runs. Without memory it is not counted. */
void coverage_count(struct coverage *coverage, const char *source, int line);
/* All files so far, the last one first; they live as long as the coverage. */
const struct covered *coverage_files(struct coverage *coverage);
/* How often the lines `from`, `from` + 1, ... have run, at most `room` of them;
** returns how many there are, 0 behind the last. */
int coverage_read(struct coverage *coverage, const struct covered *file,
                  int from, uint32_t *counts, int room);

#endif
