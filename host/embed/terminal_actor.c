/*
** A terminal's actor: what its session casts to it. Each cast is a piece of a
** frame: the frame's letter (lua/troupe/console/frame.lua), some bytes of the
** payload, and whether there are more.
**
** A callback may close the terminal, which then stays until its actor ends; so
** what is done after one looks at `closed` where that matters.
*/
#include <string.h>

#include "base/completion.h"
#include "base/memory.h"
#include "embed/host.h"
#include "embed/terminal.h"
#include "script/console.h"

struct piece {
  const char *bytes;
  size_t size;
  bool more;
};

/* --- Showing -------------------------------------------------------------- */

static void put(struct troupe_terminal *terminal, const char *bytes,
                size_t size, enum troupe_style style) {
  const struct troupe_terminal_options *options = &terminal->options;
  if (size == 0) return;
  terminal->at_start = bytes[size - 1] == '\n';
  if (!terminal->closed && options->text != NULL)
    options->text(options->context, bytes, size, style);
}

static void start_row(struct troupe_terminal *terminal,
                      enum troupe_style style) {
  if (!terminal->at_start) put(terminal, "\n", 1, style);
}

static void put_lines(struct troupe_terminal *terminal,
                      const struct piece *piece, enum troupe_style style) {
  if (!terminal->within) start_row(terminal, style);
  put(terminal, piece->bytes, piece->size, style);
  terminal->within = piece->more;
  if (!piece->more) start_row(terminal, style);
}

/* What was told to end has nothing more to say; and nobody waits for a line's
** end that comes while nothing is at work. */
static void put_output(struct troupe_terminal *terminal,
                       const struct piece *piece) {
  if (terminal->interrupts == 0)
    put(terminal, piece->bytes, piece->size, TROUPE_OUTPUT);
  if (terminal->ready && !piece->more) start_row(terminal, TROUPE_OUTPUT);
}

/* --- The prompt ----------------------------------------------------------- */

static void be_ready(struct troupe_terminal *terminal) {
  const struct troupe_terminal_options *options = &terminal->options;
  terminal->ready = true;
  terminal->interrupts = 0;
  if (!terminal->closed && options->ready != NULL)
    options->ready(options->context);
}

static size_t count_characters(const char *text, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++)
    if (((unsigned char)text[i] & 0xc0) != 0x80) count++;
  return count;
}

static bool write_prompts(struct troupe_terminal *terminal,
                          const struct piece *piece) {
  struct buffer *more = &terminal->more_prompt;
  size_t width = count_characters(piece->bytes, piece->size);
  buffer_clear(&terminal->prompt);
  buffer_clear(more);
  for (; width > 4; width--)
    if (!buffer_append(more, " ", 1)) return false;
  return buffer_append(more, "... ", 5) &&
         buffer_append(&terminal->prompt, piece->bytes, piece->size) &&
         buffer_append(&terminal->prompt, "", 1);
}

/* The first one is when the session begins. */
static bool set_prompt(struct troupe_terminal *terminal,
                       const struct piece *piece) {
  bool first = buffer_size(&terminal->prompt) == 0;
  if (!write_prompts(terminal, piece)) return false;
  if (first) be_ready(terminal);
  return true;
}

/* --- Answers -------------------------------------------------------------- */

static void answer(struct troupe_terminal *terminal,
                   const struct piece *piece, enum troupe_style style) {
  if (piece->size > 0) put_lines(terminal, piece, style);
  if (piece->more) return;
  start_row(terminal, TROUPE_OUTPUT);
  terminal->more = false;
  buffer_clear(&terminal->input);
  be_ready(terminal);
}

/* Without memory for it the line before is as good as not typed. */
static void want_more(struct troupe_terminal *terminal) {
  terminal->more = buffer_append(&terminal->input, "\n", 1);
  if (!terminal->more) buffer_clear(&terminal->input);
  be_ready(terminal);
}

/* Each a text of its own, behind the array. */
static bool list(const struct completion *completion,
                 struct troupe_completion *shown) {
  size_t pointers = (completion->count + 1) * sizeof(char *);
  size_t size = completion->size + completion->common + 2;
  const char **lines = memory_alloc(pointers + size);
  char *text = (char *)lines + pointers, *end = text + completion->size;
  if (lines == NULL) return false;
  memcpy(text, completion->candidates, completion->size);
  *end = '\0';
  memcpy(end + 1, completion->candidates, completion->common);
  end[1 + completion->common] = '\0';
  for (size_t i = 0; i < completion->count; i++) {
    char *next = strchr(text, '\n');
    lines[i] = text;
    if (next == NULL) break;
    *next = '\0';
    text = next + 1;
  }
  shown->replaced = completion->replaced;
  shown->common = end + 1;
  shown->count = completion->count;
  shown->candidates = lines;
  return true;
}

static void show_completion(struct troupe_terminal *terminal) {
  const struct troupe_terminal_options *options = &terminal->options;
  struct troupe_completion shown = {.size = sizeof shown, .common = ""};
  struct completion completion;
  if (terminal->closed || options->completion == NULL) return;
  if (completion_read(&completion, buffer_bytes(&terminal->answer),
                      buffer_size(&terminal->answer), terminal->before))
    list(&completion, &shown);
  options->completion(options->context, &shown);
  memory_free((void *)(uintptr_t)shown.candidates);
}

