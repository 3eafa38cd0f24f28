/*
** Hand: what a handler has in hand (script/body.h), and is not to keep.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_HAND_H
#define TROUPE_SCRIPT_HAND_H

#include "script/body.h"

/* Nothing goes on that it was for: the outcome of its last wait, what it has
** made and not sent, and the room that was kept for that. Its request stays. */
void hand_let_go(struct script *script, struct hand *hand);

/* Is there anything of that? */
static inline bool hand_holds(const struct hand *hand) {
  return ((uintptr_t)hand->outcome | (uintptr_t)hand->sending |
          (uintptr_t)hand->sending_start | (uintptr_t)hand->room) != 0;
}

#endif
