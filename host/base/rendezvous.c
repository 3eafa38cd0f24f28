/*
** The lock is one of an open file (F_OFD_SETLK): the kernel lets go of it
** however its process ends, and others may ask for it without taking it, so
** that one who lists hosts is never in the way of one who starts.
**
** Who leaves removes the lock's file while it has the lock. One who has opened
** that file before, and gets the lock of it then, holds a lock that nobody
** else will look at; so after it has the lock it looks whether the file that it
** has is the one in the directory, and begins again if not.
*/
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "base/rendezvous.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"

#define SOCKET_SUFFIX ".sock"
#define LOCK_SUFFIX ".lock"

/* Where an error goes. */
struct complaint {
  char *text;
  size_t size;
};

__attribute__((format(printf, 2, 3))) static bool complain(
    struct complaint complaint, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(complaint.text, complaint.size, format, arguments);
  va_end(arguments);
  return false;
}

/* --- Names and paths ------------------------------------------------------ */

static bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

static bool is_name(const char *name, size_t size) {
  if (size < 1 || size > RENDEZVOUS_NAME_LARGEST || !is_plain(name[0]))
    return false;
  for (size_t i = 1; i < size; i++)
    if (!is_plain(name[i]) && name[i] != '-' && name[i] != '.') return false;
  return true;
}

/* A variable that is set to something; NULL: it is not. */
static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool too_long(struct complaint complaint, const char *directory) {
  return complain(complaint,
                  "the path of a socket in %.150s would be longer than the %d "
                  "bytes that it may have (set TROUPE_RUNTIME_DIR)",
                  directory, (int)RENDEZVOUS_PATH_SIZE - 1);
}

/* Without a slash at its end: behind one a link is followed. */
static bool set_directory(struct rendezvous *place, const char *text,
                          const char *rest, struct complaint complaint) {
  size_t size = strlen(text);
  int length;
  while (size > 1 && text[size - 1] == '/') size--;
  if (size >= sizeof place->directory) return too_long(complaint, text);
  length = snprintf(place->directory, sizeof place->directory, "%.*s%s",
                    (int)size, text, rest);
  return (size_t)length < sizeof place->directory || too_long(complaint, text);
}

/* A relative XDG_RUNTIME_DIR is none: its specification says so. */
static bool find_directory(struct rendezvous *place,
                           struct complaint complaint) {
  const char *own = variable("TROUPE_RUNTIME_DIR");
  const char *shared = variable("XDG_RUNTIME_DIR");
  char rest[40];
  if (own != NULL && own[0] != '/')
    return complain(complaint,
                    "expected TROUPE_RUNTIME_DIR to be an absolute path, got "
                    "\"%.150s\"", own);
  if (own != NULL) return set_directory(place, own, "", complaint);
  if (shared != NULL && shared[0] == '/')
    return set_directory(place, shared, "/troupe", complaint);
  snprintf(rest, sizeof rest, "/troupe-%lu", (unsigned long)geteuid());
  return set_directory(place, P_tmpdir, rest, complaint);
}

static bool set_path(char *path, const struct rendezvous *place,
                     const char *name, const char *suffix) {
  int length = snprintf(path, RENDEZVOUS_PATH_SIZE, "%s/%s%s",
                        place->directory, name, suffix);
  return (size_t)length < RENDEZVOUS_PATH_SIZE;
}

static bool find_places(struct rendezvous *place, const char *name,
                        struct complaint complaint) {
  char quoted[QUOTE_SIZE];
  if (!is_name(name, strlen(name)))
    return complain(complaint,
                    "expected a host's name to be 1 to %d letters, digits, "
                    "'_', '-' or '.', beginning with neither '-' nor '.', got "
                    "%s", RENDEZVOUS_NAME_LARGEST,
                    quote_text(name, strlen(name), quoted));
  if (!find_directory(place, complaint)) return false;
  return (set_path(place->socket, place, name, SOCKET_SUFFIX) &&
          set_path(place->lock, place, name, LOCK_SUFFIX)) ||
         too_long(complaint, place->directory);
}

/* --- The directory -------------------------------------------------------- */

static bool is_trusted(const struct stat *file, const char *directory,
                       struct complaint complaint) {
  if (S_ISLNK(file->st_mode))
    return complain(complaint, "%s is a link: it is not used", directory);
  if (!S_ISDIR(file->st_mode))
    return complain(complaint, "%s is not a directory", directory);
  if (file->st_uid != geteuid())
    return complain(complaint,
                    "%s belongs to another user (%lu): it is not used",
                    directory, (unsigned long)file->st_uid);
  if ((file->st_mode & 077) != 0)
    return complain(complaint,
                    "%s is open to other users (mode %03o, expected 700): it "
                    "is not used", directory, file->st_mode & 0777);
  return true;
}

static bool cannot(struct complaint complaint, const char *what,
                   const char *path) {
  return complain(complaint, "cannot %s %s: %s", what, path, strerror(errno));
}

/* True also if there is none; *there says which. */
static bool check_directory(const struct rendezvous *place, bool *there,
                            struct complaint complaint) {
  struct stat file;
  *there = lstat(place->directory, &file) == 0;
  if (*there) return is_trusted(&file, place->directory, complaint);
  return errno == ENOENT || cannot(complaint, "use", place->directory);
}

