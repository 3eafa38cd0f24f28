#include "terminal/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#define HEAD ((size_t)4)
#define READ_SIZE ((size_t)64 << 10)

void wire_init(struct wire *wire, int fd) {
  int flags = fcntl(fd, F_GETFL);
  *wire = (struct wire){.fd = fd};
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  buffer_init(&wire->in);
  buffer_init(&wire->out);
}

void wire_deinit(struct wire *wire) {
  close(wire->fd);
  buffer_deinit(&wire->in);
  buffer_deinit(&wire->out);
}

static void break_off(struct wire *wire, const char *format, size_t number) {
  snprintf(wire->problem, sizeof wire->problem, format, number);
  wire->closed = true;
  wire->deaf = true;
}

/* --- Sending -------------------------------------------------------------- */

static bool is_passing(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* One who has closed may have said why before that: it is still read. */
static void flush(struct wire *wire) {
  while (!wire->deaf && buffer_size(&wire->out) > 0) {
    ssize_t sent = send(wire->fd, buffer_bytes(&wire->out),
                        buffer_size(&wire->out), MSG_NOSIGNAL);
    if (sent < 0 && is_passing(errno)) return;
    if (sent < 0)
      wire->deaf = true;
    else
      buffer_consume(&wire->out, (size_t)sent);
  }
  if (wire->deaf) buffer_clear(&wire->out);
}

static void put_length(char *bytes, size_t length) {
  for (size_t i = 0; i < HEAD; i++)
    bytes[i] = (char)(unsigned char)(length >> (8 * i));
}

static size_t get_length(const char *bytes) {
  size_t length = 0;
  for (size_t i = 0; i < HEAD; i++)
    length |= (size_t)(unsigned char)bytes[i] << (8 * i);
  return length;
}

bool wire_send(struct wire *wire, char type, const char *payload, size_t size) {
  char *bytes;
  if (size > WIRE_TEXT_LARGEST) return false;
  if (wire->deaf) return true;
  bytes = buffer_reserve(&wire->out, HEAD + 1 + size);
  if (bytes == NULL) return false;
  put_length(bytes, 1 + size);
  bytes[HEAD] = type;
  if (size > 0) memcpy(bytes + HEAD + 1, payload, size);
  buffer_grow(&wire->out, HEAD + 1 + size);
  flush(wire);
  return true;
}

short wire_events(const struct wire *wire) {
  short events = wire->closed ? 0 : POLLIN;
  if (buffer_size(&wire->out) > 0) events |= POLLOUT;
  return events;
}

/* --- Reading -------------------------------------------------------------- */

static void fill(struct wire *wire) {
  char *room = buffer_reserve(&wire->in, READ_SIZE);
  ssize_t got;
  if (room == NULL) {
    break_off(wire, "not enough memory for what the host sends", 0);
    return;
  }
  got = recv(wire->fd, room, READ_SIZE, 0);
  if (got > 0)
    buffer_grow(&wire->in, (size_t)got);
  else if (got == 0 || !is_passing(errno))
    wire->closed = true;
}

void wire_exchange(struct wire *wire) {
  flush(wire);
  if (!wire->closed) fill(wire);
}

/* What a frame has needed is not kept: one may be large. */
static void drop_taken(struct wire *wire) {
  if (wire->taken == 0) return;
  buffer_consume(&wire->in, wire->taken);
  if (buffer_size(&wire->in) == 0 && wire->taken > READ_SIZE)
    buffer_deinit(&wire->in);
  wire->taken = 0;
}

static bool is_length(struct wire *wire, size_t length) {
  if (length >= 1 && length <= WIRE_READ_LARGEST) return true;
  break_off(wire, "the host sent a frame of %zu bytes", length);
  buffer_clear(&wire->in);
  return false;
}

bool wire_next(struct wire *wire, struct frame *frame) {
  size_t length;
  const char *bytes;
  drop_taken(wire);
  if (buffer_size(&wire->in) < HEAD) return false;
  bytes = buffer_bytes(&wire->in);
  length = get_length(bytes);
  if (!is_length(wire, length)) return false;
  if (buffer_size(&wire->in) - HEAD < length) return false;
  wire->taken = HEAD + length;
  ASSERT(wire->taken <= buffer_size(&wire->in), "a frame that is whole");
  *frame = (struct frame){bytes[HEAD], bytes + HEAD + 1, length - 1};
  return true;
}

bool wire_is_over(const struct wire *wire) { return wire->closed; }

const char *wire_problem(const struct wire *wire) {
  return wire->problem[0] != '\0' ? wire->problem : NULL;
}
