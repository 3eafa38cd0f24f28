#include "embed/terminal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "codec/values.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/poll.h"
#include "embed/problem.h"
#include "embed/sized.h"
#include "script/console.h"
#include "script/life.h"
#include "script/order.h"

#define INPUT_LARGEST (((size_t)1 << 20) - 64) /* with the rest of a frame */
#define COLUMNS_DEFAULT 80
/* What stands in its mailbox until it is polled; then who sends waits. */
#define WAITING_MESSAGES 256
#define WAITING_BYTES ((uint64_t)1 << 20)

bool terminals_install(struct troupe *host) {
  struct terminals *terminals = memory_zalloc(sizeof *terminals);
  if (terminals == NULL) return false;
  terminals->native.natives = host->script->natives;
  terminals->native.behaviour = terminal_behaviour;
  host->terminals = terminals;
  return true;
}

static void free_terminal(struct troupe_terminal *terminal) {
  buffer_deinit(&terminal->prompt);
  buffer_deinit(&terminal->more_prompt);
  buffer_deinit(&terminal->input);
  buffer_deinit(&terminal->answer);
  memory_free(terminal);
}

/* What `end` calls may close it, which frees nothing yet. */
void terminals_remove(struct troupe *host) {
  struct troupe_terminal *terminal;
  if (host->terminals == NULL) return;
  while ((terminal = host->terminals->first) != NULL) {
    inside_enter();
    terminal_over(terminal, "the host has stopped");
    inside_leave();
    host->terminals->first = terminal->next;
    free_terminal(terminal);
  }
  memory_free(host->terminals);
  host->terminals = NULL;
}

void terminal_release(struct troupe_terminal *terminal) {
  struct troupe_terminal **link = &terminal->host->terminals->first;
  if (terminal->lives || !terminal->closed) return;
  while (*link != terminal) link = &(*link)->next;
  *link = terminal->next;
  free_terminal(terminal);
}

void terminal_over(struct troupe_terminal *terminal, const char *why) {
  if (terminal->ended) return;
  terminal->ended = true;
  terminal->ready = false;
  terminal->session = ID_NONE;
  if (!terminal->closed && terminal->options.end != NULL)
    terminal->options.end(terminal->options.context, why);
}

/* --- To the session ------------------------------------------------------- */

/* A frame. False: problem_set says why. */
static bool tell(struct troupe_terminal *terminal, const char *kind,
                 const char *payload, size_t size) {
  struct troupe_writer *writer = troupe_writer_new();
  bool sent;
  troupe_write_text(writer, "frame");
  troupe_write_text(writer, kind);
  troupe_write_string(writer, payload, size);
  sent = troupe_send(terminal->host, troupe_to(terminal->session), writer);
  troupe_writer_free(writer);
  return sent;
}

bool terminal_hello(struct troupe_terminal *terminal) {
  int columns = terminal->options.columns;
  char text[100];
  snprintf(text, sizeof text, "protocol=1\nmode=terminal\nwidth=%d\ncolour=0\n",
           columns > 0 ? columns : COLUMNS_DEFAULT);
  return tell(terminal, "H", text, strlen(text));
}

/* --- Opening and closing -------------------------------------------------- */

static struct message *start_message(void) {
  struct troupe_writer *writer = troupe_writer_new();
  struct message *message;
  troupe_write_text(writer, terminal_behaviour.name);
  message = troupe_writer_error(writer) == NULL
                ? values_message(writer, MESSAGE_START)
                : NULL;
  troupe_writer_free(writer);
  return message;
}

/* The project's limits are not for it, nor is its module path. */
static struct actor *new_actor(struct troupe_terminal *terminal) {
  struct script *script = terminal->host->script;
  struct mailbox_bound bound = {WAITING_MESSAGES, WAITING_BYTES, FULL_WAIT};
  struct actor *actor = life_new(script, NULL, ID_NONE);
  if (actor == NULL) return NULL;
  if (!script->natives_face->adopt(&terminal->host->terminals->native,
                                   actor->body)) {
    life_discard(script, actor);
    return NULL;
  }
  life_exempt(actor);
  mailbox_set_bound(&actor->mailbox, &bound);
  ((struct body *)actor->body)->native->state = terminal;
  return actor;
}

static bool launch(struct troupe_terminal *terminal) {
  struct message *start = start_message();
  struct actor *actor = start != NULL ? new_actor(terminal) : NULL;
  if (actor == NULL) {
    message_free(start);
    return false;
  }
  terminal->pid = body_pid(actor->body);
  scheduler_prepare(actor, start);
  scheduler_launch(terminal->host->scheduler, actor, READY_QUEUE);
  return true;
}

