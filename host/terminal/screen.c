#define _GNU_SOURCE /* wcwidth */
#include "terminal/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wctype.h>

#include "base/check.h"

#define TAB 8
#define ESCAPE L'\033'
#define LETTERS_LARGEST 100  /* of a prompt */
#define SEQUENCE_LARGEST 100 /* of escape sequences before one of them */

/* One that takes `width` columns, together or on the next row. */
static struct place put(struct place place, int columns, int width) {
  if (place.column + width > columns) {
    place.row++;
    place.column = 0;
  }
  place.column += width;
  if (place.column < columns) return place;
  return (struct place){place.row + 1, 0};
}

static struct place put_each(struct place place, int columns, int count) {
  while (count-- > 0) place = put(place, columns, 1);
  return place;
}

/* Up to a stop, or to the end of the row. */
static struct place put_tab(struct place place, int columns) {
  do {
    place = put(place, columns, 1);
  } while (place.column % TAB != 0);
  return place;
}

/* As ^A, as \U+ABCD, as \U+ABCDE. */
static int visible_width(wchar_t letter) {
  if (iswcntrl((wint_t)letter)) return 2;
  return letter > 0xffff ? 8 : 7;
}

struct place screen_advance(struct place place, int columns,
                            const wchar_t *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == L'\n')
      place = (struct place){place.row + 1, 0};
    else if (text[i] == L'\t')
      place = put_tab(place, columns);
    else if (iswprint((wint_t)text[i]))
      place = put(place, columns, wcwidth(text[i]));
    else
      place = put_each(place, columns, visible_width(text[i]));
  }
  return place;
}

/* --- Prompts -------------------------------------------------------------- */

struct prompt {
  wchar_t *shown;
  size_t shown_size;
  wchar_t *plain;
  size_t plain_size;
  wchar_t pending[SEQUENCE_LARGEST]; /* sequences that wait for a letter */
  size_t pending_size;
};

static void add(struct prompt *prompt, wchar_t letter) {
  CHECK(prompt->shown_size < SCREEN_PROMPT_SIZE - 1, "a prompt has room");
  prompt->shown[prompt->shown_size++] = letter;
}

static void add_pending(struct prompt *prompt) {
  if (prompt->pending_size == 0) return;
  if (prompt->shown_size + prompt->pending_size + LETTERS_LARGEST <
      SCREEN_PROMPT_SIZE) {
    add(prompt, SCREEN_LITERAL);
    for (size_t i = 0; i < prompt->pending_size; i++)
      add(prompt, prompt->pending[i]);
    add(prompt, SCREEN_LITERAL);
  }
  prompt->pending_size = 0;
}

static void add_letter(struct prompt *prompt, wchar_t letter) {
  if (prompt->plain_size == LETTERS_LARGEST) return;
  if (!iswprint((wint_t)letter) || wcwidth(letter) < 1) letter = L' ';
  add_pending(prompt);
  add(prompt, letter);
  prompt->plain[prompt->plain_size++] = letter;
}

/* ESC, '[', parameters, and the letter that ends it. */
static size_t sequence_length(const char *text, size_t size) {
  size_t length = 2;
  if (size < 2 || text[1] != '[') return size < 2 ? size : 2;
  while (length < size && !(text[length] >= '@' && text[length] <= '~'))
    length++;
  return length < size ? length + 1 : size;
}

static size_t add_sequence(struct prompt *prompt, const char *text,
                           size_t size) {
  size_t length = sequence_length(text, size);
  for (size_t i = 0; i < length; i++)
    if (prompt->pending_size < SEQUENCE_LARGEST)
      prompt->pending[prompt->pending_size++] = (unsigned char)text[i];
  return length;
}

/* A sequence at the end goes before the space that is there mostly. */
static void end_prompt(struct prompt *prompt) {
  size_t last = prompt->shown_size;
  if (prompt->pending_size > 0) {
    if (last > 1 && prompt->shown[last - 1] == L' ' &&
        prompt->shown[last - 2] != SCREEN_LITERAL) {
      prompt->shown_size--;
      prompt->plain_size--;
    }
    add_letter(prompt, L' ');
  }
  prompt->shown[prompt->shown_size] = L'\0';
  prompt->plain[prompt->plain_size] = L'\0';
}

void screen_prompt(const char *text, size_t size, wchar_t *shown,
                   wchar_t *plain) {
  struct prompt prompt = {.shown = shown, .plain = plain};
  mbstate_t state = {0};
  while (size > 0) {
    wchar_t letter = L' ';
    size_t used;
    if (*text == (char)ESCAPE) {
      used = add_sequence(&prompt, text, size);
    } else {
      used = mbrtowc(&letter, text, size, &state);
      if (used == 0 || used > size) { /* a zero byte, or none of UTF-8 */
        state = (mbstate_t){0};
        used = 1;
        letter = L' ';
      }
      add_letter(&prompt, letter);
    }
    text += used;
    size -= used;
  }
  end_prompt(&prompt);
}

size_t screen_prompt_width(const char *text, size_t size) {
  wchar_t shown[SCREEN_PROMPT_SIZE], plain[SCREEN_PROMPT_SIZE];
  size_t width = 0;
  screen_prompt(text, size, shown, plain);
  for (const wchar_t *at = plain; *at != L'\0'; at++)
    width += (size_t)wcwidth(*at);
  return width;
}

/* --- The terminal --------------------------------------------------------- */

void screen_size(int fd, int *columns, int *rows) {
  struct winsize size = {.ws_col = 0};
  ioctl(fd, TIOCGWINSZ, &size);
  *columns = size.ws_col > 0 ? size.ws_col : 80;
  *rows = size.ws_row > 0 ? size.ws_row : 24;
}

bool screen_is_able(void) {
  const char *name = getenv("TERM");
  return name != NULL && name[0] != '\0' && strcmp(name, "dumb") != 0;
}

bool screen_has_colour(void) {
  const char *refused = getenv("NO_COLOR");
  return screen_is_able() && (refused == NULL || refused[0] == '\0');
}
