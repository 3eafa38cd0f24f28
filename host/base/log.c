/*
** Log: a line is put together in a fixed block on the stack and written with
** one system call, or a few if it is long. Nothing is allocated for a line
** of ordinary length: "out of memory" must be sayable without memory.
*/
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"

#define LINE_SIZE 4096
#define TEXT_SIZE 1024
#define STAMP_SIZE 64
#define INDENT "\n    "

struct log {
  struct mutex lock;
  int fd;
  _Atomic int level; /* relaxed: a line more or less while it changes */
  /* All lock: */
  bool torn; /* the last line was cut short */
  bool keeps;
  struct log_line *first, **last; /* kept; `last` is where the next one goes */
  size_t bytes, lost;             /* of these; and lines that did not fit */
};

/* A line under way. */
struct line {
  struct log *log;
  size_t size;
  bool lost; /* a write has failed: the rest is dropped */
  char bytes[LINE_SIZE];
};

static const char *const level_names[] = {
#define LOG_LEVEL_TEXT(name, text) [LOG_##name] = text,
    LOG_LEVEL_LIST(LOG_LEVEL_TEXT)
#undef LOG_LEVEL_TEXT
};

struct log *log_new(int fd, enum log_level level) {
  struct log *log = memory_zalloc(sizeof *log);
  if (log == NULL) return NULL;
  mutex_init(&log->lock);
  log->fd = fd;
  log->last = &log->first;
  log_set_level(log, level);
  return log;
}

void log_free(struct log *log) {
  if (log == NULL) return;
  log_keep(log, false);
  mutex_deinit(&log->lock);
  memory_free(log);
}

void log_set_level(struct log *log, enum log_level level) {
  ASSERT(level <= LOG_OFF, "a log level");
  atomic_store_explicit(&log->level, (int)level, memory_order_relaxed);
}

enum log_level log_level(struct log *log) {
  return (enum log_level)atomic_load_explicit(&log->level,
                                              memory_order_relaxed);
}

const char *log_level_name(enum log_level level) { return level_names[level]; }

bool log_level_parse(const char *name, enum log_level *level) {
  for (int i = LOG_DEBUG; i <= LOG_OFF; i++) {
    if (strcmp(name, level_names[i]) == 0) {
      *level = (enum log_level)i;
      return true;
    }
  }
  return false;
}

/* --- A line --------------------------------------------------------------- */

/* All of it, or false. */
static bool write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t written = write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= (size_t)written;
  }
  return true;
}

static void flush_locked(struct line *line) {
  if (!line->lost)
    line->lost = !write_all(line->log->fd, line->bytes, line->size);
  line->size = 0;
}

static void put_locked(struct line *line, const char *bytes, size_t size) {
  while (size > 0) {
    if (line->size == LINE_SIZE) flush_locked(line);
    size_t part = LINE_SIZE - line->size;
    if (part > size) part = size;
    memcpy(line->bytes + line->size, bytes, part);
    line->size += part;
    bytes += part;
    size -= part;
  }
}

/* What could move the cursor, or pass for the end of something, is shown. */
static void put_visible_locked(struct line *line, const char *text,
                               const char *end) {
  while (text < end) {
    const char *from = text;
    while (text < end && ((unsigned char)*text >= 32 || *text == '\t') &&
           *text != 127)
      text++;
    put_locked(line, from, (size_t)(text - from));
    if (text < end) {
      char code[5];
      int size = snprintf(code, sizeof code, "\\x%02x",
                          (unsigned)(unsigned char)*text++);
      put_locked(line, code, (size_t)size);
    }
  }
}

/* A text of several lines stays recognisable as one entry, and no text can
** pass for an entry that it is not. */
static void put_indented_locked(struct line *line, const char *text,
                                size_t size) {
  while (size > 0 && text[size - 1] == '\n') size--;
  const char *end = text + size;
  while (text < end) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    if (stop == NULL) stop = end;
    put_visible_locked(line, text, stop);
    if (stop == end) return;
    put_locked(line, INDENT, sizeof INDENT - 1);
    text = stop + 1;
  }
}

