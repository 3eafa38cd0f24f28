/*
** Values: between a host's writers and readers (troupe.h) and the messages of
** its actors. No Lua state has a part in it.
**
** Threads
**   [owner]  all functions: whoever has the writer, or the reader;
**            values_message wants a thread with a slab cache bound
*/
#ifndef TROUPE_CODEC_VALUES_H
#define TROUPE_CODEC_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/message.h"
#include "troupe.h"

/* Encoded values. */
struct values {
  const void *bytes; /* NULL if there are none */
  size_t size;
  uint16_t count;
  unsigned char flags; /* MESSAGE_TABLES or 0 */
};

/* What the writer holds, until it is written to, or reset. False:
** troupe_writer_error says why. */
bool values_written(const struct troupe_writer *writer,
                    struct values *values);

/* A new message of it. NULL: troupe_writer_error says why, or there is no
** memory. The writer keeps what it holds. Returns owned. */
struct message *values_message(const struct troupe_writer *writer,
                               enum message_kind kind);

/* A reader of `count` encoded values, which it borrows. */
void values_read(struct troupe_reader *reader, const void *bytes, size_t size,
                 size_t count);
void values_read_message(struct troupe_reader *reader,
                         const struct message *message);

#endif
