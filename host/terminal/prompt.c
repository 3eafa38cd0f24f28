#include "terminal/prompt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "terminal/editor.h"
#include "terminal/screen.h"

struct prompt {
  struct talk talk;
  const struct client *client;
  struct editor *editor;
  int terminal;
  bool at_start; /* the cursor is at the start of a row, as far as we know */
  struct buffer input; /* entered so far */
};

int prompt_terminal(const struct client *client) {
  if (isatty(client->output)) return client->output;
  return isatty(client->error) ? client->error : -1;
}

/* --- Showing -------------------------------------------------------------- */

static void put(struct prompt *prompt, int fd, const char *text, size_t size) {
  if (size == 0) return;
  talk_write(&prompt->talk, fd, text, size);
  prompt->at_start = text[size - 1] == '\n';
}

/* The terminal has shown the ^C that was typed during an evaluation. */
static void start_row(struct prompt *prompt) {
  if (prompt->talk.interrupted) prompt->at_start = false;
  prompt->talk.interrupted = false;
  if (!prompt->at_start) put(prompt, prompt->terminal, "\n", 1);
}

static void put_line(struct prompt *prompt, int fd, const char *text,
                     size_t size) {
  start_row(prompt);
  put(prompt, fd, text, size);
  if (!prompt->at_start) put(prompt, fd, "\n", 1);
}

static void show_output(void *context, const char *text, size_t size) {
  struct prompt *prompt = context;
  editor_hide(prompt->editor);
  put(prompt, prompt->client->output, text, size);
  if (!prompt->talk.asked) start_row(prompt);
  editor_show(prompt->editor);
}

static void show_notice(void *context, const char *text, size_t size) {
  struct prompt *prompt = context;
  editor_hide(prompt->editor);
  put_line(prompt, prompt->terminal, text, size);
  editor_show(prompt->editor);
}

static void complain(struct prompt *prompt, const char *what) {
  start_row(prompt);
  put(prompt, prompt->client->error, prompt->client->program,
      strlen(prompt->client->program));
  put(prompt, prompt->client->error, ": ", 2);
  prompt->at_start = true;
  put_line(prompt, prompt->client->error, what, strlen(what));
}

/* --- The terminal --------------------------------------------------------- */

static void say_hello(struct prompt *prompt) {
  struct talk_hello hello = {.mode = "terminal"};
  int rows;
  screen_size(prompt->terminal, &hello.width, &rows);
  hello.colour = isatty(prompt->client->output) && screen_has_colour();
  talk_hello(&prompt->talk, &hello);
}

static void resize(void *context) {
  struct prompt *prompt = context;
  editor_resize(prompt->editor);
  say_hello(prompt);
}

static void stop(void *context, bool goes_on) {
  struct prompt *prompt = context;
  if (goes_on)
    editor_regain(prompt->editor);
  else
    editor_release(prompt->editor);
}

static const struct talk_face talk_face = {.output = show_output,
                                           .notice = show_notice,
                                           .resized = resize,
                                           .stopping = stop};

/* --- Editing -------------------------------------------------------------- */

static enum editor_wait wait(void *context) {
  struct prompt *prompt = context;
  if (talk_wait(&prompt->talk, prompt->client->input)) return EDITOR_READY;
  return talk_is_over(&prompt->talk) ? EDITOR_LEAVE : EDITOR_INTERRUPTED;
}

/* The lines before belong to the same input. */
static void complete(void *context, const char *text, size_t size,
                     struct buffer *answer) {
  struct prompt *prompt = context;
  struct buffer whole;
  buffer_init(&whole);
  buffer_append(&whole, buffer_bytes(&prompt->input),
                buffer_size(&prompt->input));
  buffer_append(&whole, text, size);
  talk_complete(&prompt->talk, buffer_bytes(&whole), buffer_size(&whole),
                answer);
  buffer_deinit(&whole);
}

static const struct editor_face editor_face = {.wait = wait,
                                               .complete = complete};

/* As wide as the prompt, so that the lines of an input stand in a column. */
static enum editor_outcome read_more(struct prompt *prompt) {
  char text[SCREEN_PROMPT_SIZE];
  size_t width = screen_prompt_width(buffer_bytes(&prompt->talk.prompt),
                                     buffer_size(&prompt->talk.prompt));
  CHECK(width < sizeof text - 4, "a prompt is not longer than that");
  if (width < 4) width = 4;
  memset(text, ' ', width);
  memcpy(text + width - 4, "... ", 4);
  return editor_read(prompt->editor, text, width, &prompt->input);
}