/* Its parent is not made: that would be a guess at what it is for. */
static bool make_directory(const struct rendezvous *place,
                           struct complaint complaint) {
  bool there;
  if (mkdir(place->directory, 0700) != 0 && errno != EEXIST)
    return cannot(complaint, "make", place->directory);
  return check_directory(place, &there, complaint) &&
         (there || complain(complaint, "%s has just gone", place->directory));
}

/* --- The lock ------------------------------------------------------------- */

static struct flock whole_file(void) {
  return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static int open_lock(const char *path, int flags) {
  return open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
}

/* -1: there is no number in it (yet). */
static long read_process(int fd) {
  char text[24] = "";
  ssize_t size = pread(fd, text, sizeof text - 1, 0);
  long process = size > 0 ? strtol(text, NULL, 10) : 0;
  return process > 0 ? process : -1;
}

static bool write_process(int fd) {
  char text[24];
  int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size;
}

long rendezvous_holder(const struct rendezvous *place) {
  struct flock lock = whole_file();
  int fd = open_lock(place->lock, O_RDONLY);
  long process = 0;
  if (fd < 0) return 0;
  if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
    process = read_process(fd);
  close(fd);
  return process;
}

static bool taken(const struct rendezvous *place, const char *name,
                  struct complaint complaint) {
  long process = rendezvous_holder(place);
  if (process <= 0)
    return complain(complaint, "a host named %s is running already", name);
  return complain(complaint, "a host named %s is running already (process %ld)",
                  name, process);
}

/* Is this file still the one in the directory? */
static bool is_current(int fd, const char *path) {
  struct stat mine, current;
  return fstat(fd, &mine) == 0 && lstat(path, &current) == 0 &&
         mine.st_dev == current.st_dev && mine.st_ino == current.st_ino;
}

/* A descriptor, or -1. *again: it was removed just before it was locked. */
static int take_lock(const struct rendezvous *place, const char *name,
                     bool *again, struct complaint complaint) {
  struct flock lock = whole_file();
  int fd = open_lock(place->lock, O_RDWR | O_CREAT);
  *again = false;
  if (fd < 0) {
    cannot(complaint, "open", place->lock);
    return -1;
  }
  if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES)
      taken(place, name, complaint);
    else
      cannot(complaint, "lock", place->lock);
  } else if (!is_current(fd, place->lock)) {
    *again = true;
  } else if (!write_process(fd)) {
    cannot(complaint, "write", place->lock);
    unlink(place->lock);
  } else {
    return fd;
  }
  close(fd);
  return -1;
}

/* --- For hosts ------------------------------------------------------------ */

int rendezvous_claim(struct rendezvous *place, const char *name, char *error,
                     size_t error_size) {
  struct complaint complaint = {error, error_size};
  bool again = true;
  int lock = -1;
  if (!find_places(place, name, complaint) ||
      !make_directory(place, complaint))
    return -1;
  while (again) lock = take_lock(place, name, &again, complaint);
  if (lock < 0) return -1;
  if (unlink(place->socket) != 0 && errno != ENOENT) {
    cannot(complaint, "remove", place->socket);
    rendezvous_leave(place, lock);
    return -1;
  }
  return lock;
}

/* Somebody may have removed it, and another may have made a new one. */
void rendezvous_leave(const struct rendezvous *place, int lock) {
  if (lock < 0) return;
  if (is_current(lock, place->lock)) unlink(place->lock);
  close(lock);
}

/* --- For those who connect ------------------------------------------------ */

bool rendezvous_find(struct rendezvous *place, const char *name, char *error,
                     size_t error_size) {
  struct complaint complaint = {error, error_size};
  bool there;
  return find_places(place, name, complaint) &&
         check_directory(place, &there, complaint);
}

/* "shop.lock" -> "shop"; false: no lock's name. */
static bool cut_suffix(const char *file,
                       char name[RENDEZVOUS_NAME_LARGEST + 1]) {
  size_t size = strlen(file), suffix = strlen(LOCK_SUFFIX);
  if (size <= suffix || strcmp(file + size - suffix, LOCK_SUFFIX) != 0 ||
      !is_name(file, size - suffix))
    return false;
  memcpy(name, file, size - suffix);
  name[size - suffix] = '\0';
  return true;
}

/* False: the visitor has seen enough. */
static bool look_at(struct rendezvous *place, const char *file,
                    bool (*visit)(void *, const char *, long), void *context) {
  char name[RENDEZVOUS_NAME_LARGEST + 1];
  long process;
  if (!cut_suffix(file, name) ||
      !set_path(place->lock, place, name, LOCK_SUFFIX))
    return true;
  process = rendezvous_holder(place);
  return process == 0 || visit(context, name, process);
}

bool rendezvous_list(bool (*visit)(void *context, const char *name,
                                   long process),
                     void *context, char *error, size_t error_size) {
  struct complaint complaint = {error, error_size};
  struct rendezvous place;
  struct dirent *entry;
  bool there;
  DIR *directory;
  if (!find_directory(&place, complaint) ||
      !check_directory(&place, &there, complaint))
    return false;
  if (!there) return true;
  directory = opendir(place.directory);
  if (directory == NULL) return cannot(complaint, "read", place.directory);
  while ((entry = readdir(directory)) != NULL &&
         look_at(&place, entry->d_name, visit, context))
    continue;
  closedir(directory);
  return true;
}
