/*
** Screen: where a line that is being edited stands on the screen. libedit
** keeps that to itself; who writes above the line has to know.
**
** Threads
**   [any thread]  all functions
*/
#ifndef TROUPE_TERMINAL_SCREEN_H
#define TROUPE_TERMINAL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct place {
  int row; /* from the row that the text began in */
  int column;
};

/* Where a cursor at `place` is once `text` has been laid out as libedit does,
** on a screen of so many columns. */
struct place screen_advance(struct place place, int columns,
                            const wchar_t *text, size_t size);

/*
** A prompt as libedit wants it: escape sequences between SCREEN_LITERAL, each
** run of them before a letter that is shown, for libedit drops one that has
** none. And `plain`, without them. Both of SCREEN_PROMPT_SIZE; what is longer
** is cut.
*/
#define SCREEN_LITERAL L'\1'
#define SCREEN_PROMPT_SIZE 400
void screen_prompt(const char *text, size_t size, wchar_t *shown,
                   wchar_t *plain);
/* Columns that a prompt takes: less than SCREEN_PROMPT_SIZE. */
size_t screen_prompt_width(const char *text, size_t size);

/* Columns and rows of a terminal; 80 and 24 where it does not say. */
void screen_size(int fd, int *columns, int *rows);

/* Does the terminal know more than to go on? By TERM. */
bool screen_is_able(void);
/* May it be drawn on in colour? By TERM and NO_COLOR. */
bool screen_has_colour(void);

#endif
