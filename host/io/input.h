/*
** Input: bytes received and not taken yet, and the search for what somebody
** wants among them. Knows no socket.
**
** Threads    [owner] all functions
** Ownership  A piece borrows the input's bytes until the next call but
**            input_find.
*/
#ifndef TROUPE_IO_INPUT_H
#define TROUPE_IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum stream_want {
  STREAM_SOME,  /* whatever is there, at least one byte */
  STREAM_LINE,  /* up to "\n", which (with a "\r" before it) is cut off */
  STREAM_EXACTLY /* `size` bytes */
};

struct wish {
  enum stream_want want;
  size_t size; /* STREAM_EXACTLY */
};

struct input {
  struct buffer buffer;
  size_t scanned;    /* bytes at the front that hold no "\n" */
  size_t taken;      /* bytes at the front that the last piece was made of */
  size_t line_limit; /* longest line without its end */
};

void input_init(struct input *input, size_t line_limit);
void input_deinit(struct input *input);

bool input_add(struct input *input, const void *bytes, size_t size);

enum input_found {
  INPUT_NONE, /* not yet */
  INPUT_FOUND,
  INPUT_TOO_LONG /* a line longer than the limit, finished or not */
};

struct piece {
  const char *bytes; /* never NULL when found */
  size_t size;
  size_t whole; /* with its line end */
};

/* What has been searched is not searched again. `last`: nothing will follow,
** an unfinished line or fewer bytes than wanted will do. */
enum input_found input_find(struct input *input, const struct wish *wish,
                            bool last, struct piece *piece);
/* The piece is given away: it stays where it is until input_consume. */
void input_take(struct input *input, const struct piece *piece);
/* Drops the last piece given away. */
void input_consume(struct input *input);
/* Gives the memory back if nothing is there. */
void input_trim(struct input *input);

#endif
