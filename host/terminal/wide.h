/*
** Wide: text as libedit has it, and as bytes; by the thread's locale.
**
** Threads
**   [any thread]  all functions
*/
#ifndef TROUPE_TERMINAL_WIDE_H
#define TROUPE_TERMINAL_WIDE_H

#include <stddef.h>
#include <wchar.h>

#include "base/buffer.h"

void wide_append(struct buffer *text, const wchar_t *letters, size_t size);

/* With a zero at its end, for memory_free; NULL: no memory. */
wchar_t *wide_new(const char *text, size_t size);

#endif
