/*
** Plan: the text that a schedule is made from, read.
**
** Threads    [main] all functions
** Ownership  The lists belong to the plan: plan_deinit.
*/
#ifndef TROUPE_CORE_SCHEDULE_PLAN_H
#define TROUPE_CORE_SCHEDULE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* Where an actor has a choice. */
enum plan_kind {
  PLAN_TURN, /* "t": it would run */
  PLAN_WAY,  /* "w": it runs, and has done what others can see */
  PLAN_OWN,  /* "o": it has several things to go on with */
  PLAN_KINDS
};

struct plan_choice {
  uint64_t pid;
  enum plan_kind kind;
  uint32_t point; /* of that kind and actor, from 1 */
  uint32_t choice;
};

struct plan {
  uint64_t seed;
  bool given;                  /* these, and 0 for the others: */
  struct plan_choice *choices; /* by pid, kind and point */
  uint32_t count;
  char *report;                /* a file; NULL: none */
};

/* The form is schedule_new's. False: `error` says why, and there is nothing to
** deinit. */
bool plan_read(struct plan *plan, const char *text, char *error,
               size_t error_size);
void plan_deinit(struct plan *plan);

/* What is given for this point; 0 also if it is no number below `count`. */
uint32_t plan_find(const struct plan *plan, uint64_t pid, enum plan_kind kind,
                   uint32_t point, uint32_t count);
/* Appends it as plan_read would have it: "4.1.t12:1". */
void plan_write(const struct plan_choice *choice, struct buffer *text);

#endif