static enum editor_outcome read_line(struct prompt *prompt) {
  struct buffer *text = &prompt->talk.prompt;
  if (buffer_size(&prompt->input) > 0) return read_more(prompt);
  return editor_read(prompt->editor, buffer_bytes(text), buffer_size(text),
                     &prompt->input);
}

/* --- Evaluating ----------------------------------------------------------- */

static bool is_blank(const struct buffer *text) {
  const char *bytes = buffer_bytes(text);
  for (size_t i = 0; i < buffer_size(text); i++)
    if (strchr(" \t\n", bytes[i]) == NULL) return false;
  return true;
}

static void remember(struct prompt *prompt) {
  editor_remember(prompt->editor, buffer_bytes(&prompt->input),
                  buffer_size(&prompt->input));
  buffer_clear(&prompt->input);
}

static void show_answer(struct prompt *prompt, const struct frame *frame) {
  const struct client *client = prompt->client;
  start_row(prompt);
  if (frame->size == 0) return;
  put_line(prompt, frame->type == WIRE_FAILURE ? client->error : client->output,
           frame->payload, frame->size);
}

static void refuse(struct prompt *prompt) {
  complain(prompt, "the input is too long: it is left out");
  buffer_clear(&prompt->input);
}

static void evaluate(struct prompt *prompt) {
  struct buffer *input = &prompt->input;
  struct frame frame;
  if (is_blank(input)) {
    buffer_clear(input);
  } else if (!talk_ask(&prompt->talk, WIRE_EVALUATE, buffer_bytes(input),
                       buffer_size(input))) {
    refuse(prompt);
  } else if (!talk_answer(&prompt->talk, &frame)) {
    remember(prompt);
  } else if (frame.type == WIRE_MORE) {
    buffer_append(input, "\n", 1);
  } else {
    show_answer(prompt, &frame);
    remember(prompt);
  }
}

/* --- The session ---------------------------------------------------------- */

static void converse(struct prompt *prompt) {
  while (!talk_is_over(&prompt->talk)) {
    enum editor_outcome outcome = read_line(prompt);
    prompt->at_start = true;
    if (outcome == EDITOR_LINE)
      evaluate(prompt);
    else if (outcome == EDITOR_FULL)
      refuse(prompt);
    else if (outcome == EDITOR_END && buffer_size(&prompt->input) == 0)
      return;
    else
      buffer_clear(&prompt->input);
  }
}

static void greet(struct prompt *prompt) {
  struct buffer banner;
  buffer_init(&banner);
  say_hello(prompt);
  if (talk_greet(&prompt->talk, &banner) && buffer_size(&banner) > 0)
    put_line(prompt, prompt->client->output, buffer_bytes(&banner),
             buffer_size(&banner));
  buffer_deinit(&banner);
  talk_await_prompt(&prompt->talk);
}

static int tell_end(struct prompt *prompt, bool welcome) {
  struct talk *talk = &prompt->talk;
  if (talk->signal != 0) return 128 + talk->signal;
  if (buffer_append(&talk->ending, "", 1) && buffer_bytes(&talk->ending)[0])
    complain(prompt, buffer_bytes(&talk->ending));
  return welcome && !talk->lost ? 0 : 1;
}

static int work(struct prompt *prompt) {
  bool welcome;
  greet(prompt);
  welcome = !talk_is_over(&prompt->talk);
  if (welcome) converse(prompt);
  return tell_end(prompt, welcome);
}

int prompt_run(const struct client *client) {
  struct prompt prompt = {.client = client, .at_start = true};
  int status = 1;
  prompt.terminal = prompt_terminal(client);
  talk_init(&prompt.talk, client->fd, client->signals, &talk_face, &prompt);
  prompt.talk.asides = client->asides;
  prompt.talk.aside_count = client->aside_count;
  buffer_init(&prompt.input);
  prompt.editor =
      editor_new(client->input, prompt.terminal, &editor_face, &prompt);
  if (prompt.editor != NULL) status = work(&prompt);
  editor_free(prompt.editor);
  buffer_deinit(&prompt.input);
  talk_deinit(&prompt.talk);
  return status;
}
