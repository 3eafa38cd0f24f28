#include "core/schedule_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What is still to be read. */
struct reading {
  const char *at;
};

static bool skip(struct reading *reading, const char *word) {
  size_t size = strlen(word);
  if (strncmp(reading->at, word, size) != 0) return false;
  reading->at += size;
  return true;
}

/* Digits only: strtoull would take signs and spaces. */
static bool read_number(struct reading *reading, uint64_t *number) {
  char *end;
  if (*reading->at < '0' || *reading->at > '9') return false;
  *number = strtoull(reading->at, &end, 10);
  reading->at = end;
  return true;
}

/* False also for numbers that do not ascend, and for no memory. */
static bool read_choice(struct plan *plan, struct reading *reading,
                        uint32_t *capacity) {
  uint64_t number, choice;
  if (!read_number(reading, &number) || !skip(reading, ":") ||
      !read_number(reading, &choice) || choice > UINT32_MAX ||
      number <= (plan->count > 0 ? plan->choices[plan->count - 1].number : 0))
    return false;
  if (plan->count == *capacity) {
    struct plan_choice *grown =
        memory_grown(plan->choices, *capacity, capacity, sizeof *grown);
    if (grown == NULL) return false;
    plan->choices = grown;
  }
  plan->choices[plan->count++] =
      (struct plan_choice){number, (uint32_t)choice};
  return true;
}

static bool read_choices(struct plan *plan, struct reading *reading) {
  uint32_t capacity = 0;
  plan->given = true;
  if (*reading->at == '\0' || *reading->at == ',') return true;
  do
    if (!read_choice(plan, reading, &capacity)) return false;
  while (skip(reading, "/"));
  return true;
}

static bool read_all(struct plan *plan, struct reading *reading) {
  if (!skip(reading, "seed=") || !read_number(reading, &plan->seed))
    return false;
  if (skip(reading, ",only=") && !read_choices(plan, reading)) return false;
  if (skip(reading, ",report=")) {
    plan->report = memory_strdup(reading->at);
    return plan->report != NULL;
  }
  return *reading->at == '\0';
}

bool plan_read(struct plan *plan, const char *text, char *error,
               size_t error_size) {
  struct reading reading = {text};
  *plan = (struct plan){0};
  if (read_all(plan, &reading)) return true;
  plan_deinit(plan);
  snprintf(error, error_size,
           "expected a schedule to be like seed=7 or seed=7,only=12:1/40:2, "
           "got \"%.200s\"",
           text);
  return false;
}

void plan_deinit(struct plan *plan) {
  memory_free(plan->choices);
  memory_free(plan->report);
}
