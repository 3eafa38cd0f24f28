#define _GNU_SOURCE /* memmem, mkostemp */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/archive_format.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/whole.h"

/* What the files become: all but their contents' places in the file is known
** before a byte is written, so head, places and names are one block. */
struct plan {
  struct archive_file *files;
  uint32_t count;
  uint64_t size;  /* of the archive, without its tail */
  char *archive;
};

/* This executable, as it lies in its file. */
struct self {
  const char *bytes;
  size_t size;
  size_t seal; /* where it is */
};

static uint64_t rounded(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

static bool fail(char *why, size_t why_size, const char *what) {
  snprintf(why, why_size, "%s", what);
  return false;
}

static bool fail_file(char *why, size_t why_size, const char *name,
                      const char *what) {
  snprintf(why, why_size, "%s: %s", name, what);
  return false;
}

/* --- The archive, in memory ----------------------------------------------- */

static int by_name(const void *one, const void *other) {
  return strcmp(((const struct archive_file *)one)->name,
                ((const struct archive_file *)other)->name);
}

static uint64_t names_size(const struct plan *plan) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < plan->count; i++)
    size += strlen(plan->files[i].name) + 1;
  return rounded(size, ARCHIVE_ALIGNMENT);
}

/* How large the files are that are not in memory. */
static bool measure(struct plan *plan, char *why, size_t why_size) {
  struct stat status;
  for (uint32_t i = 0; i < plan->count; i++) {
    struct archive_file *file = &plan->files[i];
    if (file->bytes != NULL) continue;
    if (stat(file->name, &status) != 0)
      return fail_file(why, why_size, file->name, strerror(errno));
    file->size = (size_t)status.st_size;
  }
  return true;
}

/* As many bytes as were measured, and no more. */
static bool read_whole(const char *name, char *bytes, size_t size) {
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  ssize_t got = 1;
  char more;
  while (fd >= 0 && size > 0 && got > 0) {
    got = read(fd, bytes, size);
    if (got > 0) {
      bytes += got;
      size -= (size_t)got;
    }
    if (got < 0 && errno == EINTR) got = 1;
  }
  if (fd >= 0 && got > 0 && size == 0) got = read(fd, &more, 1) == 0;
  if (fd >= 0) close(fd);
  return fd >= 0 && got > 0 && size == 0;
}

static bool fill(const struct archive_file *file, char *bytes) {
  if (file->bytes == NULL) return read_whole(file->name, bytes, file->size);
  if (file->size > 0) memcpy(bytes, file->bytes, file->size);
  return true;
}

static bool lay_out(struct plan *plan, uint64_t names, char *why,
                    size_t why_size) {
  struct archive_head *head = (void *)plan->archive;
  struct archive_place *places = (void *)(head + 1);
  uint64_t name = sizeof *head + plan->count * sizeof *places;
  uint64_t bytes = name + names, start = name;
  *head = (struct archive_head){0, plan->count, (uint32_t)names};
  for (uint32_t i = 0; i < plan->count; i++) {
    const struct archive_file *file = &plan->files[i];
    size_t size = strlen(file->name);
    places[i] = (struct archive_place){(uint32_t)(name - start),
                                       (uint32_t)size, bytes, file->size};
    memcpy(plan->archive + name, file->name, size);
    if (!fill(file, plan->archive + bytes))
      return fail_file(why, why_size, file->name, "it cannot be read whole");
    name += size + 1;
    bytes = rounded(bytes + file->size, ARCHIVE_ALIGNMENT);
  }
  ASSERT(bytes == plan->size, "as was counted");
  head->sum = hash_bytes(plan->archive + sizeof head->sum,
                         plan->size - sizeof head->sum, ARCHIVE_SEED);
  return true;
}

