/*
** Quote: a string of a script's as people are shown it.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_QUOTE_H
#define TROUPE_BASE_QUOTE_H

#include <stddef.h>

#define QUOTE_LARGEST 60 /* bytes that are shown; the rest is cut */
#define QUOTE_SIZE (4 * QUOTE_LARGEST + 8)

/* In quotes, as a script would write it: "a\n\"b\"", "long...". Returns
** `text`. */
const char *quote_text(const char *bytes, size_t size, char text[QUOTE_SIZE]);

#endif
