/*
** Buffer: growth by doubling; consumed room in front is won back first.
*/
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

#define CAPACITY_SMALLEST ((size_t)64)

void buffer_init(struct buffer *buffer) {
  *buffer = (struct buffer){.data = NULL};
}

void buffer_deinit(struct buffer *buffer) {
  memory_free(buffer->data);
  buffer_init(buffer);
}

/* The capacity that holds `needed` bytes, or 0 if there is no such number. */
static size_t capacity_for(size_t capacity, size_t needed) {
  if (capacity < CAPACITY_SMALLEST) capacity = CAPACITY_SMALLEST;
  while (capacity < needed) {
    if (capacity > SIZE_MAX / 2) return 0;
    capacity *= 2;
  }
  return capacity;
}

static void close_gap(struct buffer *buffer) {
  size_t used = buffer_size(buffer);
  memmove(buffer->data, buffer->data + buffer->start, used);
  buffer->start = 0;
  buffer->end = used;
}

static bool enlarge(struct buffer *buffer, size_t needed) {
  size_t capacity = capacity_for(buffer->capacity, needed);
  if (capacity == 0) return false;
  char *data = memory_resize(buffer->data, capacity);
  if (data == NULL) return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

char *buffer_reserve(struct buffer *buffer, size_t size) {
  size_t used = buffer_size(buffer);
  /* An empty reservation must not answer the NULL of an empty buffer. */
  if (size == 0) size = 1;
  if (buffer->capacity - buffer->end >= size) return buffer->data + buffer->end;
  if (size > SIZE_MAX - buffer->end) return NULL;
  /* Bytes move only when at least as much has been consumed, so that each
  ** byte moves a bounded number of times on average. */
  if (buffer->start >= used && buffer->capacity - used >= size)
    close_gap(buffer);
  else if (!enlarge(buffer, buffer->end + size))
    return NULL;
  return buffer->data + buffer->end;
}

void buffer_grow(struct buffer *buffer, size_t size) {
  CHECK(size <= buffer->capacity - buffer->end, "grown past what was reserved");
  buffer->end += size;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t size) {
  if (size == 0) return true;
  char *at = buffer_reserve(buffer, size);
  if (at == NULL) return false;
  memcpy(at, bytes, size);
  buffer_grow(buffer, size);
  return true;
}

bool buffer_format(struct buffer *buffer, const char *format, ...) {
  va_list arguments;
  size_t room = buffer->capacity - buffer->end;
  char *at = room == 0 ? NULL : buffer->data + buffer->end;
  va_start(arguments, format);
  int written = vsnprintf(at, room, format, arguments);
  va_end(arguments);
  if (written < 0) return false;
  size_t size = (size_t)written;
  if (size >= room) { /* vsnprintf wants room for its zero byte too */
    at = buffer_reserve(buffer, size + 1);
    if (at == NULL) return false;
    va_start(arguments, format);
    vsnprintf(at, size + 1, format, arguments);
    va_end(arguments);
  }
  buffer_grow(buffer, size);
  return true;
}

void buffer_consume(struct buffer *buffer, size_t size) {
  CHECK(size <= buffer_size(buffer), "consumed more than there is");
  buffer->start += size;
  if (buffer->start == buffer->end) buffer_clear(buffer);
}

void buffer_clear(struct buffer *buffer) {
  buffer->start = 0;
  buffer->end = 0;
}
