/*
** Terminals of an engine. The argument says what is done with them, by the
** functions of its name.
*/
#define _POSIX_C_SOURCE 200809L

#include "host.h"
#include "thread.h"

#include <poll.h>

struct screen {
  struct troupe_terminal *terminal;
  char text[1 << 16]; /* the last that was shown; cut */
  size_t size;
  long shown;
  int ready, completions, ends;
  enum troupe_style style; /* of the last */
  bool closing; /* by its own callback */
  bool silent;  /* what is printed is not expected any more */
};

static void show(void *context, const char *bytes, size_t size,
                 enum troupe_style style) {
  struct screen *screen = context;
  EXPECT(screen->terminal != NULL);
  EXPECT(!screen->silent || style != TROUPE_OUTPUT);
  EXPECT(size > 0 && size <= 1 << 14);
  EXPECT(((unsigned char)bytes[0] & 0xc0) != 0x80); /* whole characters */
  if (screen->size + size >= sizeof screen->text) screen->size = 0;
  screen->style = style;
  memcpy(screen->text + screen->size, bytes, size);
  screen->size += size;
  screen->text[screen->size] = '\0';
  screen->shown += (long)size;
  if (screen->closing) troupe_terminal_close(screen->terminal);
  if (screen->closing) screen->terminal = NULL;
}

static void be_ready(void *context) {
  struct screen *screen = context;
  EXPECT(troupe_terminal_prompt(screen->terminal) != NULL);
  screen->ready++;
}

static void complete(void *context,
                     const struct troupe_completion *completion) {
  struct screen *screen = context;
  screen->completions++;
  screen->size = (size_t)snprintf(screen->text, 100, "%d %s %d",
                                  (int)completion->replaced,
                                  completion->common,
                                  (int)completion->count);
  for (size_t i = 0; i < completion->count; i++)
    screen->size += (size_t)snprintf(screen->text + screen->size, 100, " %s",
                                     completion->candidates[i]);
}

static void end(void *context, const char *why) {
  struct screen *screen = context;
  screen->ends++;
  screen->size = (size_t)snprintf(screen->text, 200, "%s", why);
  EXPECT(troupe_terminal_prompt(screen->terminal) == NULL);
  EXPECT(!troupe_terminal_line(screen->terminal, "1", 1));
  EXPECT_TEXT("the session has ended", troupe_problem());
  EXPECT(!troupe_terminal_interrupt(screen->terminal));
  EXPECT(!troupe_terminal_complete(screen->terminal, "a", 1));
}

static void open_screen(struct troupe *host, struct screen *screen) {
  struct troupe_terminal_options options = {0};
  memset(screen, 0, sizeof *screen);
  options.size = sizeof options;
  options.context = screen;
  options.text = show;
  options.ready = be_ready;
  options.completion = complete;
  options.end = end;
  screen->terminal = troupe_terminal_open(host, &options);
  EXPECT(screen->terminal != NULL);
  EXPECT(troupe_terminal_prompt(screen->terminal) == NULL);
}

static void await_news(struct troupe *host) {
  struct pollfd fd = {troupe_wake_fd(host), POLLIN, 0};
  EXPECT(poll(&fd, 1, 20000) == 1);
}

static void poll_once(struct troupe *host) {
  await_news(host);
  troupe_poll(host, 1000);
}

static void await_ready(struct troupe *host, struct screen *screen) {
  int ready = screen->ready;
  while (screen->ready == ready) poll_once(host);
}

static void await_text(struct troupe *host, struct screen *screen,
                       const char *text) {
  while (strstr(screen->text, text) == NULL) poll_once(host);
}

static void type(struct screen *screen, const char *line) {
  screen->size = 0;
  screen->text[0] = '\0';
  EXPECT(troupe_terminal_line(screen->terminal, line, strlen(line)));
  EXPECT(troupe_terminal_prompt(screen->terminal) == NULL);
  EXPECT(!troupe_terminal_line(screen->terminal, line, strlen(line)));
  EXPECT_TEXT("no line may be typed now", troupe_problem());
}

static const char *answer(struct troupe *host, struct screen *screen,
                          const char *line) {
  type(screen, line);
  await_ready(host, screen);
  return screen->text;
}

static const char *candidates(struct troupe *host, struct screen *screen,
                              const char *text) {
  int completions = screen->completions;
  EXPECT(troupe_terminal_complete(screen->terminal, text, strlen(text)));
  while (screen->completions == completions) poll_once(host);
  return screen->text;
}

/* --- What the specs ask for -------------------------------------------- */

