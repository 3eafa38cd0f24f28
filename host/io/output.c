#include "io/output.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"

/* A write that libuv has. */
struct flight {
  uv_write_t request;
  struct output *output;
  struct buffer bytes;
};

static void sent(uv_write_t *request, int status);

void output_init(struct output *output, uv_stream_t *stream,
                 void (*changed)(struct output *output)) {
  memset(output, 0, sizeof *output);
  output->stream = stream;
  output->changed = changed;
  buffer_init(&output->waiting);
}

void output_deinit(struct output *output) {
  ASSERT(output->flight == NULL, "closing ends a write that is under way");
  buffer_deinit(&output->waiting);
}

static void free_flight(struct flight *flight) {
  flight->output->flight = NULL;
  buffer_deinit(&flight->bytes);
  memory_free(flight);
}

static void fail(struct output *output, int error) {
  output->error = error;
  buffer_deinit(&output->waiting);
}

/* Gives all that waits to libuv. 0, or a code; then it still waits. */
static int launch(struct output *output) {
  struct flight *flight = memory_zalloc(sizeof *flight);
  uv_buf_t bytes;
  int error;
  if (flight == NULL) return UV_ENOMEM;
  bytes.base = buffer_bytes(&output->waiting);
  bytes.len = buffer_size(&output->waiting);
  flight->request.data = flight;
  flight->output = output;
  error = uv_write(&flight->request, output->stream, &bytes, 1, sent);
  if (error != 0) {
    memory_free(flight);
    return error;
  }
  output->flight = flight;
  flight->bytes = output->waiting;
  buffer_init(&output->waiting);
  return 0;
}

static void sent(uv_write_t *request, int status) {
  struct flight *flight = request->data;
  struct output *output = flight->output;
  free_flight(flight);
  if (status == 0 && buffer_size(&output->waiting) > 0)
    status = launch(output);
  if (status < 0) fail(output, status);
  output->changed(output);
}

/* What the kernel takes now; negative: writing has failed. */
static ssize_t send_at_once(struct output *output, const void *bytes,
                            size_t size) {
  uv_buf_t buffer = {.base = (char *)bytes, .len = size};
  int count = uv_try_write(output->stream, &buffer, 1);
  return count == UV_EAGAIN ? 0 : count;
}

enum status output_write(struct output *output, const void *bytes,
                         size_t size) {
  ssize_t count = 0;
  int error = 0;
  if (output->error < 0) return STATUS_CLOSED;
  if (size == 0) return STATUS_OK;
  if (output->flight == NULL) count = send_at_once(output, bytes, size);
  if (count < 0) {
    fail(output, (int)count);
    return STATUS_CLOSED;
  }
  if ((size_t)count == size) return STATUS_OK;
  if (!buffer_append(&output->waiting, (const char *)bytes + count,
                     size - (size_t)count))
    error = UV_ENOMEM;
  else if (output->flight == NULL)
    error = launch(output);
  if (error == 0) return STATUS_OK;
  if (error == UV_ENOMEM && count == 0) {
    if (output->flight == NULL) buffer_deinit(&output->waiting);
    return STATUS_NOMEM;
  }
  /* Half of it is out: whatever followed would be taken for the rest. */
  fail(output, error);
  return STATUS_CLOSED;
}

size_t output_size(const struct output *output) {
  size_t size = buffer_size(&output->waiting);
  if (output->flight != NULL)
    size += uv_stream_get_write_queue_size(output->stream);
  return size;
}
