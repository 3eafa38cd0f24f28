/*
** Interrupt: from outside, what an actor waits for is cancelled; or what it
** does for somebody at a prompt, and that alone, is brought to its end: a visit
** at a boundary (script/visit.h), or an evaluation (core.evaluate).
**
** An interrupt that comes while it waits ends the wait, which raises
** `interrupted`: what the wait has taken is given back. One that comes while it
** runs ends it there, and so does the next instruction after a while if it will
** not end by itself: `pcall` does not keep it, and its `__close` run. One that
** runs already is let go on for a while.
**
** Threads
**   [owner]  all functions: of who interrupts, or of who is
*/
#ifndef TROUPE_SCRIPT_INTERRUPT_H
#define TROUPE_SCRIPT_INTERRUPT_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"
#include "script/order.h"

/* core.cancel(target) -> was it in a wait? */
int interrupt_lua_cancel(lua_State *L);
/* core.interrupt(target, number) -> was that evaluation in hand? Without a
** number: was any, or a visit? Raises noactor. */
int interrupt_lua_interrupt(lua_State *L);

/* Is this meant for what is in hand? */
bool interrupt_fits(const struct body *body, const struct interrupt *wanted);
/* An INTERRUPT has come to the actor, which is suspended or idle; taken. True:
** the visit in hand ends here, and its caller must see to that. */
bool interrupt_arrived(struct body *body, struct message *message);
/* It has been interrupted, and waits again. */
void interrupt_again(struct body *body);
/* Is a `__close` under way, of the actor that is suspended? Who unwinds it
** there loses what is left of that. */
bool interrupt_closes(const struct body *body);
/* Reports and interrupts that have come to an actor which cannot be suspended
** where it is: the first are answered, the second cut what is in hand. */
void interrupt_look(struct body *body, lua_State *running);

#endif
