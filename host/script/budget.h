/*
** Budget: how much of a core an actor may use for one message, and what is
** left behind by one that has to die in the middle of it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_BUDGET_H
#define TROUPE_SCRIPT_BUDGET_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

#define BUDGET_STUCK UINT64_C(250000000) /* ns where it cannot be suspended: of
                                         ** an evaluation, or of an actor of
                                         ** the private worker */
#define BUDGET_WARNING UINT64_C(1000000000) /* ns; where there is no budget */

/* A message is in hand, or something else that has a budget of its own. */
void budget_renew(struct body *body);
static inline void budget_begin(struct body *body) {
  if (__builtin_expect(atomic_load_explicit(&body->actor->cpu_used,
                                            memory_order_relaxed) != 0, 0))
    budget_renew(body);
}

/* Of the running actor, on the thread that is running: warns once at half of
** the budget; at its end the actor is dying, or a visit is cut, and so is an
** upgrade. May raise
** (memory). */
void budget_check(lua_State *L);

/*
** What runs is to end, but not the actor: from here on each instruction raises,
** as for one that is dying, until who began it takes this back (body->cut).
** Where it was is noted as body->evidence. Does not raise.
*/
void budget_cut(lua_State *L);

/*
** Between these two something runs that is not the message in hand, may use
** BUDGET_ASIDE and is cut then, and cannot be suspended. They do not nest. The
** second answers whether it was cut, and takes that back.
*/
#define BUDGET_ASIDE (UINT64_C(100) * 1000000) /* nanoseconds of CPU time */
struct budget {
  uint64_t used, mark; /* of the message in hand */
};
void budget_begin_aside(struct body *body, struct budget *kept);
bool budget_end_aside(struct body *body, const struct budget *kept);

/* What is in hand, a visit or an evaluation, is to end: after another
** BUDGET_ASIDE, or CONDEMNED_PATIENCE waits, nothing of it runs any more. */
void budget_condemn(struct body *body);

/* A span of nanoseconds as "2.0 s". */
void budget_text(uint64_t span, char *text, size_t size);

/* The running actor is to die: nothing that the script does keeps it from it.
** `late`: it did not stop in time, which is logged. Does not raise. */
void budget_kill(lua_State *L, bool late);

#endif