static bool make(struct plan *plan, char *why, size_t why_size) {
  uint64_t names;
  if (!measure(plan, why, why_size)) return false;
  if (plan->count > 0)
    qsort(plan->files, plan->count, sizeof *plan->files, by_name);
  names = names_size(plan);
  if (names > UINT32_MAX) return fail(why, why_size, "too many files");
  plan->size = sizeof(struct archive_head) +
               plan->count * sizeof(struct archive_place) + names;
  for (uint32_t i = 0; i < plan->count; i++)
    plan->size += rounded(plan->files[i].size, ARCHIVE_ALIGNMENT);
  plan->archive = memory_zalloc(plan->size);
  if (plan->archive == NULL) return fail(why, why_size, "not enough memory");
  return lay_out(plan, names, why, why_size);
}

/* --- This executable ------------------------------------------------------ */

static bool find_seal(struct self *self, char *why, size_t why_size) {
  char seal[ARCHIVE_SEAL_SIZE];
  const char *found, *after;
  for (size_t i = 0; i < sizeof seal; i++) seal[i] = archive_seal[i];
  found = memmem(self->bytes, self->size, seal, sizeof seal);
  if (found == NULL)
    return fail(why, why_size, "the running executable has changed");
  after = found + sizeof seal;
  CHECK(memmem(after, self->size - (size_t)(after - self->bytes), seal,
               sizeof seal) == NULL,
        "the seal is in the file once");
  self->seal = (size_t)(found - self->bytes) + sizeof seal - 1;
  return true;
}

static bool open_self(struct self *self, char *why, size_t why_size) {
  int fd = archive_open_self();
  struct stat status;
  void *bytes = MAP_FAILED;
  if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0)
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) {
    snprintf(why, why_size, "the running executable cannot be read: %s",
             strerror(errno));
  } else {
    self->bytes = bytes;
    self->size = (size_t)status.st_size;
  }
  if (fd >= 0) close(fd);
  return bytes != MAP_FAILED && find_seal(self, why, why_size);
}

static void close_self(struct self *self) {
  if (self->bytes != NULL) munmap((void *)(uintptr_t)self->bytes, self->size);
}

/* --- The file ------------------------------------------------------------- */

static bool put_all(int fd, const struct self *self, const struct plan *plan) {
  static const char release = ARCHIVE_SEAL_RELEASE, padding[ARCHIVE_START];
  size_t rest = (size_t)(rounded(self->size, ARCHIVE_START) - self->size);
  struct archive_tail tail = {.size = plan->size};
  memcpy(tail.magic, ARCHIVE_MAGIC, sizeof tail.magic);
  return whole_write(fd, self->bytes, self->seal) &&
         whole_write(fd, &release, 1) &&
         whole_write(fd, self->bytes + self->seal + 1,
                     self->size - self->seal - 1) &&
         whole_write(fd, padding, rest) &&
         whole_write(fd, plan->archive, plan->size) &&
         whole_write(fd, &tail, sizeof tail);
}

/* Beside its place: a rename from elsewhere would not be at once. */
static uint64_t write_beside(const char *path, const struct self *self,
                             const struct plan *plan, char *why,
                             size_t why_size) {
  char beside[PATH_MAX];
  bool done;
  int fd;
  if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) >=
      sizeof beside)
    return fail(why, why_size, strerror(ENAMETOOLONG));
  fd = mkostemp(beside, O_CLOEXEC);
  if (fd < 0) return fail(why, why_size, strerror(errno));
  done = put_all(fd, self, plan) && fchmod(fd, 0755) == 0 && fsync(fd) == 0;
  if (!done) fail(why, why_size, strerror(errno));
  close(fd);
  if (done && rename(beside, path) != 0)
    done = fail(why, why_size, strerror(errno));
  if (!done) unlink(beside);
  return done ? rounded(self->size, ARCHIVE_START) + plan->size +
                    sizeof(struct archive_tail)
              : 0;
}

uint64_t archive_write(const char *path, struct archive_file *files,
                       uint32_t count, char *why, size_t why_size) {
  struct plan plan = {.files = files, .count = count};
  struct self self = {.bytes = NULL};
  uint64_t size = 0;
  if (archive_is_sealed())
    fail(why, why_size, "this executable is a release itself");
  else if (open_self(&self, why, why_size) && make(&plan, why, why_size))
    size = write_beside(path, &self, &plan, why, why_size);
  memory_free(plan.archive);
  close_self(&self);
  return size;
}
