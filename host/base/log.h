/*
** Log: lines for the operator, one call one line, written whole.
**
**   2026-11-24T06:17:16.123Z info  <0.17.3> account: opened with 100
**
** Threads
**   [any thread]  all functions; one short lock around the write
** Ownership
**   Lines that have been taken are the caller's.
** Errors
**   A line that cannot be written is lost; logging never fails its caller.
*/
#ifndef TROUPE_BASE_LOG_H
#define TROUPE_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_LEVEL_LIST(X) \
  X(DEBUG, "debug")       \
  X(INFO, "info")         \
  X(WARN, "warn")         \
  X(ERROR, "error")       \
  X(OFF, "off")

enum log_level {
#define LOG_LEVEL_NAME(name, text) LOG_##name,
  LOG_LEVEL_LIST(LOG_LEVEL_NAME)
#undef LOG_LEVEL_NAME
};

struct log;

/* Writes to the file descriptor `fd`, which stays the caller's. */
struct log *log_new(int fd, enum log_level level); /* NULL: no memory */
void log_free(struct log *log);

/*
** Where lines go instead, each as a text of its own: without the time and the
** level in front, and with no new line at the end, but a NUL behind. Set before
** the first line. It is called on any thread, by several at a time.
*/
typedef void log_sink(void *context, enum log_level level, const char *line,
                      size_t size);
void log_set_sink(struct log *log, log_sink *sink, void *context);

/* At any time: a line that is being written meanwhile is judged by either. */
void log_set_level(struct log *log, enum log_level level);
enum log_level log_level(struct log *log);
const char *log_level_name(enum log_level level);
bool log_level_parse(const char *name, enum log_level *level);

/* A line that was kept: who and text follow each other, each with its NUL. */
struct log_line {
  struct log_line *next;
  size_t all; /* bytes that it takes */
  enum log_level level;
  const char *who; /* NULL: nobody */
  size_t size;     /* of the text */
  const char *text;
};

/* From here on lines are kept, not written; or what is kept is written, and
** lines are again. What is kept when the log is freed is written, too. */
void log_keep(struct log *log, bool keep);
/* Takes the oldest that is kept. NULL: none is; `lost` lines would be, but no
** more than LOG_KEPT_LARGEST bytes are kept, or there was no memory. */
#define LOG_KEPT_LARGEST ((size_t)1 << 20)
struct log_line *log_take(struct log *log, size_t *lost);
void log_line_free(struct log_line *line);

/* `who` stands before the text ("<0.17.3> account") and may be NULL. New
** lines inside the text become "\n    ". */
void log_write(struct log *log, enum log_level level, const char *who,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
void log_text(struct log *log, enum log_level level, const char *who,
              const char *text, size_t size);

#endif
