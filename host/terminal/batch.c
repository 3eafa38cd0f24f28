#include "terminal/batch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "terminal/screen.h"

/* A third Ctrl-C ends us, for a host that answers to none. */
#define PATIENCE 2

struct batch {
  struct talk talk;
  const struct client *client;
};

static void put(struct batch *batch, int fd, const char *text, size_t size) {
  talk_write(&batch->talk, fd, text, size);
}

static void put_line(struct batch *batch, int fd, const char *text,
                     size_t size) {
  put(batch, fd, text, size);
  if (size == 0 || text[size - 1] != '\n') put(batch, fd, "\n", 1);
}

static void show_output(void *context, const char *text, size_t size) {
  struct batch *batch = context;
  const struct client *client = batch->client;
  put(batch, client->json ? client->error : client->output, text, size);
}

static void show_notice(void *context, const char *text, size_t size) {
  struct batch *batch = context;
  put_line(batch, batch->client->error, text, size);
}

static const struct talk_face face = {.output = show_output,
                                      .notice = show_notice};

static int complain(struct batch *batch, const char *what, size_t size) {
  put(batch, batch->client->error, batch->client->program,
      strlen(batch->client->program));
  put(batch, batch->client->error, ": ", 2);
  put_line(batch, batch->client->error, what, size);
  return 1;
}

static int complain_text(struct batch *batch, const char *what) {
  return complain(batch, what, strlen(what));
}

/* What to end with when there is no answer. */
static int status_of_end(struct batch *batch) {
  struct talk *talk = &batch->talk;
  const char *why = "the host has ended the session";
  if (talk->signal != 0) return 128 + talk->signal;
  if (buffer_size(&talk->ending) == 0) return complain_text(batch, why);
  return complain(batch, buffer_bytes(&talk->ending),
                  buffer_size(&talk->ending));
}

/* --- Evaluating ----------------------------------------------------------- */

/* A host tells of unfinished input by asking for more; there is no more. */
static int fail_unfinished(struct batch *batch) {
  static const char json[] = "{\"ok\":false,\"error\":{\"kind\":\"syntax\","
                             "\"message\":\"unfinished input\"}}";
  if (!batch->client->json) return complain_text(batch, "unfinished input");
  put_line(batch, batch->client->output, json, sizeof json - 1);
  return 1;
}

static int show_answer(struct batch *batch, const struct frame *frame) {
  const struct client *client = batch->client;
  int status = batch->talk.interrupted ? 128 + SIGINT : 1;
  if (frame->type == WIRE_MORE) return fail_unfinished(batch);
  if (frame->type == WIRE_FAILURE) {
    put_line(batch, client->json ? client->output : client->error,
             frame->payload, frame->size);
    return status;
  }
  if (frame->size > 0 || client->json)
    put_line(batch, client->output, frame->payload, frame->size);
  return batch->talk.signal != 0 ? 128 + batch->talk.signal : 0;
}

static int evaluate(struct batch *batch, enum wire_type type, const char *what,
                    const char *text, size_t size) {
  struct frame frame;
  char error[80];
  if (!talk_ask(&batch->talk, type, text, size)) {
    snprintf(error, sizeof error, "%s is longer than 1 MiB", what);
    return complain_text(batch, error);
  }
  if (!talk_answer(&batch->talk, &frame)) return status_of_end(batch);
  return show_answer(batch, &frame);
}

static int evaluate_codes(struct batch *batch) {
  const struct client *client = batch->client;
  int status = 0;
  for (int i = 0; i < client->code_count && status == 0; i++)
    status = evaluate(batch, WIRE_EVALUATE, "a line of code", client->codes[i],
                      strlen(client->codes[i]));
  return status;
}

/* --- Standard input ------------------------------------------------------- */

/* The whole input, or as much as shows that it is too long; false: it was cut
** short. */
static bool read_script(struct batch *batch, struct buffer *script) {
  int input = batch->client->input;
  while (buffer_size(script) <= WIRE_TEXT_LARGEST) {
    char *room = buffer_reserve(script, 64 << 10);
    ssize_t got;
    if (room == NULL || !talk_wait(&batch->talk, input)) return false;
    got = read(input, room, 64 << 10);
    if (got == 0) return true;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return complain_text(batch, strerror(errno)) == 0;
    buffer_grow(script, (size_t)got);
  }
  return true;
}

static int evaluate_input(struct batch *batch) {
  struct buffer script;
  int status;
  buffer_init(&script);
  if (read_script(batch, &script))
    status = evaluate(batch, WIRE_SCRIPT, "standard input",
                      buffer_bytes(&script), buffer_size(&script));
  else if (batch->talk.interrupted)
    status = 128 + SIGINT;
  else
    status = talk_is_over(&batch->talk) ? status_of_end(batch) : 1;
  buffer_deinit(&script);
  return status;
}

/* --- The session ---------------------------------------------------------- */

static struct talk_hello describe(const struct client *client) {
  struct talk_hello hello = {.mode = client->json ? "json" : "plain"};
  int rows;
  screen_size(client->output, &hello.width, &rows);
  hello.colour = !client->json && isatty(client->output) &&
                 isatty(client->error) && screen_has_colour();
  return hello;
}

static int work(struct batch *batch) {
  struct talk_hello hello = describe(batch->client);
  struct buffer banner;
  bool welcome;
  buffer_init(&banner);
  talk_hello(&batch->talk, &hello);
  welcome = talk_greet(&batch->talk, &banner);
  buffer_deinit(&banner);
  if (!welcome) return status_of_end(batch);
  return batch->client->code_count > 0 ? evaluate_codes(batch)
                                       : evaluate_input(batch);
}

int batch_run(const struct client *client) {
  struct batch batch = {.client = client};
  int status;
  talk_init(&batch.talk, client->fd, client->signals, &face, &batch);
  batch.talk.asides = client->asides;
  batch.talk.aside_count = client->aside_count;
  batch.talk.patience = PATIENCE;
  status = work(&batch);
  talk_deinit(&batch.talk);
  return status;
}
