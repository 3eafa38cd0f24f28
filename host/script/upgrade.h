/*
** Upgrade: what an actor does in a reload of a module that it uses, on the
** orders of the one who leads it (script/reload.h).
**
** An order may find it in the middle of a handler; it is followed at the next
** message boundary. From then on the actor is *frozen*: it looks at urgent
** messages only, and what others send it stays in its mailbox. Its turn
** (turn.c) calls upgrade_arrive and upgrade_next there.
**
** Who has no behaviour, a script's chunk, takes no messages: it is not held,
** and what is to be done is done between two of its turns, wherever it waits.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_UPGRADE_H
#define TROUPE_SCRIPT_UPGRADE_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/* Takes a MESSAGE_RELOAD. True: what it was preparing is to be abandoned. */
bool upgrade_order(struct body *body, struct message *message);

/* Does it stop at the next boundary? */
static inline bool upgrade_holds(const struct body *body) {
  return __builtin_expect(body->freeze > FREEZE_LOOSE, 0);
}
/* Not while there is a copy of its state. */
static inline bool upgrade_takes_visits(const struct body *body) {
  return body->freeze == FREEZE_ASKED || body->freeze == FREEZE_SERVE;
}
/* At a message boundary: it is frozen, and says so. */
void upgrade_arrive(struct body *body);
/* What it is to do there: an activity, ACTIVITY_MESSAGE with *message, which
** may be NULL by now, or ACTIVITY_NONE. `strays` as for actor_next. */
enum activity upgrade_next(struct body *body, struct message **message,
                           struct message_queue *strays);

/* After them: version_prepare, version_install. */
void upgrade_prepared(struct body *body);
void upgrade_installed(struct body *body);
/* What it raised is in body->reason (ending_describe), and is taken out. */
void upgrade_failed(struct body *body);

/* The actor ends. */
void upgrade_ended(struct body *body);

/* What is known of the reload is forgotten, if it takes no part in it. */
void upgrade_forget(struct body *body);
/* The coordinator's own part, which it does where it is: then it calls these
** two itself. */
void upgrade_self(struct body *body, uint64_t number, uint32_t index,
                  const char *name);
#endif
