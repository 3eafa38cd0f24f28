#include "console.h"

#include <stdlib.h>
#include <string.h>

#include "font.h"

#define COLUMNS 200 /* at most */
#define ROWS 1000   /* that can be scrolled back to */
#define LINE 1000   /* bytes of a line that is typed */
#define PAST 50     /* lines that can be had again */
#define UNKNOWN '\177'

enum { TYPED = TROUPE_NOTICE + 1, STYLES };

struct row {
  char text[COLUMNS];
  int size, style;
};

struct console {
  struct troupe *host;
  struct troupe_terminal *terminal;
  int width, height; /* pixels */
  int columns;
  bool open;
  /* A ring; the last row is the one that is being written. */
  struct row rows[ROWS];
  int last, count;
  int scrolled; /* rows, back from the last */
  char line[LINE + 1];
  size_t size, cursor;
  bool completing; /* candidates that come are for this line, and this cursor */
  char past[PAST][LINE + 1];
  int past_count, past_at; /* past_at == past_count: the line is a new one */
};

/* --- What is shown -------------------------------------------------------- */

static void new_row(struct console *console) {
  console->last = (console->last + 1) % ROWS;
  if (console->count < ROWS) console->count++;
  if (console->scrolled > 0) console->scrolled++;
  console->rows[console->last].size = 0;
}

static void put_character(struct console *console, char character,
                          int style) {
  struct row *row = &console->rows[console->last];
  if (row->size == console->columns) {
    new_row(console);
    row = &console->rows[console->last];
  }
  row->text[row->size++] = character;
  row->style = style;
}

/* The font has ASCII only: of another character its first byte stands for it.
*/
static void put(struct console *console, const char *bytes, size_t size,
                int style) {
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte == '\n')
      new_row(console);
    else if (byte == '\t')
      do
        put_character(console, ' ', style);
      while (console->rows[console->last].size % 8 != 0);
    else if (byte >= ' ' && byte < 0x7f)
      put_character(console, bytes[i], style);
    else if (byte < 0x80 || byte >= 0xc0)
      put_character(console, UNKNOWN, style);
  }
}

static void put_text(struct console *console, const char *text, int style) {
  put(console, text, strlen(text), style);
}

/* --- What the terminal calls, in troupe_poll ------------------------------ */

static void open_terminal(struct console *console);

static void show(void *context, const char *bytes, size_t size,
                 enum troupe_style style) {
  put(context, bytes, size, style);
}

static void insert(struct console *console, const char *text, size_t size);
static void erase(struct console *console, size_t from, size_t to);

/* One candidate, or what several have in common, replaces what stands there;
** if that changes nothing they are listed. */
static void complete(void *context,
                     const struct troupe_completion *completion) {
  struct console *console = context;
  size_t common = strlen(completion->common);
  if (!console->completing) return;
  console->completing = false;
  if (completion->count > 1 && common <= completion->replaced) {
    for (size_t i = 0; i < completion->count; i++) {
      put_text(console, completion->candidates[i], TROUPE_NOTICE);
      put_text(console, "  ", TROUPE_NOTICE);
    }
    new_row(console);
  } else if (completion->count > 0) {
    erase(console, console->cursor - completion->replaced, console->cursor);
    insert(console, completion->common, common);
  }
}

/* `exit` was typed: the console goes up, and begins anew. If it could not be
** had, or the host stops, it stays as it is. */
static void end(void *context, const char *why) {
  struct console *console = context;
  troupe_terminal_close(console->terminal);
  console->terminal = NULL;
  if (why[0] != '\0') {
    put_text(console, why, TROUPE_FAILURE);
    new_row(console);
    return;
  }
  console->open = false;
  open_terminal(console);
}

static void open_terminal(struct console *console) {
  struct troupe_terminal_options options = {0};
  options.size = sizeof options;
  options.context = console;
  options.columns = console->columns;
  options.text = show;
  options.completion = complete;
  options.end = end;
  console->terminal = troupe_terminal_open(console->host, &options);
}

/* --- The line ------------------------------------------------------------- */

static void insert(struct console *console, const char *text, size_t size) {
  char *at = console->line + console->cursor;
  if (size > LINE - console->size) return;
  memmove(at + size, at, console->size - console->cursor + 1);
  memcpy(at, text, size);
  console->size += size;
  console->cursor += size;
}

