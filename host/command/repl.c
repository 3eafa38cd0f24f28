/*
** What the host writes by itself, its log and what actors print, must not go
** into the line that is being edited. So at a terminal both go into pipes, and
** the client shows what comes out of them above that line. Standard error is
** left alone: a process that dies says why there.
**
** The other end of a pipe may be slow, as a terminal may: then who prints
** waits. It is never closed before the host has stopped; from the end of the
** session on the writers have the terminal itself.
*/
#define _GNU_SOURCE /* pipe2, program_invocation_short_name */
#include "command/repl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "command/hosting.h"
#include "terminal/session.h"
#include "terminal/signals.h"

#define TAKEN_LARGEST ((size_t)1 << 20) /* at once */

/* Standard output or the log, while it goes through a pipe. */
struct detour {
  int from; /* the descriptor that is written to */
  int to;   /* where it leads otherwise; -1: there is no detour */
  int pipe; /* the end to read */
};

struct repl {
  struct troupe_options options;
  struct troupe *host;
  struct client client;
  struct detour output;
  struct detour log;
  struct aside asides[3];
};

/* --- Detours -------------------------------------------------------------- */

static bool take_pipe(void *context, struct buffer *text) {
  struct detour *detour = context;
  while (buffer_size(text) < TAKEN_LARGEST) {
    char *room = buffer_reserve(text, 4096);
    ssize_t got = room != NULL ? read(detour->pipe, room, 4096) : -1;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    buffer_grow(text, (size_t)got);
  }
  return true;
}

/* The end to read does not wait; the end to write does. */
static bool make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void divert_output(struct repl *repl) {
  struct detour *detour = &repl->output;
  int ends[2];
  if (!isatty(STDOUT_FILENO) || !make_pipe(ends)) return;
  detour->to = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  detour->pipe = ends[0];
  detour->from = STDOUT_FILENO;
  setvbuf(stdout, NULL, _IOLBF, 0);
  dup2(ends[1], STDOUT_FILENO);
  close(ends[1]);
  repl->client.output = detour->to;
}

static void divert_log(struct repl *repl) {
  struct detour *detour = &repl->log;
  int ends[2];
  if (!isatty(STDERR_FILENO) || !make_pipe(ends)) return;
  detour->to = STDERR_FILENO;
  detour->pipe = ends[0];
  detour->from = ends[1];
  repl->options.log_fd = ends[1];
}

static void add_aside(struct repl *repl, int fd,
                      bool (*take)(void *, struct buffer *), void *context) {
  repl->asides[repl->client.aside_count++] = (struct aside){fd, take, context};
}

/* What is still in there is not lost. */
static void end_detour(struct detour *detour) {
  struct buffer text;
  if (detour->to < 0) return;
  dup2(detour->to, detour->from);
  buffer_init(&text);
  take_pipe(detour, &text);
  if (buffer_size(&text) > 0 &&
      write(detour->to, buffer_bytes(&text), buffer_size(&text)) < 0)
    errno = 0; /* nobody is there to read it */
  buffer_deinit(&text);
}

/* --- The session ---------------------------------------------------------- */

static bool take_end(void *context, struct buffer *text) {
  struct repl *repl = context;
  if (troupe_failed(repl->host))
    buffer_format(text, "%s: %s\n", repl->client.program,
                  troupe_error(repl->host));
  return false;
}

static void prepare(struct repl *repl, const struct request *request) {
  repl->options = request->options;
  repl->options.console = true;
  if (repl->options.log_level == NULL) repl->options.log_level = "warn";
  repl->client = (struct client){.input = STDIN_FILENO,
                                 .output = STDOUT_FILENO,
                                 .error = STDERR_FILENO,
                                 .program = program_invocation_short_name,
                                 .json = request->json,
                                 .codes = request->codes,
                                 .code_count = request->code_count,
                                 .asides = repl->asides};
  repl->output.to = -1;
  repl->log.to = -1;
  if (!session_is_interactive(&repl->client)) return;
  divert_output(repl);
  divert_log(repl);
  if (repl->output.to >= 0)
    add_aside(repl, repl->output.pipe, take_pipe, &repl->output);
  if (repl->log.to >= 0) add_aside(repl, repl->log.pipe, take_pipe, &repl->log);
}

/* Who talks from a pipe means the application, not its first moments. A signal
** is the session's. */
static void wait_for_application(struct repl *repl) {
  struct pollfd fds[] = {{troupe_begin_fd(repl->host), POLLIN, 0},
                         {troupe_end_fd(repl->host), POLLIN, 0},
                         {repl->client.signals, POLLIN, 0}};
  while (poll(fds, sizeof fds / sizeof *fds, -1) < 0 && errno == EINTR)
    continue;
}

static int converse(struct repl *repl, const struct request *request) {
  struct client *client = &repl->client;
  if (request->file == NULL && request->code != NULL &&
      !session_is_interactive(client))
    wait_for_application(repl);
  client->fd = troupe_console(repl->host);
  if (client->fd < 0) return hosting_tell(troupe_error(repl->host));
  add_aside(repl, troupe_end_fd(repl->host), take_end, repl);
  return session_run(client);
}

static int work(struct repl *repl, const struct request *request) {
  int status = 1;
  repl->client.signals = signals_open();
  if (hosting_begin(repl->host, request))
    status = converse(repl, request);
  else
    hosting_tell(troupe_error(repl->host));
  while (signals_next(repl->client.signals) != 0) continue;
  hosting_unblock_interrupt();
  return status;
}

int run_repl(const struct request *request) {
  struct repl repl = {.host = NULL};
  struct request own = *request;
  int status = 1;
  prepare(&repl, request);
  own.options = repl.options;
  repl.host = hosting_make(&own);
  if (repl.host != NULL) status = work(&repl, &own);
  end_detour(&repl.output);
  end_detour(&repl.log);
  return repl.host != NULL ? hosting_finish(repl.host, status, 0) : status;
}
