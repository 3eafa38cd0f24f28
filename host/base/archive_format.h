/*
** Archive format: the parts of an archive as they lie in the file; and this
** executable, where it begins.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_ARCHIVE_FORMAT_H
#define TROUPE_BASE_ARCHIVE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define ARCHIVE_MAGIC "troupe\1\n"
#define ARCHIVE_SEED UINT64_C(0x74726f7570650001) /* of the sum */
#define ARCHIVE_START ((uint64_t)16)
#define ARCHIVE_ALIGNMENT ((uint64_t)8)

struct archive_head {
  uint64_t sum;
  uint32_t count;
  uint32_t names_size; /* up to a multiple of 8 */
};

struct archive_place {
  uint32_t name, name_size; /* the NUL not counted */
  uint64_t bytes, size;
};

struct archive_tail {
  char magic[8];
  uint64_t size; /* from the head up to the tail */
};

/* Stands once in the executable's file, and is found there by what it is in
** memory. The last character says which kind this is: volatile, as it is not
** what was compiled in a release. */
#define ARCHIVE_SEAL_SIZE 32
#define ARCHIVE_SEAL_PLAIN '-'
#define ARCHIVE_SEAL_RELEASE '+'
extern const volatile char archive_seal[ARCHIVE_SEAL_SIZE];

static inline bool archive_is_sealed(void) {
  return archive_seal[ARCHIVE_SEAL_SIZE - 1] == ARCHIVE_SEAL_RELEASE;
}

/* This process's own file, for reading; -1: see errno. Without /proc it is
** found by the path that it was started by, so before it goes elsewhere. */
int archive_open_self(void);

#endif
