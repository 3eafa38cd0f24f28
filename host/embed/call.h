/*
** Call: what is asked of the gateway (script/gateway.h), and how its end comes
** back: to a callback on the engine's thread, or to a thread that waits.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_EMBED_CALL_H
#define TROUPE_EMBED_CALL_H

#include <stdbool.h>

#include "core/message.h"
#include "troupe.h"

/* A cast or an info for an entity, which may have to be started: whether it
** arrives the log says. Takes the message, and makes it NULL, if it answers
** true. Within an entry. */
bool call_send(struct troupe *host, const struct troupe_target *target,
               struct message **message);

#endif