static void erase(struct console *console, size_t from, size_t to) {
  memmove(console->line + from, console->line + to, console->size - to + 1);
  console->size -= to - from;
  console->cursor = from;
}

static bool is_inside(const struct console *console, size_t at) {
  return ((unsigned char)console->line[at] & 0xc0) == 0x80;
}

/* The characters beside the cursor, which may have several bytes. */
static size_t before(const struct console *console) {
  size_t at = console->cursor;
  if (at > 0) at--;
  while (at > 0 && is_inside(console, at)) at--;
  return at;
}

static size_t behind(const struct console *console) {
  size_t at = console->cursor;
  if (at < console->size) at++;
  while (is_inside(console, at)) at++;
  return at;
}

static void set_line(struct console *console, const char *text) {
  console->size = console->cursor = strlen(text);
  memcpy(console->line, text, console->size + 1);
}

static void recall(struct console *console, int at) {
  if (at < 0 || at > console->past_count) return;
  console->past_at = at;
  set_line(console, at < console->past_count ? console->past[at] : "");
}

static void remember(struct console *console) {
  if (console->size > 0 &&
      (console->past_count == 0 ||
       strcmp(console->past[console->past_count - 1], console->line) != 0)) {
    if (console->past_count == PAST)
      memmove(console->past, console->past + 1,
              --console->past_count * sizeof *console->past);
    memcpy(console->past[console->past_count++], console->line,
           sizeof console->line);
  }
  console->past_at = console->past_count;
}

/* May a line be entered now? */
static bool is_ready(const struct console *console) {
  return console->terminal != NULL &&
         troupe_terminal_prompt(console->terminal) != NULL;
}

static const char *prompt(const struct console *console) {
  return is_ready(console) ? troupe_terminal_prompt(console->terminal) : "";
}

/* --- Keys ----------------------------------------------------------------- */

static void enter(struct console *console) {
  if (!is_ready(console)) return;
  put_text(console, prompt(console), TYPED);
  put_text(console, console->line, TYPED);
  new_row(console);
  remember(console);
  if (!troupe_terminal_line(console->terminal, console->line,
                            console->size)) {
    put_text(console, troupe_problem(), TROUPE_FAILURE);
    new_row(console);
  }
  set_line(console, "");
}

static void interrupt(struct console *console) {
  if (is_ready(console)) {
    put_text(console, prompt(console), TYPED);
    put_text(console, console->line, TYPED);
  }
  put_text(console, "^C", TYPED);
  new_row(console);
  set_line(console, "");
  if (console->terminal != NULL) troupe_terminal_interrupt(console->terminal);
}

static void ask(struct console *console) {
  if (!is_ready(console)) return;
  console->completing = troupe_terminal_complete(
      console->terminal, console->line, console->cursor);
}

static void scroll(struct console *console, int rows) {
  int most = console->count - 1;
  console->scrolled += rows;
  if (console->scrolled > most) console->scrolled = most;
  if (console->scrolled < 0) console->scrolled = 0;
}

static void edit(struct console *console, const SDL_Keysym *key) {
  int page = console->height / FONT_CELL_HEIGHT / 4;
  console->completing = false;
  switch (key->sym) {
    case SDLK_RETURN:
    case SDLK_KP_ENTER: enter(console); break;
    case SDLK_TAB: ask(console); break;
    case SDLK_BACKSPACE:
      erase(console, before(console), console->cursor);
      break;
    case SDLK_DELETE: erase(console, console->cursor, behind(console)); break;
    case SDLK_LEFT: console->cursor = before(console); break;
    case SDLK_RIGHT: console->cursor = behind(console); break;
    case SDLK_HOME: console->cursor = 0; break;
    case SDLK_END: console->cursor = console->size; break;
    case SDLK_UP: recall(console, console->past_at - 1); break;
    case SDLK_DOWN: recall(console, console->past_at + 1); break;
    case SDLK_PAGEUP: scroll(console, page); return;
    case SDLK_PAGEDOWN: scroll(console, -page); return;
    case SDLK_c:
      if (key->mod & KMOD_CTRL) interrupt(console);
      break;
    default: return;
  }
  console->scrolled = 0;
}

static bool is_switch(const SDL_Keysym *key) {
  return key->sym == SDLK_BACKQUOTE || key->sym == SDLK_F1;
}

