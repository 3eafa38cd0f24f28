/*
** Wheel: where a node sits, and why nothing is overlooked.
**
** Time is counted in ticks and a tick is read as a number of five digits to
** the base 64: four levels of the wheel and all that is above them. A node
** is kept by the highest digit in which its own tick differs from the tick
** of the wheel: that digit's place is the level, the digit itself the slot;
** if they differ above the fourth, it is far. So at every level
**
**   - all occupied slots lie above the wheel's own digit there,
**   - every node of a level is due before every node of a higher one,
**   - the next thing to do is the lowest bit of the lowest occupied level.
**
** The wheel goes from event to event: when its tick reaches a slot of level
** 0 the nodes there fire; when it reaches the start of a slot higher up, the
** nodes there share that digit with the wheel from now on and move down.
** Between events the tick may jump, because no digit that places a node is
** passed. A node that is late when added differs in nothing; it waits in a
** list of its own for the next wheel_advance, never for the present one, or
** a node that keeps re-adding itself in the past would never let go.
**
** Lists grow at the front and are turned round when they are taken off, so
** nodes of one tick fire in the order in which they were added: a node moves
** down to a level before anything can be added there directly, since both
** need the wheel to share the same digits.
*/
#include "core/wheel.h"

#include "base/check.h"
#include "base/tick.h"

#define DIGIT_BITS 6
#define DIGIT_MASK ((uint64_t)WHEEL_SLOTS - 1)
#define FAR_BITS (WHEEL_LEVELS * DIGIT_BITS)

/* Places that have no occupancy bit. */
#define PLACE_ASIDE ((uint16_t)(WHEEL_LEVELS * WHEEL_SLOTS))

/* The first tick at which a time has passed. */
static uint64_t tick_of(uint64_t due) {
  return due / WHEEL_TICK + (due % WHEEL_TICK != 0);
}

static uint64_t time_of(uint64_t tick) {
  return tick > TICK_NEVER / WHEEL_TICK ? TICK_NEVER : tick * WHEEL_TICK;
}

static unsigned digit_of(uint64_t tick, unsigned level) {
  return (unsigned)(tick >> (level * DIGIT_BITS) & DIGIT_MASK);
}

/* The start of the tick's period of 64^level ticks. */
static uint64_t period_of(uint64_t tick, unsigned level) {
  return tick >> (level * DIGIT_BITS) << (level * DIGIT_BITS);
}

/* --- Lists ---------------------------------------------------------------- */

static void push(struct wheel_node **list, struct wheel_node *node) {
  node->next = *list;
  node->link = list;
  if (node->next != NULL) node->next->link = &node->next;
  *list = node;
}

static void unlink_node(struct wheel_node *node) {
  *node->link = node->next;
  if (node->next != NULL) node->next->link = node->link;
  node->next = NULL;
  node->link = NULL;
}

/* Moves a list to `to`, oldest first. */
static void take_list(struct wheel_node **from, struct wheel_node **to) {
  *to = NULL;
  while (*from != NULL) {
    struct wheel_node *node = *from;
    unlink_node(node);
    push(to, node);
  }
}

/* --- Places --------------------------------------------------------------- */

/* Puts a node, not late, where its digits say. */
static void place(struct wheel *wheel, struct wheel_node *node) {
  uint64_t tick = tick_of(node->due);
  uint64_t differing = tick ^ wheel->tick;
  ASSERT(tick >= wheel->tick, "a late node has no place");
  if (differing >> FAR_BITS != 0) {
    node->place = PLACE_ASIDE;
    push(&wheel->far, node);
    return;
  }
  unsigned level = 0;
  while (differing >> ((level + 1) * DIGIT_BITS) != 0) level++;
  unsigned slot = digit_of(tick, level);
  node->place = (uint16_t)(level * WHEEL_SLOTS + slot);
  wheel->occupied[level] |= UINT64_C(1) << slot;
  push(&wheel->slots[level][slot], node);
}

static void take_slot(struct wheel *wheel, unsigned level, unsigned slot,
                      struct wheel_node **to) {
  take_list(&wheel->slots[level][slot], to);
  wheel->occupied[level] &= ~(UINT64_C(1) << slot);
}

void wheel_init(struct wheel *wheel, uint64_t now) {
  *wheel = (struct wheel){.tick = now / WHEEL_TICK};
}

void wheel_add(struct wheel *wheel, struct wheel_node *node) {
  ASSERT(!wheel_has(node), "a node is in one wheel at most");
  ASSERT(node->fire != NULL, "a node has something to do");
  wheel->count++;
  if (tick_of(node->due) > wheel->tick) {
    place(wheel, node);
  } else {
    node->place = PLACE_ASIDE;
    push(&wheel->late, node);
  }
}

