#include "terminal/talk.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/tick.h"
#include "terminal/signals.h"

#define GREETING_LIMIT (10 * TICK_SECOND)
#define PROMPT_LIMIT TICK_SECOND
#define COMPLETION_LIMIT (3 * TICK_SECOND / 10)
#define WRITE_LARGEST ((size_t)4096) /* PIPE_BUF: what poll promises */

void talk_init(struct talk *talk, int fd, int signals,
               const struct talk_face *face, void *context) {
  *talk = (struct talk){.signals = signals, .face = face, .context = context};
  wire_init(&talk->wire, fd);
  buffer_init(&talk->prompt);
  buffer_init(&talk->ending);
}

void talk_deinit(struct talk *talk) {
  wire_deinit(&talk->wire);
  buffer_deinit(&talk->prompt);
  buffer_deinit(&talk->ending);
}

bool talk_is_over(const struct talk *talk) {
  return talk->over || talk->signal != 0;
}

static void end(struct talk *talk, const char *why, size_t size) {
  if (talk->over) return;
  talk->over = true;
  buffer_append(&talk->ending, why, size);
}

static void lose(struct talk *talk, const char *why) {
  talk->lost = !talk->over;
  end(talk, why, strlen(why));
}

/* --- Signals -------------------------------------------------------------- */

static void interrupt(struct talk *talk) {
  talk->interrupted = true;
  if (!talk->asked) return;
  if (talk->patience > 0 && talk->interrupts == talk->patience) {
    talk->signal = SIGINT;
    return;
  }
  talk->interrupts++;
  wire_send(&talk->wire, WIRE_INTERRUPT, NULL, 0);
}

static void suspend(struct talk *talk) {
  if (talk->face->stopping != NULL) talk->face->stopping(talk->context, false);
  signals_suspend();
  if (talk->face->stopping != NULL) talk->face->stopping(talk->context, true);
}

/* True: one was to cut something short. */
static bool hear_signals(struct talk *talk) {
  int number;
  bool cut = false;
  while ((number = signals_next(talk->signals)) != 0) {
    cut |= number != SIGTSTP && number != SIGWINCH;
    if (number == SIGINT)
      interrupt(talk);
    else if (number == SIGTSTP)
      suspend(talk);
    else if (number != SIGWINCH)
      talk->signal = number;
    else if (talk->face->resized != NULL)
      talk->face->resized(talk->context);
  }
  return cut;
}

void talk_write(struct talk *talk, int fd, const char *text, size_t size) {
  struct pollfd fds[] = {{fd, POLLOUT, 0}, {talk->signals, POLLIN, 0}};
  while (size > 0) {
    ssize_t written;
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0 && hear_signals(talk)) return;
    if (fds[0].revents == 0) continue;
    written = write(fd, text, size < WRITE_LARGEST ? size : WRITE_LARGEST);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (written < 0) { /* nobody reads it: as if the signal had ended us */
      talk->signal = SIGPIPE;
      return;
    }
    text += written;
    size -= (size_t)written;
  }
}

/* --- What comes ----------------------------------------------------------- */

static void set_prompt(struct talk *talk, const struct frame *frame) {
  buffer_clear(&talk->prompt);
  buffer_append(&talk->prompt, frame->payload, frame->size);
}

/* An answer that is too late answers a question that nobody has any more. */
static bool is_completion(struct talk *talk) {
  ASSERT(talk->completions >= 0, "completions are counted");
  if (talk->completions == 0) return false;
  talk->completions--;
  return talk->completions == 0;
}

/* True: it is for whoever waits. */
static bool sort(struct talk *talk, const struct frame *frame) {
  switch (frame->type) {
    case WIRE_PROMPT:
      set_prompt(talk, frame);
      return false;
    case WIRE_OUTPUT: /* one that was told to end has nothing more to say */
      if (talk->interrupts == 0)
        talk->face->output(talk->context, frame->payload, frame->size);
      return false;
    case WIRE_NOTICE:
      talk->face->notice(talk->context, frame->payload, frame->size);
      return false;
    case WIRE_END:
      end(talk, frame->payload, frame->size);
      return false;
    case WIRE_RESULT:
    case WIRE_FAILURE:
    case WIRE_MORE:
      return talk->asked;
    case WIRE_COMPLETE:
      return is_completion(talk);
    case WIRE_WELCOME:
      return !talk->welcome;
    default: /* of a later protocol */
      return false;
  }
}

static bool next_frame(struct talk *talk, struct frame *frame) {
  while (!talk_is_over(talk) && wire_next(&talk->wire, frame))
    if (sort(talk, frame)) return true;
  if (talk_is_over(talk) || !wire_is_over(&talk->wire)) return false;
  lose(talk, wire_problem(&talk->wire) != NULL
                 ? wire_problem(&talk->wire)
                 : "the host has closed the connection");
  return false;
}

