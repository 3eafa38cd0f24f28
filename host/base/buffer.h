/*
** Buffer: bytes that grow at the end and are consumed at the front.
**
** Threads    [owner] all functions
** Ownership  The buffer owns its bytes; buffer_deinit frees them and leaves
**            an empty buffer that may be used again.
*/
#ifndef TROUPE_BASE_BUFFER_H
#define TROUPE_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
  char *data;      /* NULL while capacity is 0 */
  size_t start;    /* first byte not yet consumed */
  size_t end;      /* one past the last byte */
  size_t capacity; /* bytes allocated */
};

void buffer_init(struct buffer *buffer);
void buffer_deinit(struct buffer *buffer);

/* Room for `size` more bytes at the end: their address, or NULL: no memory.
** Call buffer_grow with what was really written. */
char *buffer_reserve(struct buffer *buffer, size_t size);
void buffer_grow(struct buffer *buffer, size_t size);

bool buffer_append(struct buffer *buffer, const void *bytes, size_t size);
bool buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops `size` bytes at the front; an emptied buffer restarts at 0. */
void buffer_consume(struct buffer *buffer, size_t size);
void buffer_clear(struct buffer *buffer);

static inline size_t buffer_size(const struct buffer *buffer) {
  return buffer->end - buffer->start;
}
static inline char *buffer_bytes(const struct buffer *buffer) {
  return buffer->data + buffer->start;
}

#endif
