/*
** Editor: a line from a terminal, edited, with history and completion; text
** that comes meanwhile is shown above it. The only one that knows libedit.
**
** Text is UTF-8, whatever the locale says; the thread that edits is in a locale
** of its own for that.
**
** Threads
**   [main]  all functions: where editor_new was called
** Ownership
**   The descriptors stay the caller's.
*/
#ifndef TROUPE_TERMINAL_EDITOR_H
#define TROUPE_TERMINAL_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Characters of a line: as many as are typed, and as a block that is pasted may
** have. A line that is longer is refused whole. */
#define EDITOR_TYPED_LARGEST ((size_t)1 << 16)
#define EDITOR_PASTED_LARGEST ((size_t)1 << 20)

enum editor_wait {
  EDITOR_READY,       /* there is input of the terminal */
  EDITOR_INTERRUPTED, /* leave the line, by Ctrl-C */
  EDITOR_LEAVE        /* leave the line */
};

struct editor_face {
  enum editor_wait (*wait)(void *context);
  /* Appends what may stand before the cursor (see completion.h). */
  void (*complete)(void *context, const char *text, size_t size,
                   struct buffer *answer);
};

enum editor_outcome {
  EDITOR_LINE, /* entered */
  EDITOR_FULL, /* entered, but too long: there is no line */
  EDITOR_CUT,  /* left, as the face wanted */
  EDITOR_END   /* the end of the input: Ctrl-D, or no terminal any more */
};

struct editor;

/* NULL: no memory. */
struct editor *editor_new(int input, int output, const struct editor_face *face,
                          void *context);
/* The terminal is as it was. Takes NULL. */
void editor_free(struct editor *editor);

/* Appends the line, without its end, which may hold line ends: one that was
** pasted, or is from the history. */
enum editor_outcome editor_read(struct editor *editor, const char *prompt,
                                size_t prompt_size, struct buffer *line);

/* Keeps an input, for this session and the next. */
void editor_remember(struct editor *editor, const char *text, size_t size);

/* Between them whoever likes writes whole lines, at the start of a row. Both do
** nothing while no line is being edited. */
void editor_hide(struct editor *editor);
void editor_show(struct editor *editor);

/* The terminal has another size. */
void editor_resize(struct editor *editor);
/* The terminal as it was while the process is stopped, and back. */
void editor_release(struct editor *editor);
void editor_regain(struct editor *editor);

#endif
