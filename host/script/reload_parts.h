/*
** Reload parts: what reload.c and reload_chain.c share.
**
** Threads  [any thread]
*/
#ifndef TROUPE_SCRIPT_RELOAD_PARTS_H
#define TROUPE_SCRIPT_RELOAD_PARTS_H

#include "base/thread.h"
#include "script/reload.h"
#include "script/script.h"

struct reloads {
  struct mutex mutex;
  struct reload *current; /* lock; NULL: none is under way */
  uint64_t numbers;       /* lock: so many have begun */
};

/* One of the busy states? */
bool reload_is_busy(enum reload_state state);
/* Moves a part of the current reload, and counts. */
void reload_move_locked(struct reload *reload, uint32_t index,
                        enum reload_state state);
/* Posts an order; a part that is not there any more is GONE. No lock held. */
void reload_post(struct script *script, struct reload *reload, uint32_t index,
                 const struct reload_message *order);

#endif
