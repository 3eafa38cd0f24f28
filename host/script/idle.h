/*
** Idle: ends an actor that has had no message for its `idle` time.
**
** One wheel node per actor, posted when it goes idle; when it fires it asks
** the actor to look (MESSAGE_IDLE), and the actor ends only if its mailbox is
** empty, shutting it in the same atomic step, so no message that races with
** it is lost: its sender is refused and looks again.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_IDLE_H
#define TROUPE_SCRIPT_IDLE_H

#include <stdbool.h>

#include "script/body.h"

void idle_touch(struct body *body); /* a message has come */
void idle_arm(struct body *body);   /* nothing to do just now */
/* MESSAGE_IDLE has come. True: the mailbox is shut, the actor must end. */
bool idle_is_over(struct body *body);

#endif
