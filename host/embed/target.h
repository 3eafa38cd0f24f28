/*
** Target: whom a function of the face is for, and what it is to be told.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_EMBED_TARGET_H
#define TROUPE_EMBED_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "troupe.h"

/* Both say false, and why by problem_set. */
bool target_check(const struct troupe_target *target);
/* A request: it has a name. */
bool target_check_request(const struct troupe_writer *values);

/* Who is meant now: by its pid, or registered; ID_NONE: nobody, and why by
** problem_set. It is no entity. */
uint64_t target_pid_now(struct troupe *host,
                        const struct troupe_target *target);

#endif
