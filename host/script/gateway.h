/*
** Gateway: what a host's C asks of Lua's face on its behalf: calls, with their
** deadlines, culprits and chains of errors, entities, starts. An actor does it,
** `troupe.gateway` (lua/troupe/gateway.lua), as any script would, many at a
** time; each such *errand* ends in a function of C.
**
** Who comes with an errand queues it here, and tells the gateway if one of its
** hands (a handler in flight) is free. A hand takes errands until there are
** none. Whatever becomes of the gateway, each errand ends, and once.
**
** Threads
**   [main]        gateway_new, _free, _start, _search
**   [any thread]  gateway_ask, gateway_stop; with a slab cache
**   [owner]       the others: of the gateway
** Ownership
**   An errand is its maker's; the gateway has it from gateway_ask to its `end`.
*/
#ifndef TROUPE_SCRIPT_GATEWAY_H
#define TROUPE_SCRIPT_GATEWAY_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "core/message.h"
#include "script/call.h"
#include "script/script.h"

enum errand_kind {
  ERRAND_CALL,
  ERRAND_SEND, /* a cast or an info */
  ERRAND_START /* troupe.start(module, values...) */
};

/* How it has gone. What it points to lives until the function returns, but for
** the message, which is that function's to free. */
struct errand_end {
  struct message *values; /* results; a pid; or the error, if it can be sent */
  const char *text;       /* what went wrong, with its chain; NULL: nothing */
  const char *kind;       /* then: of the error */
  bool begun;             /* then: its handler may have started */
};

struct errand {
  struct relay relay; /* the first field: script/call.c knows no more of it */
  enum errand_kind kind;
  /* Whom it is for: a pid, or else an entity of a module, or who is registered.
  ** What a start starts is the module. The texts are the maker's, and live as
  ** long as the errand. */
  uint64_t pid;
  const char *module; /* NULL: no entity */
  const char *name;   /* of the entity, or registered; NULL: the number */
  int64_t number;
  /* CALL, CAST, INFO; of a start its values. NULL once it has been sent. */
  struct message *message;
  uint64_t deadline; /* as scheduler_now; TICK_NEVER: none */
  /* Exactly once, of any thread that serves the host; no lock is held. The
  ** errand may be gone when it returns. */
  void (*end)(struct errand *errand, const struct errand_end *end);
  /* The gateway's lock: */
  struct errand *next, *former;
  struct errand *behind, *behind_last; /* by next */
  bool seeking;
};

struct gateway;

struct gateway *gateway_new(struct script *script); /* NULL: no memory */
/* Takes NULL. No errand is left. */
void gateway_free(struct gateway *gateway);

/* Starts its actor. False: no memory. */
bool gateway_start(struct gateway *gateway);
/* What it starts is found here from now on, and not where the host said when it
** was started. Shares the path. */
void gateway_search(struct gateway *gateway, struct path *path);

/* STATUS_OK: it will end. STATUS_CLOSED: the gateway has not been started, or
** takes no errands any more. STATUS_NOMEM. */
enum status gateway_ask(struct gateway *gateway, struct errand *errand);

/* The host stops: if the actor ends, it is not started again. */
void gateway_stop(struct gateway *gateway);

/* The actor has ended, of a kill or some other way. [owner of that one] */
void gateway_ended(struct gateway *gateway, bool killed);

/* core.gateway_slot(watches) -> slot: a hand begins, or who watches; what it
** has taken. */
int gateway_lua_slot(lua_State *L);
/* core.gateway_watches() -> boolean: does anybody wait for a hand yet? Without
** a deadline from then on. */
int gateway_lua_watches(lua_State *L);
/* core.gateway_serve(slot, late): takes the next errand, or one whose deadline
** has passed, and does it. -> false: there is none; true: done; "start",
** module, args, options: the script's to do. Raises what the errand came to. */
int gateway_lua_serve(lua_State *L);
/* core.gateway_done(slot, ...): it has gone well, with these results. */
int gateway_lua_done(lua_State *L);
/* core.gateway_failed(slot, problem): it has raised that. */
int gateway_lua_failed(lua_State *L);
/* core.gateway_refused(slot, reason): what was to start would not. */
int gateway_lua_refused(lua_State *L);

#endif
