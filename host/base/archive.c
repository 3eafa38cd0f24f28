#include "base/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive_format.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"

const volatile char archive_seal[ARCHIVE_SEAL_SIZE] = {
    '\xc1', 't', 'r', 'o', 'u', 'p', 'e', '\x9e', '\x02', '\xf7', '\x5b',
    '\xd8', '\x31', '\xaa', '\x6c', '\x04', '\xe9', '\x93', '\x17', '\xb2',
    '\x4f', '\x80', '\xcd', '\x26', '\x7e', '\x05', '\xf1', '\x68', '\x3b',
    '\xd4', 's', ARCHIVE_SEAL_PLAIN};

struct archive {
  void *mapping; /* begins at a page, before the head */
  size_t mapping_size;
  const char *base; /* the head */
  uint64_t size;
  const struct archive_place *places;
  const char *names;
  uint32_t count;
};

/* --- Opening -------------------------------------------------------------- */

/* A chroot may have no /proc. What the kernel was asked to run is then still
** known; the seal and the sum say whether that is still the same file. */
int archive_open_self(void) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const char *path;
  if (fd >= 0) return fd;
  path = (const char *)getauxval(AT_EXECFN);
  return path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

static bool complain(char *why, size_t size, const char *text) {
  snprintf(why, size, "%s", text);
  return false;
}

/* Where the archive lies in the file of this size. */
static bool find_tail(int fd, uint64_t file_size, struct archive_tail *tail,
                      char *why, size_t why_size) {
  uint64_t before = file_size - sizeof *tail;
  if (file_size < sizeof *tail ||
      pread(fd, tail, sizeof *tail, (off_t)before) != sizeof *tail ||
      memcmp(tail->magic, ARCHIVE_MAGIC, sizeof tail->magic) != 0)
    return complain(why, why_size,
                    "its end is missing (cut off, or stripped)");
  if (tail->size < sizeof(struct archive_head) || tail->size > before ||
      (before - tail->size) % ARCHIVE_START != 0)
    return complain(why, why_size, "its end is wrong");
  return true;
}

static bool map(struct archive *archive, int fd, uint64_t start,
                uint64_t size) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), before = start % page;
  archive->mapping_size = (size_t)(before + size);
  archive->mapping = mmap(NULL, archive->mapping_size, PROT_READ, MAP_PRIVATE,
                          fd, (off_t)(start - before));
  if (archive->mapping == MAP_FAILED) {
    archive->mapping = NULL;
    return false;
  }
  archive->base = (const char *)archive->mapping + before;
  archive->size = size;
  return true;
}

static bool is_within(uint64_t at, uint64_t size, uint64_t limit) {
  return at <= limit && size <= limit - at;
}

/* Inside the archive, with a name that ends where it should. */
static bool is_good(const struct archive *archive, uint64_t names_size,
                    const struct archive_place *place) {
  const char *name = archive->names + place->name;
  return is_within(place->name, (uint64_t)place->name_size + 1, names_size) &&
         memchr(name, '\0', (size_t)place->name_size + 1) ==
             name + place->name_size &&
         place->bytes % ARCHIVE_ALIGNMENT == 0 &&
         is_within(place->bytes, place->size, archive->size);
}

/* What the sum says has been written is believed nothing either: one who makes
** such a file by other means gets a line, and no crash. */
static bool read_places(struct archive *archive) {
  const struct archive_head *head = (const void *)archive->base;
  uint64_t names =
      sizeof *head + (uint64_t)head->count * sizeof *archive->places;
  if (!is_within(names, head->names_size, archive->size)) return false;
  archive->places = (const void *)(head + 1);
  archive->names = archive->base + names;
  archive->count = head->count;
  for (uint32_t i = 0; i < archive->count; i++) {
    if (!is_good(archive, head->names_size, &archive->places[i])) return false;
    if (i > 0 && strcmp(archive->names + archive->places[i - 1].name,
                        archive->names + archive->places[i].name) >= 0)
      return false;
  }
  return true;
}

static bool is_whole(const struct archive *archive) {
  const struct archive_head *head = (const void *)archive->base;
  return hash_bytes(archive->base + sizeof head->sum,
                    (size_t)archive->size - sizeof head->sum,
                    ARCHIVE_SEED) == head->sum;
}

static bool read_archive(struct archive *archive, int fd, char *why,
                         size_t why_size) {
  struct archive_tail tail;
  struct stat status;
  uint64_t size;
  if (fstat(fd, &status) != 0)
    return complain(why, why_size, strerror(errno));
  size = (uint64_t)status.st_size;
  if (!find_tail(fd, size, &tail, why, why_size)) return false;
  if (!map(archive, fd, size - sizeof tail - tail.size, tail.size))
    return complain(why, why_size, strerror(errno));
  if (!is_whole(archive))
    return complain(why, why_size, "its checksum is wrong");
  return read_places(archive) ||
         complain(why, why_size, "its list of files is wrong");
}

struct archive *archive_own(char *why, size_t why_size) {
  struct archive *archive;
  bool good;
  int fd;
  why[0] = '\0';
  if (!archive_is_sealed()) return NULL;
  archive = memory_zalloc(sizeof *archive);
  fd = archive_open_self();
  good = archive != NULL && fd >= 0 &&
         read_archive(archive, fd, why, why_size);
  if (!good && why[0] == '\0')
    complain(why, why_size, fd < 0 ? strerror(errno) : "not enough memory");
  if (fd >= 0) close(fd);
  if (good) return archive;
  archive_close(archive);
  return NULL;
}

void archive_close(struct archive *archive) {
  if (archive == NULL) return;
  if (archive->mapping != NULL)
    munmap(archive->mapping, archive->mapping_size);
  memory_free(archive);
}

/* --- Reading -------------------------------------------------------------- */

uint32_t archive_count(const struct archive *archive) {
  return archive->count;
}

struct archive_file archive_at(const struct archive *archive,
                               uint32_t number) {
  const struct archive_place *place = &archive->places[number];
  ASSERT(number < archive->count, "it is one of them");
  return (struct archive_file){archive->names + place->name,
                               archive->base + place->bytes,
                               (size_t)place->size};
}

uint32_t archive_from(const struct archive *archive, const char *name) {
  uint32_t low = 0, high = archive->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (strcmp(archive_at(archive, middle).name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool archive_find(const struct archive *archive, const char *name,
                  struct archive_file *file) {
  uint32_t number = archive_from(archive, name);
  if (number == archive->count) return false;
  *file = archive_at(archive, number);
  return strcmp(file->name, name) == 0;
}
