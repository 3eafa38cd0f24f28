/*
** Children: runs of this program with one schedule each, as many at a time as
** there are cores, until one fails.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_CHILDREN_H
#define TROUPE_COMMAND_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "command/seeded.h"

struct children;

/* NULL: why has been told. The words of a run are those of `seeded` with its
** own schedule instead. Signals that end a process are taken from here on. */
struct children *children_new(const struct seeded *seeded);
/* Ends those that are left, and removes what they have written. Takes NULL. */
void children_free(struct children *children);

/* A run that lasts longer has failed. At first a minute. */
void children_set_limit(struct children *children, double seconds);
/* While it goes on: `text` and how many have passed, on a terminal. */
void children_show(struct children *children, const char *text);

/* Appends the schedule of the run `index`: "seed=7,only=12:1". */
typedef void children_text(void *context, uint64_t index, struct buffer *text);

/* Runs 0, 1, ... below `count`: which is the lowest that fails? It is the same
** however many run at a time. -1: none does; or the user wants no more. */
int64_t children_find_failure(struct children *children, children_text *text,
                              void *context, uint64_t count);
/* The signal by which he said so; 0: he has not. */
int children_interrupted(const struct children *children);

/* Of the run that was found, until the next search; of a run that passed, if it
** was the only one. */
double children_limit(const struct children *children); /* that is set */
double children_seconds(const struct children *children);
bool children_was_late(const struct children *children);
int children_signal(const struct children *children); /* that ended it, or 0 */
/* The files with what it has printed, and with its report. */
const char *children_output(const struct children *children);
const char *children_report(const struct children *children);

#endif
