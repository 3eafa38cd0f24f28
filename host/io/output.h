/*
** Output: bytes written to a libuv stream and not sent yet.
**
** What the kernel takes at once is never copied. The rest waits in a buffer:
** one write of libuv's is under way at a time, and everything written
** meanwhile becomes the next one, so many small writes to a slow reader cost
** their bytes and no request each.
**
** Threads    [worker] all functions: the stream's
** Ownership  The stream must outlive its close callback: a write under way
**            is ended by closing, before that callback.
*/
#ifndef TROUPE_IO_OUTPUT_H
#define TROUPE_IO_OUTPUT_H

#include <stddef.h>
#include <uv.h>

#include "base/buffer.h"
#include "base/status.h"

struct output {
  uv_stream_t *stream;
  struct buffer waiting; /* not given to libuv yet */
  struct flight *flight; /* given to libuv; NULL: none */
  int error;             /* negative once writing has failed: for good */
  /* Some was sent, or writing failed; not called from output_write. */
  void (*changed)(struct output *output);
};

void output_init(struct output *output, uv_stream_t *stream,
                 void (*changed)(struct output *output));
/* Drops what waits. */
void output_deinit(struct output *output);

/* STATUS_OK: all is taken. STATUS_CLOSED: output.error. STATUS_NOMEM:
** nothing is taken. */
enum status output_write(struct output *output, const void *bytes,
                         size_t size);
size_t output_size(const struct output *output); /* bytes not sent */

#endif
