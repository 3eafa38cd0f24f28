/*
** Sized: what the engine fills in begins with its size. So it may be of an
** older troupe.h than ours, or of a newer one, if what that has more is 0.
**
** Threads  [any thread]
*/
#ifndef TROUPE_EMBED_SIZED_H
#define TROUPE_EMBED_SIZED_H

#include <stdbool.h>
#include <stddef.h>

/* Copies what is there, and clears the rest. False, and why (problem_set): it
** has no size, or is NULL; or it has more. `what`: "troupe_module". */
bool sized_take(const void *given, void *known, size_t known_size,
                const char *what);

#endif