/* Of several only the last answers a question that somebody has yet. */
static bool complete(struct troupe_terminal *terminal,
                     const struct piece *piece) {
  if (!buffer_append(&terminal->answer, piece->bytes, piece->size))
    return false;
  if (piece->more) return true;
  if (terminal->asked > 0 && --terminal->asked == 0)
    show_completion(terminal);
  buffer_clear(&terminal->answer);
  return true;
}

/* --- What comes ----------------------------------------------------------- */

static bool greet(struct troupe_actor *self, struct troupe_terminal *terminal,
                  uint64_t session, const struct piece *piece) {
  const char *banner = memchr(piece->bytes, '\n', piece->size);
  struct piece rest = {"", 0, false};
  terminal->session = session;
  if (banner != NULL) {
    rest.bytes = banner + 1;
    rest.size = piece->size - (size_t)(rest.bytes - piece->bytes);
  }
  put_lines(terminal, &rest, TROUPE_NOTICE);
  return troupe_monitor(self, session) && terminal_hello(terminal);
}

static void leave(struct troupe_actor *self, struct troupe_terminal *terminal,
                  const char *why, size_t size) {
  struct buffer text;
  buffer_init(&text);
  if (buffer_append(&text, why, size) && buffer_append(&text, "", 1))
    terminal_over(terminal, buffer_bytes(&text));
  else
    terminal_over(terminal, "");
  buffer_deinit(&text);
  troupe_leave_actor(self, NULL);
}

static bool take(struct troupe_actor *self, struct troupe_terminal *terminal,
                 const struct troupe_request *request,
                 const struct piece *piece) {
  switch (request->name[0]) {
    case 'W':
      return greet(self, terminal, request->sender, piece);
    case 'P':
      return set_prompt(terminal, piece);
    case 'O':
      put_output(terminal, piece);
      return true;
    case 'N':
      put_lines(terminal, piece, TROUPE_NOTICE);
      return true;
    case 'R':
      answer(terminal, piece, TROUPE_VALUE);
      return true;
    case 'F':
      answer(terminal, piece, TROUPE_FAILURE);
      return true;
    case 'M':
      want_more(terminal);
      return true;
    case 'C':
      return complete(terminal, piece);
    case 'Z':
      leave(self, terminal, piece->bytes, piece->size);
      return true;
    default:
      troupe_unknown(self);
      return true;
  }
}

/* Of the session, or, as long as there is none, of the console. */
static bool is_from_session(const struct troupe_terminal *terminal,
                            const struct troupe_request *request) {
  return terminal->session == ID_NONE || request->sender == terminal->session;
}

static bool read_piece(struct troupe_request *request, struct piece *piece) {
  return request->kind == TROUPE_CAST && request->name != NULL &&
         request->name_size == 1 &&
         troupe_read_string(&request->arguments, &piece->bytes,
                            &piece->size) &&
         troupe_read_boolean(&request->arguments, &piece->more);
}

static void handle(struct troupe_actor *self, struct troupe_request *request) {
  static const char no_memory[] = "not enough memory";
  struct troupe_terminal *terminal = troupe_state(self);
  struct piece piece;
  if (terminal->closed || terminal->ended)
    troupe_leave_actor(self, NULL);
  else if (!is_from_session(terminal, request) || !read_piece(request, &piece))
    troupe_unknown(self);
  else if (!take(self, terminal, request, &piece))
    leave(self, terminal, no_memory, sizeof no_memory - 1);
}

/* --- Its beginning and its end -------------------------------------------- */

static bool ask_for_session(struct troupe_actor *self,
                            struct troupe_terminal *terminal) {
  uint64_t console = terminal->host->script->console->pid;
  struct troupe_writer *writer = troupe_writer_new();
  bool sent;
  troupe_write_text(writer, "terminal");
  troupe_write_pid(writer, terminal->pid);
  sent = troupe_monitor(self, console) &&
         troupe_send(terminal->host, troupe_to(console), writer);
  troupe_writer_free(writer);
  return sent;
}

static bool start(struct troupe_actor *self, struct troupe_reader *arguments) {
  struct troupe_terminal *terminal = troupe_state(self);
  (void)arguments;
  if (!terminal->closed && !ask_for_session(self, terminal))
    leave(self, terminal, troupe_problem(), strlen(troupe_problem()));
  return true;
}

/* The session, or the console, in whose arms it lives. */
static void down(struct troupe_actor *self, uint64_t pid, const char *reason) {
  struct troupe_terminal *terminal = troupe_state(self);
  (void)pid;
  (void)reason;
  if (!terminal->ended)
    leave(self, terminal, "the session has ended", 21);
}

static void end(struct troupe_actor *self, const char *reason) {
  struct troupe_terminal *terminal = troupe_state(self);
  terminal_over(terminal, strcmp(reason, "shutdown") == 0 ? "the host stops"
                                                         : reason);
  terminal->lives = false;
  terminal_release(terminal);
}

const struct troupe_behaviour terminal_behaviour = {
    .size = sizeof terminal_behaviour,
    .name = "troupe.terminal",
    .where = TROUPE_ON_POLL,
    .start = start,
    .handle = handle,
    .down = down,
    .end = end};
