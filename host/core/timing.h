/*
** Timing: how long an actor's messages wait, and are handled, as two
** histograms: two buckets an octave, so that what is read from them is within a
** factor of TIMING_ERROR of the truth, from TIMING_LEAST up to some three
** minutes. Counts are halved when one is as large as can be: what was long ago
** fades.
**
** They are made for actors that have some to do, not for those that sleep; and
** given back to a store, not to the heap, when the actor ends: whoever looks at
** an actor without a lock may look at somebody else's, and finds out by the
** pid.
**
** Threads
**   [any thread]  timings_new, timing_read
**   [owner]       timing_add, timing_drop: of the actor
*/
#ifndef TROUPE_CORE_TIMING_H
#define TROUPE_CORE_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/actor.h"

#define TIMING_ERROR 1.23
#define TIMING_LEAST 64 /* nanoseconds; less is in the first bucket */

enum timing { TIMING_WAITING, TIMING_HANDLING };

struct timings; /* all that there are: one store per directory */
struct timings *timings_new(void); /* NULL: no memory */
void timings_free(struct timings *timings);

/* One that stands for `weight` such. Forgotten if there is no memory. */
void timing_add(struct timings *timings, struct actor *actor,
                enum timing timing, uint64_t nanoseconds, unsigned weight);
/* The actor has ended, its pid is hidden. */
void timing_drop(struct timings *timings, struct actor *actor);

struct timing_figures {
  double p50, p99; /* seconds */
};
/* False: none has been added. */
bool timing_read(struct actor *actor, enum timing timing,
                 struct timing_figures *figures);

#endif
