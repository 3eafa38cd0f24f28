/*
** A client appends each input by itself, so that what one has typed is kept
** however it ends, and two clients do not overwrite each other. The file is
** cut when it is opened and has grown to twice of what is kept: by writing it
** anew under another name. Both happen under a lock of the file; who got the
** lock of one that has been replaced meanwhile opens the new one.
*/
#include "terminal/past.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/check.h"
#include "base/memory.h"

#define INPUT_LARGEST ((size_t)64 << 10) /* a longer one is not kept */
#define FILE_LARGEST ((off_t)64 << 20)

struct past {
  char path[PATH_MAX];
};

/* --- Places --------------------------------------------------------------- */

static bool find_path(char path[PATH_MAX]) {
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  int size;
  if (state != NULL && state[0] == '/')
    size = snprintf(path, PATH_MAX, "%s/troupe/history", state);
  else if (home != NULL && home[0] == '/')
    size = snprintf(path, PATH_MAX, "%s/.local/state/troupe/history", home);
  else
    return false;
  return size < PATH_MAX - 8; /* room for the name of a new one */
}

static void make_directories(const char *path) {
  char part[PATH_MAX];
  for (const char *slash = strchr(path + 1, '/'); slash != NULL;
       slash = strchr(slash + 1, '/')) {
    snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
    mkdir(part, 0700);
  }
}

struct past *past_open(void) {
  struct past *past = memory_zalloc(sizeof *past);
  if (past == NULL) return NULL;
  if (find_path(past->path)) return past;
  memory_free(past);
  return NULL;
}

void past_close(struct past *past) { memory_free(past); }

static bool is_current(int fd, const char *path) {
  struct stat mine, current;
  return fstat(fd, &mine) == 0 && stat(path, &current) == 0 &&
         mine.st_dev == current.st_dev && mine.st_ino == current.st_ino;
}

/* The file, locked; -1: there is none. */
static int open_locked(const char *path, int flags) {
  for (;;) {
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0) return -1;
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) continue;
    if (is_current(fd, path)) return fd;
    close(fd);
  }
}

static bool write_all(int fd, const struct buffer *text) {
  size_t done = 0, size = buffer_size(text);
  while (done < size) {
    ssize_t written = write(fd, buffer_bytes(text) + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += (size_t)written;
  }
  return true;
}

/* --- Writing -------------------------------------------------------------- */

static void escape(struct buffer *line, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\n')
      buffer_append(line, "\\n", 2);
    else if (text[i] == '\\')
      buffer_append(line, "\\\\", 2);
    else
      buffer_append(line, text + i, 1);
  }
  buffer_append(line, "\n", 1);
}

void past_add(struct past *past, const char *text, size_t size) {
  struct buffer line;
  int fd;
  if (past == NULL || size == 0 || size > INPUT_LARGEST) return;
  fd = open_locked(past->path, O_WRONLY | O_APPEND | O_CREAT);
  if (fd < 0 && errno == ENOENT) {
    make_directories(past->path);
    fd = open_locked(past->path, O_WRONLY | O_APPEND | O_CREAT);
  }
  if (fd < 0) return;
  buffer_init(&line);
  escape(&line, text, size);
  write_all(fd, &line);
  buffer_deinit(&line);
  close(fd);
}

/* --- Reading -------------------------------------------------------------- */

static bool read_all(int fd, struct buffer *text) {
  struct stat file;
  size_t left;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) ||
      file.st_size > FILE_LARGEST)
    return false;
  for (left = (size_t)file.st_size; left > 0;) {
    char *room = buffer_reserve(text, left);
    ssize_t got = room != NULL ? read(fd, room, left) : -1;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    buffer_grow(text, (size_t)got);
    left -= (size_t)got;
  }
  return true;
}

/* Drops all but the last `kept` lines; how many there were. */
static size_t keep_last(struct buffer *text, size_t kept) {
  size_t lines = 0, drop = 0;
  const char *bytes = buffer_bytes(text);
  for (size_t i = buffer_size(text); i > 0; i--) {
    if (bytes[i - 1] != '\n') continue;
    if (lines == kept) drop = i;
    lines++;
  }
  buffer_consume(text, drop);
  return lines;
}

static void rewrite(const char *path, const struct buffer *text) {
  char fresh[PATH_MAX + 8];
  int fd;
  bool done;
  snprintf(fresh, sizeof fresh, "%s.new", path);
  fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  done = write_all(fd, text);
  close(fd);
  if (!done || rename(fresh, path) != 0) unlink(fresh);
}

static size_t unescape(char *line, size_t size) {
  size_t kept = 0;
  for (size_t i = 0; i < size; i++) {
    if (line[i] == '\\' && i + 1 < size) {
      i++;
      line[kept++] = line[i] == 'n' ? '\n' : line[i];
    } else {
      line[kept++] = line[i];
    }
  }
  ASSERT(kept <= size, "an input is not longer than its line");
  return kept;
}

static void visit_lines(struct buffer *text,
                        void (*visit)(void *, const char *, size_t),
                        void *context) {
  while (buffer_size(text) > 0) {
    char *line = buffer_bytes(text);
    char *end = memchr(line, '\n', buffer_size(text));
    if (end == NULL) return;
    visit(context, line, unescape(line, (size_t)(end - line)));
    buffer_consume(text, (size_t)(end + 1 - line));
  }
}

void past_read(struct past *past,
                 void (*visit)(void *context, const char *text, size_t size),
                 void *context) {
  struct buffer text;
  int fd;
  if (past == NULL) return;
  fd = open_locked(past->path, O_RDONLY);
  if (fd < 0) return;
  buffer_init(&text);
  if (read_all(fd, &text)) {
    if (keep_last(&text, PAST_LARGEST) > (size_t)2 * PAST_LARGEST)
      rewrite(past->path, &text);
    visit_lines(&text, visit, context);
  }
  buffer_deinit(&text);
  close(fd);
}
