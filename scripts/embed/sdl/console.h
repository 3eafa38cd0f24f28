/*
** A drop-down console: Troupe's prompt, drawn by the game.
**
** What troupe_terminal_* hands over is kept as rows of characters; the line
** that is typed is edited here. All of it happens on the game's own thread, and
** nothing here waits: what is typed runs elsewhere, and what comes of it comes
** in troupe_poll.
*/
#ifndef CONSOLE_H
#define CONSOLE_H

#include <SDL.h>
#include <stdbool.h>
#include <troupe.h>

struct console;

/* For a screen of so many pixels. NULL: no memory, or troupe_problem. */
struct console *console_new(struct troupe *host, int width, int height);
/* Before troupe_free. Takes NULL. */
void console_free(struct console *console);

bool console_is_open(const struct console *console);
/* Has it been asked something that is not answered yet? */
bool console_is_waiting(const struct console *console);

/* False: it is none of the console's business. */
bool console_event(struct console *console, const SDL_Event *event);
/* Over whatever is there. */
void console_draw(const struct console *console, SDL_Renderer *renderer,
                  SDL_Texture *font);

#endif
