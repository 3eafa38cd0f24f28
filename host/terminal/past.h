/*
** Past: what was typed at a prompt, kept for the next session.
**
**   $XDG_STATE_HOME/troupe/history, else ~/.local/state/troupe/history
**
** One input a line, oldest first; a line end within it is written \n and a
** backslash \\. Several clients add to one file; the mode is 0600.
**
** Threads
**   [main]  all functions
** Errors
**   Where there is no file and none can be made, nothing is kept.
*/
#ifndef TROUPE_TERMINAL_PAST_H
#define TROUPE_TERMINAL_PAST_H

#include <stddef.h>

#define PAST_LARGEST 1000 /* inputs that are kept */

struct past;

/* NULL: nothing is kept. */
struct past *past_open(void);
void past_close(struct past *past); /* takes NULL */

/* Calls `visit` for the last PAST_LARGEST inputs. Takes NULL. */
void past_read(struct past *past,
                 void (*visit)(void *context, const char *text, size_t size),
                 void *context);

/* Takes NULL. */
void past_add(struct past *past, const char *text, size_t size);

#endif