/* A node that waits to be fired sits in a list of wheel_advance's, with the
** place that it had before; the slot's bit then says what it said. */
void wheel_remove(struct wheel *wheel, struct wheel_node *node) {
  if (!wheel_has(node)) return;
  ASSERT(wheel->count > 0, "a node is removed from the wheel it is in");
  unlink_node(node);
  wheel->count--;
  if (node->place == PLACE_ASIDE) return;
  unsigned level = node->place / WHEEL_SLOTS;
  unsigned slot = node->place % WHEEL_SLOTS;
  if (wheel->slots[level][slot] == NULL)
    wheel->occupied[level] &= ~(UINT64_C(1) << slot);
}

bool wheel_has(const struct wheel_node *node) { return node->link != NULL; }

/* --- Time ----------------------------------------------------------------- */

/* The tick at which there is something to fire or to move down; UINT64_MAX
** if there is nothing. Late nodes do not count. */
static uint64_t next_event(const struct wheel *wheel) {
  for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
    if (wheel->occupied[level] == 0) continue;
    unsigned slot = (unsigned)__builtin_ctzll(wheel->occupied[level]);
    ASSERT(slot > digit_of(wheel->tick, level), "no slot is left behind");
    return period_of(wheel->tick, level + 1) |
           (uint64_t)slot << (level * DIGIT_BITS);
  }
  if (wheel->far == NULL) return UINT64_MAX;
  return ((wheel->tick >> FAR_BITS) + 1) << FAR_BITS;
}

static void place_all(struct wheel *wheel, struct wheel_node **list) {
  while (*list != NULL) {
    struct wheel_node *node = *list;
    unlink_node(node);
    place(wheel, node);
  }
}

/* The wheel has reached an event: moves down what begins here, from the top,
** so that a node goes as far down as it can at once. */
static void move_down(struct wheel *wheel) {
  struct wheel_node *list;
  if (period_of(wheel->tick, WHEEL_LEVELS) == wheel->tick) {
    take_list(&wheel->far, &list);
    place_all(wheel, &list);
  }
  for (unsigned level = WHEEL_LEVELS - 1; level > 0; level--) {
    if (period_of(wheel->tick, level) != wheel->tick) continue;
    take_slot(wheel, level, digit_of(wheel->tick, level), &list);
    place_all(wheel, &list);
  }
}

/* Fire functions may remove nodes that are still in the list. */
static size_t fire_all(struct wheel *wheel, struct wheel_node **list) {
  size_t fired = 0;
  while (*list != NULL) {
    struct wheel_node *node = *list;
    unlink_node(node);
    wheel->count--;
    fired++;
    node->fire(node);
  }
  return fired;
}

size_t wheel_advance(struct wheel *wheel, uint64_t now) {
  uint64_t target = now / WHEEL_TICK;
  struct wheel_node *due;
  take_list(&wheel->late, &due);
  size_t fired = fire_all(wheel, &due);
  for (;;) {
    uint64_t event = next_event(wheel);
    if (event > target) break;
    wheel->tick = event;
    move_down(wheel);
    take_slot(wheel, 0, digit_of(event, 0), &due);
    fired += fire_all(wheel, &due);
  }
  if (target > wheel->tick) wheel->tick = target;
  return fired;
}

uint64_t wheel_next(const struct wheel *wheel) {
  if (wheel->late != NULL) return time_of(wheel->tick);
  uint64_t event = next_event(wheel);
  return event == UINT64_MAX ? TICK_NEVER : time_of(event);
}

/* --- From node to node ---------------------------------------------------- */

/* The list that has the node due first. */
static struct wheel_node *first_list(const struct wheel *wheel) {
  if (wheel->late != NULL) return wheel->late;
  for (unsigned level = 0; level < WHEEL_LEVELS; level++)
    if (wheel->occupied[level] != 0)
      return wheel->slots[level][__builtin_ctzll(wheel->occupied[level])];
  return wheel->far;
}

struct wheel_node *wheel_first(const struct wheel *wheel) {
  struct wheel_node *first = first_list(wheel);
  if (first == NULL) return NULL;
  for (struct wheel_node *node = first->next; node != NULL; node = node->next)
    if (node->due < first->due) first = node;
  return first;
}

/* To the tick before that of `due`, which has not passed as a whole: what comes
** to be due in the rest of it would else be taken for late. */
static void approach(struct wheel *wheel, uint64_t due) {
  uint64_t tick = tick_of(due);
  size_t fired;
  if (wheel->late != NULL || tick <= wheel->tick + 1) return;
  fired = wheel_advance(wheel, (tick - 1) * WHEEL_TICK);
  ASSERT(fired == 0, "nothing is due before the first");
  (void)fired;
}

void wheel_fire(struct wheel *wheel) {
  struct wheel_node *node, *due = NULL, *first = wheel_first(wheel);
  uint64_t at = first->due;
  approach(wheel, at);
  for (node = first_list(wheel); node != NULL; node = first) {
    first = node->next;
    if (node->due != at) continue;
    wheel_remove(wheel, node);
    wheel->count++;
    push(&due, node);
  }
  fire_all(wheel, &due);
}
