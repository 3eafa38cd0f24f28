/*
** Turn: how a Lua actor handles its messages. See turn.c for the essay.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TURN_H
#define TROUPE_SCRIPT_TURN_H

#include <stdbool.h>

#include "base/check.h"
#include "core/actor.h"
#include "core/scheduler.h"
#include "script/body.h"

extern const struct actor_type turn_type; /* type of every Lua actor */

/* A call is there: it is in hand from now on, and `serving` its caller. False:
** who called has given up, or is about to; it is to be skipped before its
** handler runs. */
bool turn_accept(struct body *body, struct message *message);

/* Before each message: what is to end the actor goes before those that are in
** its hands already, and the room of what has been handled is given back. */
static inline void turn_look(struct scheduler *scheduler,
                             struct actor *actor) {
  if (unlikely(atomic_load_explicit(&actor->urgent, memory_order_relaxed))) {
    atomic_exchange_explicit(&actor->urgent, false, memory_order_acquire);
    room_take(scheduler, actor);
  }
  if (unlikely(mailbox_due(&actor->mailbox))) room_settle(scheduler, actor);
}

/* After a turn: those that were for an actor before this one. */
void turn_refuse(struct scheduler *scheduler, struct message_queue *strays);

#endif