static void talk(struct troupe *host) {
  struct screen screen;
  open_screen(host, &screen);
  await_ready(host, &screen);
  EXPECT(strstr(screen.text, "help lists them") != NULL);
  EXPECT(screen.style == TROUPE_NOTICE);
  EXPECT_TEXT("troupe> ", troupe_terminal_prompt(screen.terminal));
  EXPECT(!troupe_terminal_line(screen.terminal, NULL, 3));
  EXPECT_TEXT("expected 3 bytes of a line, got NULL", troupe_problem());
  EXPECT_TEXT("2\n", answer(host, &screen, "1 + 1"));
  EXPECT(screen.style == TROUPE_VALUE);
  EXPECT_TEXT("", answer(host, &screen, "x = 5"));
  EXPECT_TEXT("", answer(host, &screen, ""));
  EXPECT_TEXT("x\n", answer(host, &screen, "print 'x'"));
  EXPECT(screen.style == TROUPE_OUTPUT);
  EXPECT_TEXT("a\tb\n5\n", answer(host, &screen, "print('a', 'b') return x"));
  EXPECT_TEXT("no newline\n",
              answer(host, &screen, "do io.write 'no newline' end"));
  EXPECT(strstr(answer(host, &screen, "error('what', 0)"), "what\n"));
  EXPECT(screen.style == TROUPE_FAILURE);
  EXPECT(strstr(answer(host, &screen, "1 +* 1"), "syntax"));
  troupe_terminal_close(screen.terminal);
}

static void lines(struct troupe *host) {
  struct screen screen;
  open_screen(host, &screen);
  await_ready(host, &screen);
  EXPECT_TEXT("", answer(host, &screen, "function f()"));
  EXPECT_TEXT("    ... ", troupe_terminal_prompt(screen.terminal));
  EXPECT_TEXT("", answer(host, &screen, "return 42"));
  EXPECT_TEXT("", answer(host, &screen, "end"));
  EXPECT_TEXT("troupe> ", troupe_terminal_prompt(screen.terminal));
  EXPECT_TEXT("42\n", answer(host, &screen, "f()"));
  EXPECT_TEXT("", answer(host, &screen, "function g("));
  EXPECT(troupe_terminal_interrupt(screen.terminal));
  EXPECT_TEXT("troupe> ", troupe_terminal_prompt(screen.terminal));
  EXPECT_TEXT("nil\n", answer(host, &screen, "g"));
  troupe_terminal_close(screen.terminal);
}

static void completes(struct troupe *host) {
  struct screen screen;
  open_screen(host, &screen);
  await_ready(host, &screen);
  EXPECT_TEXT("0  0", candidates(host, &screen, "nothing.like"));
  EXPECT_TEXT("2 re 2 rep reverse", candidates(host, &screen, "string.re"));
  EXPECT_TEXT("", answer(host, &screen, "function f()"));
  EXPECT_TEXT("3 rep 1 rep",
              candidates(host, &screen, "string.rep"));
  troupe_terminal_close(screen.terminal);
}

static void interrupts(struct troupe *host) {
  struct screen screen;
  open_screen(host, &screen);
  await_ready(host, &screen);
  type(&screen, "print 'begun' while true do end");
  await_text(host, &screen, "begun");
  EXPECT(troupe_terminal_interrupt(screen.terminal));
  await_ready(host, &screen);
  EXPECT(strstr(screen.text, "interrupted") != NULL);
  EXPECT_TEXT("2\n", answer(host, &screen, "1 + 1"));
  troupe_terminal_close(screen.terminal);
}

/* More than a mailbox holds: who prints waits for the engine. */
static void floods(struct troupe *host) {
  struct screen screen;
  long shown;
  open_screen(host, &screen);
  await_ready(host, &screen);
  shown = screen.shown;
  answer(host, &screen,
         "for i = 1, 2000 do print(i) end "
         "print('-' .. ('\xc3\xa9'):rep(200000))");
  EXPECT(screen.shown - shown == 8893 + 400000 + 2);
  answer(host, &screen, "i = require 'troupe.inspect'");
  answer(host, &screen, "p = i.actors {behaviour = 'troupe.terminal'}[1].pid");
  EXPECT_TEXT("\"wait\"\n",
              answer(host, &screen, "i.info(p).limits.mailbox.full"));
  type(&screen, "while true do print 'again' end");
  await_text(host, &screen, "again");
  await_news(host); /* which is one more */
  EXPECT(troupe_terminal_interrupt(screen.terminal));
  screen.silent = true;
  await_ready(host, &screen);
  EXPECT_TEXT("1\n", answer(host, &screen, "1"));
  troupe_terminal_close(screen.terminal);
}

static void two(struct troupe *host) {
  struct screen one, other;
  open_screen(host, &one);
  open_screen(host, &other);
  await_ready(host, &one);
  if (other.ready == 0) await_ready(host, &other);
  EXPECT_TEXT("", answer(host, &one, "x = 1"));
  EXPECT_TEXT("nil\n", answer(host, &other, "x"));
  type(&one, "while true do end");
  EXPECT_TEXT("2\n", answer(host, &other, "1 + 1"));
  troupe_terminal_close(one.terminal);
  EXPECT_TEXT("3\n", answer(host, &other, "1 + 2"));
  EXPECT(troupe_terminal_resize(other.terminal, 40));
  EXPECT_TEXT("4\n", answer(host, &other, "1 + 3"));
  troupe_terminal_close(other.terminal);
}

