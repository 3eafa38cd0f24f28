/*
** Options: what troupe_options asks for, checked, as the layers below want it.
** All say false and why by host_fail.
**
** Threads  [main] all functions
*/
#ifndef TROUPE_EMBED_OPTIONS_H
#define TROUPE_EMBED_OPTIONS_H

#include "embed/host.h"

/* Of whatever version of the header (embed/sized.h). */
bool options_take(struct troupe *host, const struct troupe_options *given,
                  struct troupe_options *options);

/* Does it ask for what belongs to the command, whose process is its own? */
bool options_check(struct troupe *host, const struct troupe_options *options);

bool options_read_level(struct troupe *host,
                        const struct troupe_options *given,
                        enum log_level *level);

/* `options->schedule` is the caller's to hand on. */
bool options_read_scheduler(struct troupe *host,
                            const struct troupe_options *given,
                            struct scheduler_options *options);

#endif
