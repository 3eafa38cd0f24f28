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
#include "base/pipe.h"
#include "base/thread.h"

#define LINE_SIZE 4096
#define TEXT_SIZE 1024
#define STAMP_SIZE 64
#define INDENT "\n    "

struct log {
  struct mutex lock;
  int fd;
  log_sink *sink; /* NULL: fd; fixed before the first line */
  void *context;
  _Atomic int level; /* relaxed: a line more or less while it changes */
  /* All lock: */
  bool torn; /* the last line was cut short */
  bool keeps;
  struct log_line *first, **last; /* kept; `last` is where the next one goes */
  size_t bytes, lost;             /* of these; and lines that did not fit */
};

/* A line under way: on its way to a descriptor through `fixed`, or put together
** for a sink, in a block if `fixed` is too small. A byte more than `room` is
** there, for a NUL. */
struct line {
  struct log *log;
  size_t size, room;
  bool lost; /* a write has failed, or there is no memory: no more of it */
  char *bytes;
  char fixed[LINE_SIZE + 1];
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

void log_set_sink(struct log *log, log_sink *sink, void *context) {
  log->sink = sink;
  log->context = context;
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

static void begin(struct line *line, struct log *log) {
  line->log = log;
  line->size = 0;
  line->room = LINE_SIZE;
  line->lost = false;
  line->bytes = line->fixed;
}

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

/* In an engine's process the signal of a pipe that nobody reads would be the
** engine's. */
static void flush_locked(struct line *line) {
  struct pipe_guard guard;
  pipe_guard_enter(&guard);
  if (!line->lost)
    line->lost = !write_all(line->log->fd, line->bytes, line->size);
  pipe_guard_leave(&guard);
  line->size = 0;
}

static void grow(struct line *line) {
  char *larger = memory_alloc(2 * line->room + 1);
  line->lost = larger == NULL;
  if (line->lost) return;
  memcpy(larger, line->bytes, line->size);
  if (line->bytes != line->fixed) memory_free(line->bytes);
  line->bytes = larger;
  line->room *= 2;
}

static void make_room(struct line *line) {
  if (line->log->sink == NULL)
    flush_locked(line);
  else if (!line->lost)
    grow(line);
}

static void put(struct line *line, const char *bytes, size_t size) {
  while (size > 0) {
    if (line->size == line->room) make_room(line);
    if (line->size == line->room) return;
    size_t part = line->room - line->size;
    if (part > size) part = size;
    memcpy(line->bytes + line->size, bytes, part);
    line->size += part;
    bytes += part;
    size -= part;
  }
}

/* What could move the cursor, or pass for the end of something, is shown. */
static void put_visible(struct line *line, const char *text,
                               const char *end) {
  while (text < end) {
    const char *from = text;
    while (text < end && ((unsigned char)*text >= 32 || *text == '\t') &&
           *text != 127)
      text++;
    put(line, from, (size_t)(text - from));
    if (text < end) {
      char code[5];
      int size = snprintf(code, sizeof code, "\\x%02x",
                          (unsigned)(unsigned char)*text++);
      put(line, code, (size_t)size);
    }
  }
}

/* A text of several lines stays recognisable as one entry, and no text can
** pass for an entry that it is not. */
static void put_indented(struct line *line, const char *text,
                                size_t size) {
  while (size > 0 && text[size - 1] == '\n') size--;
  const char *end = text + size;
  while (text < end) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    if (stop == NULL) stop = end;
    put_visible(line, text, stop);
    if (stop == end) return;
    put(line, INDENT, sizeof INDENT - 1);
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

static void put_head(struct line *line, enum log_level level) {
  char text[STAMP_SIZE];
  put(line, text, stamp(text));
  int size = snprintf(text, sizeof text, " %-5s ", level_names[level]);
  put(line, text, size < 0 ? 0 : (size_t)size);
}

static void put_text(struct line *line, const char *who, const char *text,
                     size_t size) {
  if (who != NULL) {
    put(line, who, strlen(who));
    put(line, ": ", 2);
  }
  put_indented(line, text, size);
}

static bool wanted(struct log *log, enum log_level level) {
  ASSERT(level < LOG_OFF, "no line has the level off");
  return level >= log_level(log) && level < LOG_OFF;
}

static void write_locked(struct log *log, enum log_level level,
                         const char *who, const char *text, size_t size) {
  struct line line;
  begin(&line, log);
  if (log->torn) put(&line, "\n", 1);
  put_head(&line, level);
  put_text(&line, who, text, size);
  put(&line, "\n", 1);
  flush_locked(&line);
  log->torn = line.lost;
}

/* Without the lock: whoever it is may be long about it. */
static void tell(struct log *log, enum log_level level, const char *who,
                 const char *text, size_t size) {
  struct line line;
  begin(&line, log);
  put_text(&line, who, text, size);
  line.bytes[line.size] = '\0';
  log->sink(log->context, level, line.bytes, line.size);
  if (line.bytes != line.fixed) memory_free(line.bytes);
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
  bool kept = log->keeps;
  if (kept)
    keep_locked(log, level, who, text, size);
  else if (log->sink == NULL)
    write_locked(log, level, who, text, size);
  mutex_unlock(&log->lock);
  if (!kept && log->sink != NULL) tell(log, level, who, text, size);
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

/* With the lock if it goes to a descriptor. */
static void write_kept(struct log *log, const struct log_line *line) {
  if (log->sink == NULL)
    write_locked(log, line->level, line->who, line->text, line->size);
  else
    tell(log, line->level, line->who, line->text, line->size);
}

void log_keep(struct log *log, bool keep) {
  struct log_line *line;
  mutex_lock(&log->lock);
  log->keeps = keep;
  while (!keep && (line = take_locked(log)) != NULL) {
    if (log->sink != NULL) mutex_unlock(&log->lock);
    write_kept(log, line);
    if (log->sink != NULL) mutex_lock(&log->lock);
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