static void await_answer(struct troupe *host, struct screen *screen,
                         const char *line, const char *expected) {
  while (strcmp(answer(host, screen, line), expected) != 0) continue;
}

/* At every point that it can be at; and its session ends, too. */
static void closes(struct troupe *host, struct screen *screens) {
  open_screen(host, &screens[0]);
  troupe_terminal_close(screens[0].terminal);
  open_screen(host, &screens[1]);
  poll_once(host);
  troupe_terminal_close(screens[1].terminal);
  open_screen(host, &screens[2]);
  screens[2].closing = true;
  while (screens[2].terminal != NULL) poll_once(host);
  open_screen(host, &screens[3]);
  await_ready(host, &screens[3]);
  type(&screens[3], "while true do print 'x' end");
  await_text(host, &screens[3], "x");
  troupe_terminal_close(screens[3].terminal);
  open_screen(host, &screens[4]);
  await_ready(host, &screens[4]);
  await_answer(host, &screens[4],
               "#require 'troupe.inspect'.actors {behaviour = "
               "'troupe.console.session'}",
               "1\n");
  troupe_terminal_close(screens[4].terminal);
  for (int i = 0; i < 4; i++) EXPECT(screens[i].ends == 0);
}

static void leaves(struct troupe *host) {
  struct screen screen;
  open_screen(host, &screen);
  await_ready(host, &screen);
  type(&screen, "exit");
  while (screen.ends == 0) poll_once(host);
  EXPECT_TEXT("", screen.text);
  troupe_terminal_close(screen.terminal);
  open_screen(host, &screen);
  await_ready(host, &screen);
  type(&screen, "troupe.exit()");
  await_ready(host, &screen);
  EXPECT(strstr(screen.text, "variables are gone") != NULL);
  EXPECT_TEXT("2\n", answer(host, &screen, "1 + 1"));
  troupe_terminal_close(screen.terminal);
}

/* The host stops, and then goes, with terminals that are open. */
static void stops(struct troupe *host, struct screen *screens) {
  open_screen(host, &screens[0]);
  await_ready(host, &screens[0]);
  type(&screens[0], "while true do print 'x' end");
  open_screen(host, &screens[1]);
  open_screen(host, &screens[2]);
  await_ready(host, &screens[2]);
}

static void refuse(struct troupe_options *options, const char *why) {
  struct troupe_terminal_options terminal = {0};
  struct troupe *host;
  options->size = sizeof *options;
  terminal.size = sizeof terminal;
  host = host_make(options);
  EXPECT(troupe_terminal_open(host, &terminal) == NULL);
  EXPECT(strstr(troupe_problem(), why) != NULL);
  troupe_free(host);
}

static void *open_elsewhere(void *host) {
  struct troupe_terminal_options options = {0};
  options.size = sizeof options;
  EXPECT(troupe_terminal_open(host, &options) == NULL);
  EXPECT_TEXT("expected the engine's thread to open a terminal, got another",
              troupe_problem());
  return NULL;
}

static void misuse(struct troupe *host) {
  struct troupe_options options = {0};
  struct {
    struct troupe_terminal_options known;
    int more;
  } newer = {{0}, 1};
  refuse(&options, "expected a host with options.engine");
  options.engine = true;
  refuse(&options, "expected a host with options.console");
  options.console = true;
  refuse(&options, "the host has not been started");
  EXPECT(troupe_terminal_open(host, &newer.known) == NULL);
  EXPECT_TEXT("expected a struct troupe_terminal_options with its size, got "
              "none", troupe_problem());
  newer.known.size = sizeof newer;
  EXPECT(troupe_terminal_open(host, &newer.known) == NULL);
  EXPECT(strstr(troupe_problem(), "or an older one, got a newer one"));
  run_thread(open_elsewhere, host);
  troupe_terminal_close(NULL);
}

int main(int argc, char **argv) {
  static struct screen screens[5];
  struct troupe_options options = {0};
  struct troupe *host;
  const char *what = argc > 1 ? argv[1] : "";
  options.console = true;
  options.log_level = "error";
  host = host_start(&options);
  if (strcmp(what, "talk") == 0) talk(host);
  if (strcmp(what, "lines") == 0) lines(host);
  if (strcmp(what, "complete") == 0) completes(host);
  if (strcmp(what, "interrupt") == 0) interrupts(host);
  if (strcmp(what, "flood") == 0) floods(host);
  if (strcmp(what, "two") == 0) two(host);
  if (strcmp(what, "close") == 0) closes(host, screens);
  if (strcmp(what, "leave") == 0) leaves(host);
  if (strcmp(what, "misuse") == 0) misuse(host);
  if (strcmp(what, "stop") == 0) stops(host, screens);
  EXPECT(troupe_stop(host));
  if (strcmp(what, "stop") == 0)
    for (int i = 0; i < 3; i++) EXPECT(screens[i].ends == 1);
  if (strcmp(what, "stop") == 0) troupe_terminal_close(screens[0].terminal);
  troupe_free(host);
  puts("done");
  return 0;
}