static bool open_terminal(struct troupe_terminal *terminal) {
  struct troupe *host = terminal->host;
  struct entry entry;
  if (!entry_open(&host->entries, &entry)) return false;
  worker_keep();
  terminal->lives = launch(terminal);
  worker_let();
  entry_close(&host->entries, &entry);
  if (!terminal->lives) return false;
  terminal->next = host->terminals->first;
  host->terminals->first = terminal;
  return true;
}

static bool check(struct troupe *host) {
  if (host->scheduler->engine == NULL)
    return problem_set("expected a host with options.engine to have a "
                       "terminal");
  if (host->script->console == NULL)
    return problem_set("expected a host with options.console to have a "
                       "terminal");
  if (!poll_is_engine(host))
    return problem_set("expected the engine's thread to open a terminal, got "
                       "another");
  return host->script->console->pid != ID_NONE ||
         problem_set("the host has not been started");
}

struct troupe_terminal *troupe_terminal_open(
    struct troupe *host, const struct troupe_terminal_options *given) {
  struct troupe_terminal_options options;
  struct troupe_terminal *terminal;
  if (!sized_take(given, &options, sizeof options,
                  "troupe_terminal_options") ||
      !check(host))
    return NULL;
  terminal = memory_zalloc(sizeof *terminal);
  if (terminal != NULL) {
    terminal->host = host;
    terminal->options = options;
    terminal->at_start = true;
    if (open_terminal(terminal)) return terminal;
    free_terminal(terminal);
  }
  problem_set("not enough memory");
  return NULL;
}

static void stop_actor(struct troupe_terminal *terminal) {
  struct troupe *host = terminal->host;
  struct entry entry;
  if (!entry_open(&host->entries, &entry)) return;
  worker_keep();
  order_stop(host->script, terminal->pid);
  worker_let();
  entry_close(&host->entries, &entry);
}

/* Without memory to stop it, the actor leaves when it hears anything more. */
void troupe_terminal_close(struct troupe_terminal *terminal) {
  if (terminal == NULL) return;
  terminal->closed = true;
  if (terminal->lives) stop_actor(terminal);
  terminal_release(terminal);
}

/* --- What is typed -------------------------------------------------------- */

const char *troupe_terminal_prompt(const struct troupe_terminal *terminal) {
  if (!terminal->ready) return NULL;
  return buffer_bytes(terminal->more ? &terminal->more_prompt
                                     : &terminal->prompt);
}

static bool check_ready(const struct troupe_terminal *terminal) {
  if (terminal->ready) return true;
  return problem_set(terminal->ended ? "the session has ended"
                                     : "no line may be typed now");
}

/* The input's lines so far and a text that follows. */
static bool join(const struct troupe_terminal *terminal, const char *text,
                 size_t size, struct buffer *whole) {
  size_t before = buffer_size(&terminal->input);
  buffer_init(whole);
  if (text == NULL && size > 0)
    return problem_set("expected %zu bytes of a line, got NULL", size);
  if (size > INPUT_LARGEST || before + size > INPUT_LARGEST)
    return problem_set("the input is longer than 1 MiB");
  return (buffer_append(whole, buffer_bytes(&terminal->input), before) &&
          buffer_append(whole, text, size)) ||
         problem_set("not enough memory");
}

bool troupe_terminal_line(struct troupe_terminal *terminal, const char *line,
                          size_t size) {
  struct buffer whole;
  if (!check_ready(terminal)) return false;
  if (!join(terminal, line, size, &whole) ||
      !tell(terminal, "E", buffer_bytes(&whole), buffer_size(&whole))) {
    buffer_deinit(&whole);
    return false;
  }
  buffer_deinit(&terminal->input);
  terminal->input = whole;
  terminal->ready = false;
  terminal->interrupts = 0;
  return true;
}

bool troupe_terminal_interrupt(struct troupe_terminal *terminal) {
  if (terminal->ready) {
    terminal->more = false;
    buffer_clear(&terminal->input);
    return true;
  }
  if (terminal->session == ID_NONE) return check_ready(terminal);
  if (!tell(terminal, "I", NULL, 0)) return false;
  terminal->interrupts++;
  return true;
}

bool troupe_terminal_complete(struct troupe_terminal *terminal,
                              const char *text, size_t size) {
  struct buffer whole;
  bool asked;
  if (!check_ready(terminal)) return false;
  asked = join(terminal, text, size, &whole) &&
          tell(terminal, "C", buffer_bytes(&whole), buffer_size(&whole));
  buffer_deinit(&whole);
  if (!asked) return false;
  terminal->asked++;
  terminal->before = size;
  return true;
}

bool troupe_terminal_resize(struct troupe_terminal *terminal, int columns) {
  if (terminal->ended) return check_ready(terminal);
  terminal->options.columns = columns;
  return terminal->session == ID_NONE || terminal_hello(terminal);
}