static size_t stamp(char text[STAMP_SIZE]) {
  struct timespec now;
  struct tm utc;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  size_t size = strftime(text, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
  int more = snprintf(text + size, STAMP_SIZE - size, ".%03ldZ",
                      now.tv_nsec / 1000000);
  return more < 0 ? size : size + (size_t)more;
}

static void put_head_locked(struct line *line, enum log_level level,
                            const char *who) {
  char text[STAMP_SIZE];
  put_locked(line, text, stamp(text));
  int size = snprintf(text, sizeof text, " %-5s ", level_names[level]);
  put_locked(line, text, size < 0 ? 0 : (size_t)size);
  if (who == NULL) return;
  put_locked(line, who, strlen(who));
  put_locked(line, ": ", 2);
}

static bool wanted(struct log *log, enum log_level level) {
  ASSERT(level < LOG_OFF, "no line has the level off");
  return level >= log_level(log) && level < LOG_OFF;
}

static void write_locked(struct log *log, enum log_level level,
                         const char *who, const char *text, size_t size) {
  struct line line;
  line.log = log;
  line.size = 0;
  line.lost = false;
  if (log->torn) put_locked(&line, "\n", 1);
  put_head_locked(&line, level, who);
  put_indented_locked(&line, text, size);
  put_locked(&line, "\n", 1);
  flush_locked(&line);
  log->torn = line.lost;
}

/* --- Kept ----------------------------------------------------------------- */

static void keep_locked(struct log *log, enum log_level level,
                        const char *who, const char *text, size_t size) {
  size_t name = who != NULL ? strlen(who) + 1 : 0;
  size_t all = sizeof(struct log_line) + name + size + 1;
  struct log_line *line = NULL;
  if (all <= LOG_KEPT_LARGEST - log->bytes) line = memory_alloc(all);
  if (line == NULL) {
    log->lost++;
    return;
  }
  char *bytes = (char *)(line + 1);
  if (who != NULL) memcpy(bytes, who, name);
  memcpy(bytes + name, text, size);
  bytes[name + size] = '\0';
  *line = (struct log_line){.all = all, .level = level,
                            .who = who != NULL ? bytes : NULL,
                            .size = size, .text = bytes + name};
  *log->last = line;
  log->last = &line->next;
  log->bytes += all;
}

void log_text(struct log *log, enum log_level level, const char *who,
              const char *text, size_t size) {
  if (!wanted(log, level)) return;
  mutex_lock(&log->lock);
  if (log->keeps)
    keep_locked(log, level, who, text, size);
  else
    write_locked(log, level, who, text, size);
  mutex_unlock(&log->lock);
}

static struct log_line *take_locked(struct log *log) {
  struct log_line *line = log->first;
  if (line == NULL) return NULL;
  ASSERT(log->bytes >= line->all, "it has been counted");
  log->first = line->next;
  if (log->first == NULL) log->last = &log->first;
  log->bytes -= line->all;
  return line;
}

struct log_line *log_take(struct log *log, size_t *lost) {
  mutex_lock(&log->lock);
  struct log_line *line = take_locked(log);
  *lost = line == NULL ? log->lost : 0;
  if (line == NULL) log->lost = 0;
  mutex_unlock(&log->lock);
  return line;
}

void log_line_free(struct log_line *line) { memory_free(line); }

void log_keep(struct log *log, bool keep) {
  struct log_line *line;
  mutex_lock(&log->lock);
  log->keeps = keep;
  while (!keep && (line = take_locked(log)) != NULL) {
    write_locked(log, line->level, line->who, line->text, line->size);
    log_line_free(line);
  }
  mutex_unlock(&log->lock);
}

/* Text too long for the stack goes to the heap; without memory the part that
** did fit is better than nothing. */
void log_write(struct log *log, enum log_level level, const char *who,
               const char *format, ...) {
  if (!wanted(log, level)) return;
  char small[TEXT_SIZE];
  char *large = NULL;
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (written < 0) return;
  size_t size = (size_t)written;
  if (size >= sizeof small) large = memory_alloc(size + 1);
  if (large != NULL) {
    va_start(arguments, format);
    vsnprintf(large, size + 1, format, arguments);
    va_end(arguments);
  } else if (size >= sizeof small) {
    size = sizeof small - 1;
  }
  log_text(log, level, who, large != NULL ? large : small, size);
  memory_free(large);
}
