#include "command/schedules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/tick.h"
#include "command/children.h"
#include "command/shrink.h"

#define SHRINK_RUNS 500
#define SHRINK_SECONDS 60
/* How long a run may take, in terms of the one in the usual order. */
#define LATE_FACTOR 20
#define LATE_LEAST 10.0
#define LATE_LIMITS 2 /* ...or in those of a spec, if that is given */
#define CHOICES_LARGEST 4096 /* as a word of a command, which has its limit */

/* --- Telling -------------------------------------------------------------- */

static void copy_out(const char *file) {
  char bytes[4096];
  size_t size;
  FILE *from = fopen(file, "re");
  if (from == NULL) return;
  while ((size = fread(bytes, 1, sizeof bytes, from)) > 0)
    fwrite(bytes, 1, size, stdout);
  fclose(from);
}

static void tell_failure(const struct children *children) {
  copy_out(children_output(children));
  if (children_was_late(children))
    printf("It did not end within %.3g s, and was stopped. A --limit of less "
           "tells which spec that is, and where.\n",
           children_limit(children));
  else if (children_signal(children) != 0)
    printf("It was ended by a signal: %s.\n",
           strsignal(children_signal(children)));
}

static bool is_plain_word(const char *word) {
  return word[0] != '\0' &&
         word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                           "XYZ0123456789_-./=,:+@%")] == '\0';
}

/* So that a shell reads it as one. */
static void tell_word(const char *word) {
  if (is_plain_word(word)) {
    fputs(word, stdout);
    return;
  }
  putchar('\'');
  for (; *word != '\0'; word++) {
    if (*word == '\'')
      fputs("'\\''", stdout);
    else
      putchar(*word);
  }
  putchar('\'');
}

/* The command with this instead of --schedules. */
static void tell_command(const struct seeded *seeded, const char *option,
                         const char *value) {
  bool options = true;
  printf("    troupe");
  for (int i = 1; i < seeded->argc; i++) {
    if (i > seeded->command && options && seeded_skip(seeded, &i)) continue;
    if (strcmp(seeded->argv[i], "--") == 0) options = false;
    putchar(' ');
    tell_word(seeded->argv[i]);
    if (i != seeded->command) continue;
    printf(" %s ", option);
    tell_word(value);
  }
  putchar('\n');
}

static void tell_seed(const struct seeded *seeded, uint64_t seed) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, seed);
  tell_command(seeded, "--seed", text);
}

/* --- The search ----------------------------------------------------------- */

struct search {
  const struct seeded *seeded;
  struct children *children;
  uint64_t seed; /* the one that fails */
};

static void write_seed(void *context, uint64_t index, struct buffer *text) {
  const struct search *search = context;
  buffer_format(text, "seed=%" PRIu64, search->seeded->first + index);
}

static void write_usual(void *context, uint64_t index, struct buffer *text) {
  (void)context;
  (void)index;
  buffer_format(text, "seed=0");
}

/* Nothing is left to chance: it is not the order. */
static bool fails_usually(struct search *search) {
  double limit, least = search->seeded->limit;
  if (children_find_failure(search->children, write_usual, NULL, 1) < 0) {
    limit = LATE_FACTOR * children_seconds(search->children);
    least = least > 0 ? LATE_LIMITS * least : LATE_LEAST;
    children_set_limit(search->children, limit > least ? limit : least);
    return false;
  }
  tell_failure(search->children);
  printf("This fails in the usual order already, so no other has been tried. "
         "To run it again:\n");
  tell_seed(search->seeded, 0);
  return true;
}

/* --- What makes it fail --------------------------------------------------- */

struct replay {
  const struct choices *choices;
  uint64_t seed;
};

static void write_replay(void *context, uint64_t index, struct buffer *text) {
  const struct replay *replay = context;
  (void)index;
  choices_write(replay->choices, replay->seed, text);
}

static bool fails_again(struct search *search, struct choices *choices) {
  struct replay replay = {choices, search->seed};
  return children_find_failure(search->children, write_replay, &replay, 1) ==
         0;
}

static void tell_choices(const struct search *search,
                         const struct choices *choices, uint64_t runs,
                         uint32_t before) {
  struct buffer text;
  buffer_init(&text);
  choices_write(choices, search->seed, &text);
  buffer_append(&text, "", 1);
  if (before != choices->count)
    printf("Of %" PRIu32 " choices out of the usual order, %" PRIu32
           " make%s it fail (%" PRIu64 " more runs):\n",
           before, choices->count, choices->count == 1 ? "s" : "", runs);
  else
    printf("%" PRIu32 " choice%s out of the usual order make%s it fail "
           "(%" PRIu64 " more runs):\n",
           before, before == 1 ? "" : "s", before == 1 ? "s" : "", runs);
  for (uint32_t i = 0; i < choices->count; i++)
    printf("%5" PRIu32 ". %s\n", i + 1, choices->list[i].words);
  printf("To run just that:\n");
  if (text.data != NULL)
    tell_command(search->seeded, "--schedule", buffer_bytes(&text));
  buffer_deinit(&text);
}

static void explain(struct search *search) {
  struct choices choices;
  uint32_t before;
  uint64_t runs;
  if (!choices_read(&choices, children_report(search->children))) return;
  /* Most of a run without an end come too late to matter. */
  choices_cut(&choices, CHOICES_LARGEST);
  before = choices.count;
  children_show(search->children, NULL);
  if (!fails_again(search, &choices)) {
    if (children_interrupted(search->children) == 0)
      printf("%s once more did not make it fail: something else decides, too "
             "(real time, other processes, the network).\n",
             before == CHOICES_LARGEST ? "Its first choices" :
                                         "The same choices");
  } else {
    runs = shrink(search->children, search->seed, &choices, SHRINK_RUNS,
                  SHRINK_SECONDS);
    if (children_interrupted(search->children) == 0)
      tell_choices(search, &choices, runs + 1, before);
  }
  choices_free(&choices);
}

static int run(struct search *search) {
  uint64_t count = search->seeded->schedules, since = tick_now();
  int64_t found;
  if (fails_usually(search)) return 1;
  children_show(search->children, "schedule");
  found = children_find_failure(search->children, write_seed, search, count);
  if (children_interrupted(search->children) != 0) return 1;
  if (found < 0) {
    printf("%" PRIu64 " schedules, none of which fails (%.1f s)\n", count,
           tick_seconds(since, tick_now()));
    return 0;
  }
  search->seed = search->seeded->first + (uint64_t)found;
  tell_failure(search->children);
  printf("Schedule %" PRIu64 " of %" PRIu64 " fails. To run it again:\n",
         (uint64_t)found + 1, count);
  tell_seed(search->seeded, search->seed);
  fflush(stdout);
  explain(search);
  return 1;
}

int schedules_run(const struct seeded *seeded) {
  struct search search = {seeded, children_new(seeded), 0};
  int status, interrupted;
  if (search.children == NULL) return 1;
  if (!seeded_fix_addresses()) seeded_tell_unfixed();
  status = run(&search);
  fflush(stdout);
  interrupted = children_interrupted(search.children);
  children_free(search.children);
  return interrupted != 0 ? 128 + interrupted : status;
}