static void hear_aside(struct talk *talk, struct aside *aside) {
  struct buffer text;
  buffer_init(&text);
  if (!aside->take(aside->context, &text)) aside->fd = -1;
  if (buffer_size(&text) > 0)
    talk->face->notice(talk->context, buffer_bytes(&text), buffer_size(&text));
  buffer_deinit(&text);
}

/* Milliseconds, rounded up; -1: for ever. */
static int until(uint64_t deadline) {
  uint64_t now = tick_now();
  if (deadline == TICK_NEVER) return -1;
  return deadline <= now ? 0 : (int)((deadline - now) / 1000000 + 1);
}

/* Waits for anything, and deals with all but the frames and `fd`; true: `fd`
** can be read. */
static bool hear(struct talk *talk, int fd, uint64_t deadline) {
  struct pollfd fds[3 + TALK_ASIDES_LARGEST] = {
      {talk->wire.fd, wire_events(&talk->wire), 0},
      {talk->signals, POLLIN, 0},
      {fd, POLLIN, 0}};
  int count = talk->aside_count;
  ASSERT(count <= TALK_ASIDES_LARGEST, "no more asides than there is room");
  for (int i = 0; i < count; i++)
    fds[3 + i] = (struct pollfd){talk->asides[i].fd, POLLIN, 0};
  if (poll(fds, (nfds_t)(3 + count), until(deadline)) < 0) return false;
  if (fds[1].revents != 0) hear_signals(talk);
  for (int i = 0; i < count; i++)
    if (fds[3 + i].revents != 0) hear_aside(talk, &talk->asides[i]);
  if (fds[0].revents != 0) wire_exchange(&talk->wire);
  return fds[2].revents != 0;
}

/* --- Talking -------------------------------------------------------------- */

void talk_hello(struct talk *talk, const struct talk_hello *hello) {
  char text[80];
  int size =
      snprintf(text, sizeof text, "protocol=1\nmode=%s\nwidth=%d\ncolour=%d\n",
               hello->mode, hello->width, hello->colour);
  wire_send(&talk->wire, WIRE_HELLO, text, (size_t)size);
}

static void take_banner(const struct frame *frame, struct buffer *banner) {
  const char *line = memchr(frame->payload, '\n', frame->size);
  if (line == NULL) return;
  line++;
  buffer_append(banner, line, frame->size - (size_t)(line - frame->payload));
}

bool talk_greet(struct talk *talk, struct buffer *banner) {
  uint64_t deadline = tick_add(tick_now(), GREETING_LIMIT);
  struct frame frame;
  while (!next_frame(talk, &frame) || frame.type != WIRE_WELCOME) {
    if (talk->interrupted) talk->signal = SIGINT;
    if (tick_now() >= deadline) lose(talk, "the host does not answer");
    if (talk_is_over(talk)) return false;
    hear(talk, -1, deadline);
  }
  talk->welcome = true;
  take_banner(&frame, banner);
  return true;
}

void talk_await_prompt(struct talk *talk) {
  uint64_t deadline = tick_add(tick_now(), PROMPT_LIMIT);
  struct frame frame;
  while (next_frame(talk, &frame)) continue;
  while (buffer_size(&talk->prompt) == 0 && !talk_is_over(talk) &&
         tick_now() < deadline) {
    hear(talk, -1, deadline);
    while (next_frame(talk, &frame)) continue;
  }
  if (buffer_size(&talk->prompt) == 0) buffer_append(&talk->prompt, "> ", 2);
}

bool talk_ask(struct talk *talk, enum wire_type type, const char *text,
              size_t size) {
  ASSERT(!talk->asked, "one evaluation at a time");
  if (!wire_send(&talk->wire, (char)type, text, size)) return false;
  talk->asked = true;
  talk->interrupts = 0;
  talk->interrupted = false;
  return true;
}

bool talk_answer(struct talk *talk, struct frame *frame) {
  while (!next_frame(talk, frame)) {
    if (talk_is_over(talk)) return false;
    hear(talk, -1, TICK_NEVER);
  }
  talk->asked = false;
  talk->interrupts = 0;
  return true;
}

bool talk_wait(struct talk *talk, int fd) {
  struct frame frame;
  bool ready = false;
  talk->interrupted = false;
  while (!ready && !talk->interrupted) {
    while (next_frame(talk, &frame)) continue;
    if (talk_is_over(talk)) return false;
    ready = hear(talk, fd, TICK_NEVER);
  }
  return !talk->interrupted;
}

void talk_complete(struct talk *talk, const char *text, size_t size,
                   struct buffer *answer) {
  uint64_t deadline = tick_add(tick_now(), COMPLETION_LIMIT);
  struct frame frame;
  if (!wire_send(&talk->wire, WIRE_COMPLETE, text, size)) return;
  talk->completions++;
  while (!talk_is_over(talk) && tick_now() < deadline) {
    if (next_frame(talk, &frame) && frame.type == WIRE_COMPLETE) {
      buffer_append(answer, frame.payload, frame.size);
      return;
    }
    hear(talk, -1, deadline);
  }
}
