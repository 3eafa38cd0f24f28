/*
** Archive: the files at the end of an executable that `troupe build` has made.
**
** A release is one file. Three ways to make it were looked at. A section of the
** ELF file needs objcopy where one builds, and rewrites what the linker has
** laid out. A script that a memfd is filled from needs /proc and a second exec
** at every start. What is appended to a copy of the running executable needs no
** tool, is the same bytes each time, and is found from the end of the file. Its
** price: who strips a release cuts its files off. So the copy is marked as one
** that must have them (the seal), which also tells a file of which a part is
** missing from plain troupe; and plain troupe reads nothing at its start.
**
**   the executable, its seal changed     up to a multiple of 16 bytes
**   struct archive_head                  sums up all that follows, but the tail
**   struct archive_place, count times    sorted by name, as bytes
**   the names                            each with a NUL behind it
**   the contents                         each at a multiple of 8 bytes
**   struct archive_tail                  16 bytes: how much of the file it is
**
** Numbers are in the machine's order: the code in front of them is, too. All
** offsets count from the head. Nothing says when or where it was made, so the
** same files give the same bytes.
**
** Who opens it compares the sum, so what is read from it is what was built:
** that is why bytecode in it may be trusted.
**
** Threads
**   [main]        archive_own, archive_close
**   [any thread]  the rest: it never changes
** Ownership
**   Names and bytes live as long as the archive.
*/
#ifndef TROUPE_BASE_ARCHIVE_H
#define TROUPE_BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive;

struct archive_file {
  const char *name;  /* "lua/shop.lua" */
  const void *bytes; /* for archive_write, NULL: the file of that name */
  size_t size;
};

/* The one of this executable. NULL: it has none, and `why` is "", or it is
** damaged, and `why` says how. */
struct archive *archive_own(char *why, size_t why_size);
void archive_close(struct archive *archive); /* takes NULL */

uint32_t archive_count(const struct archive *archive);
/* By number, sorted by name; `number` is below the count. */
struct archive_file archive_at(const struct archive *archive, uint32_t number);
/* False: there is no file of that name. */
bool archive_find(const struct archive *archive, const char *name,
                  struct archive_file *file);
/* The first number whose name is not before `name`; the count: none is. */
uint32_t archive_from(const struct archive *archive, const char *name);

/*
** Makes the executable `path`, of mode 0755: a copy of this one with these
** files, which get sorted; names are unique. It appears whole, in the place of
** what was there, or not at all. Its size in bytes; 0: `why` says why not.
*/
uint64_t archive_write(const char *path, struct archive_file *files,
                       uint32_t count, char *why, size_t why_size);

#endif
