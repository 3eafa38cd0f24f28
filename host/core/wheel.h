/*
** Wheel: timers of one worker, hashed and hierarchical.
**
** Four levels of 64 slots, one tick a millisecond, an overflow list beyond
** (about 4.6 hours); after Varghese & Lauck, "Hashed and Hierarchical Timing
** Wheels", SOSP 1987, scheme 7. Adding and removing are O(1); a node moves
** down at most four times. An occupancy word per level finds the next due
** node without a walk.
**
** A node never fires before its time, and at most a tick after it as far as
** the wheel is asked in time. Whose time is virtual goes from one node to the
** next instead, to the nanosecond: wheel_first, wheel_fire.
**
** Threads    [owner] all functions: the worker whose wheel it is
** Ownership  The wheel borrows nodes; a node is the caller's and must be
**            removed, or have fired, before its memory goes.
*/
#ifndef TROUPE_CORE_WHEEL_H
#define TROUPE_CORE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_LEVELS 4
#define WHEEL_SLOTS 64
#define WHEEL_TICK UINT64_C(1000000) /* nanoseconds */

struct wheel_node {
  struct wheel_node *next;
  struct wheel_node **link; /* what points here; NULL: not in a wheel */
  uint64_t due;             /* nanoseconds, of the host's clock */
  uint16_t place;           /* wheel's own: level and slot */
  void (*fire)(struct wheel_node *node); /* called out of the wheel */
};

struct wheel {
  uint64_t tick; /* ticks that have been worked off */
  uint64_t occupied[WHEEL_LEVELS];
  struct wheel_node *slots[WHEEL_LEVELS][WHEEL_SLOTS];
  struct wheel_node *far; /* beyond the top level */
  struct wheel_node *late; /* due already when added */
  size_t count;
};

void wheel_init(struct wheel *wheel, uint64_t now);

/* `node->due` and `node->fire` are set; the node is in no wheel. A time that
** has passed fires at the next wheel_advance. */
void wheel_add(struct wheel *wheel, struct wheel_node *node);
/* Takes a node out; nothing if it is in no wheel. */
void wheel_remove(struct wheel *wheel, struct wheel_node *node);
bool wheel_has(const struct wheel_node *node);

/* Fires every node due at `now`, in order of their ticks. A fire function
** may add and remove nodes, itself too. Returns how many fired. */
size_t wheel_advance(struct wheel *wheel, uint64_t now);

/* When to ask next: nanoseconds, as the nodes; TICK_NEVER when empty. Never
** later than the next due node; may be earlier (a cascade). */
uint64_t wheel_next(const struct wheel *wheel);

/* A node that is due first; NULL when empty. Looks at all that are due at about
** that time. */
struct wheel_node *wheel_first(const struct wheel *wheel);
/* Fires all that are due at that nanosecond, in the order in which they were
** added; not what these add. Not when empty. */
void wheel_fire(struct wheel *wheel);

#endif