bool console_event(struct console *console, const SDL_Event *event) {
  bool down = event->type == SDL_KEYDOWN;
  if (down && is_switch(&event->key.keysym)) {
    console->open = !console->open;
    return true;
  }
  if (!console->open) return false;
  if (down) edit(console, &event->key.keysym);
  /* The key that has opened it, and cannot be typed. */
  if (event->type == SDL_TEXTINPUT && strcmp(event->text.text, "`") != 0) {
    insert(console, event->text.text, strlen(event->text.text));
    console->completing = false;
    console->scrolled = 0;
  }
  return down || event->type == SDL_TEXTINPUT;
}

/* --- Drawing -------------------------------------------------------------- */

static void set_colour(SDL_Texture *font, int style) {
  static const unsigned char colours[STYLES][3] = {
      {220, 220, 220}, /* what is printed */
      {120, 220, 255}, /* values */
      {255, 120, 110}, /* failures */
      {150, 150, 160}, /* notices */
      {255, 255, 255}  /* what was typed */
  };
  const unsigned char *colour = colours[style];
  SDL_SetTextureColorMod(font, colour[0], colour[1], colour[2]);
}

static int draw_text(SDL_Renderer *renderer, SDL_Texture *font, int x, int y,
                     const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (((unsigned char)text[i] & 0xc0) == 0x80) continue;
    font_draw(renderer, font, x, y, text[i]);
    x += FONT_CELL_WIDTH;
  }
  return x;
}

/* What does not fit is left out on the left. */
static void draw_line(const struct console *console, SDL_Renderer *renderer,
                      SDL_Texture *font, int y) {
  const char *text = prompt(console);
  size_t room, from = 0;
  int x;
  set_colour(font, TYPED);
  x = draw_text(renderer, font, FONT_SCALE, y, text, strlen(text));
  room = (size_t)((console->width - x) / FONT_CELL_WIDTH);
  while (console->cursor - from >= room) from++;
  while (is_inside(console, from)) from++;
  SDL_SetRenderDrawColor(renderer, 90, 110, 140, 255);
  for (size_t i = from; i <= console->size && i < from + room; i++) {
    SDL_Rect cursor = {x, y, FONT_CELL_WIDTH, FONT_CELL_HEIGHT};
    if (i == console->cursor) SDL_RenderFillRect(renderer, &cursor);
    if (i < console->size)
      x = draw_text(renderer, font, x, y, console->line + i, 1);
  }
}

void console_draw(const struct console *console, SDL_Renderer *renderer,
                  SDL_Texture *font) {
  SDL_Rect shade = {0, 0, console->width, console->height / 2};
  int y = shade.h - FONT_CELL_HEIGHT - FONT_SCALE, at = console->scrolled;
  if (!console->open) return;
  SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
  SDL_SetRenderDrawColor(renderer, 16, 18, 24, 230);
  SDL_RenderFillRect(renderer, &shade);
  draw_line(console, renderer, font, y);
  /* The last row is empty, unless something is being printed. */
  if (at == 0 && console->rows[console->last].size == 0) at = 1;
  for (; at < console->count && y >= FONT_CELL_HEIGHT; at++) {
    const struct row *row = &console->rows[(console->last - at + ROWS) % ROWS];
    y -= FONT_CELL_HEIGHT;
    set_colour(font, row->style);
    draw_text(renderer, font, FONT_SCALE, y, row->text, (size_t)row->size);
  }
}

/* --- Itself --------------------------------------------------------------- */

struct console *console_new(struct troupe *host, int width, int height) {
  struct console *console = calloc(1, sizeof *console);
  if (console == NULL) return NULL;
  console->host = host;
  console->width = width;
  console->height = height;
  console->columns = (width - 2 * FONT_SCALE) / FONT_CELL_WIDTH;
  if (console->columns > COLUMNS) console->columns = COLUMNS;
  console->count = 1;
  open_terminal(console);
  if (console->terminal != NULL) return console;
  free(console);
  return NULL;
}

void console_free(struct console *console) {
  if (console == NULL) return;
  troupe_terminal_close(console->terminal);
  free(console);
}

bool console_is_open(const struct console *console) { return console->open; }

bool console_is_waiting(const struct console *console) {
  return !is_ready(console) || console->completing;
}
