/*
** Poll: the engine's thread, and what is served on it (troupe_poll).
**
** Threads  [any thread] all functions, but where it says otherwise
*/
#ifndef TROUPE_EMBED_POLL_H
#define TROUPE_EMBED_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "troupe.h"

/* Is this the engine's thread, and does the host serve anything there? */
bool poll_is_engine(struct troupe *host);

/* engine_serve; what it calls is inside (embed/inside.h). [engine, not inside]
*/
bool poll_serve(struct troupe *host, uint64_t until);
/* step_run, the same way, for a stepped host. [engine, not inside] */
void poll_step(struct troupe *host, uint64_t span);
/* False, and why (problem_set): it is not the engine's thread, or inside. */
bool poll_check(struct troupe *host);

#endif
