/*
** Bytes: what one item of a pattern stands for: a byte, a class of them (%a),
** a set ([^%s]), or any (.). An item ends at `next`, and is well formed. Which
** byte is a letter is as in the C locale, the only one that an actor knows.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_SCRIPT_BYTES_H
#define TROUPE_SCRIPT_BYTES_H

#include <stdbool.h>

bool bytes_stands_for(const char *item, const char *next, unsigned char byte);

/* The byte that the item stands for, or -1: it is not just one. Not for `.` */
int bytes_only(const char *item);

/* From `s` on, the first byte that the item stands for, or, if `wanted` is
** false, that it does not; `limit` if there is none before. Not for `.` */
const char *bytes_scan(const char *s, const char *limit, const char *item,
                       const char *next, bool wanted);

#endif
