/*
** Inside: is this thread inside something of the engine's that Troupe has
** called: a handler, a callback, a function of a module, a hook? There nothing
** may wait for an actor, nor serve one: whoever it would wait for may be
** waiting for it.
**
** Threads  [any thread] all functions; each knows of its own thread only
*/
#ifndef TROUPE_EMBED_INSIDE_H
#define TROUPE_EMBED_INSIDE_H

#include <stdbool.h>

/* Around the call; pairs, and they nest. */
void inside_enter(void);
void inside_leave(void);

bool inside_now(void);
/* Then true, and problem_set says that `what` cannot be done there. */
bool inside_forbids(const char *what);

#endif
