#define _GNU_SOURCE /* program_invocation_short_name */
#include "command/attach.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "command/misuse.h"
#include "terminal/seek.h"
#include "terminal/session.h"
#include "terminal/signals.h"

static int tell(const struct buffer *problem) {
  if (buffer_size(problem) == 0) return misuse_tell("not enough memory");
  fprintf(stderr, "%s: %.*s", program_invocation_short_name,
          (int)buffer_size(problem), buffer_bytes(problem));
  return 1;
}

static int list(void) {
  struct buffer names, problem;
  int status = 0;
  buffer_init(&names);
  buffer_init(&problem);
  if (!seek_list(&names, &problem))
    status = tell(&problem);
  else if (buffer_size(&names) > 0)
    fwrite(buffer_bytes(&names), 1, buffer_size(&names), stdout);
  buffer_deinit(&names);
  buffer_deinit(&problem);
  return status;
}

/* Signals end the process till there is a session. */
static int join(const struct request *request) {
  struct client client = {.input = STDIN_FILENO,
                          .output = STDOUT_FILENO,
                          .error = STDERR_FILENO,
                          .program = program_invocation_short_name,
                          .json = request->json,
                          .codes = request->codes,
                          .code_count = request->code_count};
  struct buffer problem;
  int status;
  buffer_init(&problem);
  client.fd = seek_host(request->host, &problem);
  status = client.fd < 0 ? tell(&problem) : 0;
  buffer_deinit(&problem);
  if (client.fd < 0) return status;
  client.signals = signals_open();
  return session_run(&client);
}

int attach(const struct request *request) {
  return request->list ? list() : join(request);
}
