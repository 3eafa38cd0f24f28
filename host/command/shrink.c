/*
** Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating
** Failure-Inducing Input", IEEE TSE 28(2), 2002), the half of it that takes
** away: the choices are cut into parts, and each part is left out once. If the
** run still fails it goes on with what is left; if it fails without none, with
** smaller parts. In the end no single choice can be left out.
**
** What is left out changes what comes after it: the choice number 40 may be
** another one then, and a choice that is not there any more counts as 0. So it
** goes on with what the run itself has reported.
*/
#include "command/shrink.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/tick.h"

/* --- Reports -------------------------------------------------------------- */

static void free_choice(struct choice *choice) {
  memory_free(choice->text);
  memory_free(choice->words);
}

static bool add(struct choices *choices, char *line, uint32_t *capacity) {
  struct choice choice;
  char *tab = strchr(line, '\t');
  if (tab == NULL || strchr("0123456789", line[0]) == NULL)
    return true; /* its end */
  if (choices->count == *capacity) {
    struct choice *grown = memory_grown(choices->list, choices->count,
                                        capacity, sizeof *grown);
    if (grown == NULL) return false;
    choices->list = grown;
  }
  *tab = '\0';
  tab[1 + strcspn(tab + 1, "\n")] = '\0';
  choice = (struct choice){memory_strdup(line), memory_strdup(tab + 1)};
  if (choice.text == NULL || choice.words == NULL) {
    free_choice(&choice);
    return false;
  }
  choices->list[choices->count++] = choice;
  return true;
}

bool choices_read(struct choices *choices, const char *file) {
  FILE *lines = fopen(file, "re");
  uint32_t capacity = 0;
  char *line = NULL;
  size_t size = 0;
  bool good = lines != NULL;
  *choices = (struct choices){NULL, 0};
  while (good && getline(&line, &size, lines) >= 0)
    good = add(choices, line, &capacity);
  free(line);
  if (lines != NULL) fclose(lines);
  if (!good) choices_free(choices);
  return good;
}

void choices_free(struct choices *choices) {
  for (uint32_t i = 0; i < choices->count; i++)
    free_choice(&choices->list[i]);
  memory_free(choices->list);
  *choices = (struct choices){NULL, 0};
}

void choices_cut(struct choices *choices, uint32_t count) {
  while (choices->count > count) free_choice(&choices->list[--choices->count]);
}

/* Those from `from` up to `to` are left out. */
static void write_without(const struct choices *choices, uint64_t seed,
                          uint32_t from, uint32_t to, struct buffer *text) {
  const char *between = "";
  buffer_format(text, "seed=%" PRIu64 ",only=", seed);
  for (uint32_t i = 0; i < choices->count; i++) {
    if (i >= from && i < to) continue;
    buffer_format(text, "%s%s", between, choices->list[i].text);
    between = "/";
  }
}

void choices_write(const struct choices *choices, uint64_t seed,
                   struct buffer *text) {
  write_without(choices, seed, 0, 0, text);
}

/* --- Leaving out ---------------------------------------------------------- */

struct shrinking {
  struct children *children;
  struct choices *choices;
  uint64_t seed;
  uint64_t runs, left;
  uint64_t until;
  uint32_t parts;
};

static uint32_t part_at(const struct shrinking *shrinking, uint64_t index) {
  return (uint32_t)(index * shrinking->choices->count / shrinking->parts);
}

static void write_trial(void *context, uint64_t index, struct buffer *text) {
  const struct shrinking *shrinking = context;
  write_without(shrinking->choices, shrinking->seed,
                part_at(shrinking, index), part_at(shrinking, index + 1),
                text);
}

/* False: it fails without none of the parts. */
static bool leave_part_out(struct shrinking *shrinking) {
  struct choices fewer;
  uint64_t count = shrinking->parts;
  int64_t found;
  if (count > shrinking->left) count = shrinking->left;
  found = children_find_failure(shrinking->children, write_trial, shrinking,
                                count);
  count = found < 0 ? count : (uint64_t)found + 1;
  shrinking->runs += count;
  shrinking->left -= count;
  if (found < 0 ||
      !choices_read(&fewer, children_report(shrinking->children)))
    return false;
  if (fewer.count >= shrinking->choices->count) {
    choices_free(&fewer);
    return false;
  }
  choices_free(shrinking->choices);
  *shrinking->choices = fewer;
  return true;
}

static bool is_over(const struct shrinking *shrinking) {
  return shrinking->choices->count == 0 || shrinking->left == 0 ||
         tick_now() > shrinking->until ||
         children_interrupted(shrinking->children) != 0;
}

uint64_t shrink(struct children *children, uint64_t seed,
                struct choices *choices, uint64_t runs, double seconds) {
  struct shrinking shrinking = {.children = children,
                                .choices = choices,
                                .seed = seed,
                                .left = runs,
                                .parts = 2};
  shrinking.until = tick_add(tick_now(), tick_from_seconds(seconds));
  while (!is_over(&shrinking)) {
    if (shrinking.parts > choices->count) shrinking.parts = choices->count;
    if (leave_part_out(&shrinking)) {
      if (shrinking.parts > 2) shrinking.parts--;
    } else if (shrinking.parts == choices->count) {
      break;
    } else {
      shrinking.parts *= 2;
    }
  }
  return shrinking.runs;
}
