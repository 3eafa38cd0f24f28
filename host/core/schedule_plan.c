#include "core/schedule_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "core/id.h"

static const char letters[] = "two"; /* of kinds */

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

static bool read_small(struct reading *reading, uint32_t *number) {
  uint64_t read;
  if (!read_number(reading, &read) || read > UINT32_MAX) return false;
  *number = (uint32_t)read;
  return true;
}

/* "slot.generation", as in the text of a pid. */
static bool read_pid(struct reading *reading, uint64_t *pid) {
  uint32_t slot, generation;
  if (!read_small(reading, &slot) || slot >= ID_SLOT_LIMIT ||
      !skip(reading, ".") || !read_small(reading, &generation))
    return false;
  *pid = id_make(slot, generation);
  return true;
}

static bool read_kind(struct reading *reading, enum plan_kind *kind) {
  const char *found = strchr(letters, *reading->at);
  if (*reading->at == '\0' || found == NULL) return false;
  *kind = (enum plan_kind)(found - letters);
  reading->at++;
  return true;
}

static bool read_choice(struct reading *reading, struct plan_choice *choice) {
  return read_pid(reading, &choice->pid) && skip(reading, ".") &&
         read_kind(reading, &choice->kind) &&
         read_small(reading, &choice->point) && skip(reading, ":") &&
         read_small(reading, &choice->choice);
}

/* False also for no memory. */
static bool add_choice(struct plan *plan, struct reading *reading,
                       uint32_t *capacity) {
  struct plan_choice choice;
  if (!read_choice(reading, &choice)) return false;
  if (plan->count == *capacity) {
    struct plan_choice *grown =
        memory_grown(plan->choices, *capacity, capacity, sizeof *grown);
    if (grown == NULL) return false;
    plan->choices = grown;
  }
  plan->choices[plan->count++] = choice;
  return true;
}

static int compare(const void *left, const void *right) {
  const struct plan_choice *a = left, *b = right;
  if (a->pid != b->pid) return a->pid < b->pid ? -1 : 1;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  return a->point < b->point ? -1 : a->point > b->point;
}

static bool read_choices(struct plan *plan, struct reading *reading) {
  uint32_t capacity = 0;
  plan->given = true;
  if (*reading->at == '\0' || *reading->at == ',') return true;
  do
    if (!add_choice(plan, reading, &capacity)) return false;
  while (skip(reading, "/"));
  qsort(plan->choices, plan->count, sizeof *plan->choices, compare);
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
           "expected a schedule to be like seed=7 or seed=7,only=4.1.t12:1, "
           "got \"%.200s\"",
           text);
  return false;
}

void plan_deinit(struct plan *plan) {
  memory_free(plan->choices);
  memory_free(plan->report);
}

uint32_t plan_find(const struct plan *plan, uint64_t pid, enum plan_kind kind,
                   uint32_t point, uint32_t count) {
  struct plan_choice wanted = {pid, kind, point, 0};
  const struct plan_choice *found =
      plan->count == 0 ? NULL
                       : bsearch(&wanted, plan->choices, plan->count,
                                 sizeof wanted, compare);
  return found != NULL && found->choice < count ? found->choice : 0;
}

void plan_write(const struct plan_choice *choice, struct buffer *text) {
  buffer_format(text, "%" PRIu32 ".%" PRIu32 ".%c%" PRIu32 ":%" PRIu32,
                id_slot(choice->pid), id_generation(choice->pid),
                letters[choice->kind], choice->point, choice->choice);
}
