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

struct plan_choice {
  uint64_t number;
  uint32_t choice;
};

struct plan {
  uint64_t seed;
  bool given;                  /* these, and 0 for the others: */
  struct plan_choice *choices; /* by number, ascending */
  uint32_t count;
  char *report;                /* a file; NULL: none */
};

/* The form is schedule_new's. False: `error` says why, and there is nothing to
** deinit. */
bool plan_read(struct plan *plan, const char *text, char *error,
               size_t error_size);
void plan_deinit(struct plan *plan);

#endif
