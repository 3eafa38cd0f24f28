/*
** Native: modules of C out of an archive.
**
** The dynamic linker opens files, so each gets one: a memfd, opened as
** /proc/self/fd/N; where there is no /proc, or memory that may be run is
** refused, a file among the temporary ones, which is removed at once. It is
** loaded once, for all actors, and stays: the linker knows a library by its
** file's name, and a number that is used again would bring the former one.
** So the descriptors stay open, too.
**
** Threads  [any thread] native_open; one lock, which also orders loading
*/
#ifndef TROUPE_BASE_NATIVE_H
#define TROUPE_BASE_NATIVE_H

#include <stddef.h>

struct archive; /* base/archive.h */

struct native;
struct native *native_new(const struct archive *archive); /* NULL: nomem */
/* What was loaded stays. Takes NULL. */
void native_free(struct native *native);

/* The file of that name in the archive, which must be there, as dlopen gives
** it; NULL: `why` says why. */
void *native_open(struct native *native, const char *name, char *why,
                  size_t why_size);

#endif
