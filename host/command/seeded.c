/*
** Where the loader, the stack and the heap are put is by chance, unless it has
** been switched off before the program was loaded (personality(2)). What is a
** key of a table and has its place in an arena (base/arena.h), as tables have,
** is found in the same order all the same; but a C function is not, nor a large
** userdata, and whatever is written shows an address ("table: 0x..."). So the
** process starts itself again.
*/
#include "command/seeded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#define LIMIT_LARGEST 1e9 /* seconds */

/* "--seed" of "--seed" or "--seed=7". */
static bool is_option(const char *word, const char *name) {
  size_t size = strlen(name);
  return strncmp(word, name, size) == 0 &&
         (word[size] == '\0' || word[size] == '=');
}

static bool is_one(const char *word) {
  return is_option(word, "--seed") || is_option(word, "--schedule") ||
         is_option(word, "--schedules");
}

void seeded_note(struct seeded *seeded, int argc, char **argv) {
  bool any = false;
  *seeded = (struct seeded){.here = -1, .first = 1};
  for (int i = 1; i < argc && !any; i++) any = is_one(argv[i]);
  if (!any) return;
  seeded->argv = malloc(((size_t)argc + 1) * sizeof *argv);
  if (seeded->argv == NULL) return;
  memcpy(seeded->argv, argv, ((size_t)argc + 1) * sizeof *argv);
  seeded->argc = argc;
  seeded->here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void seeded_free(struct seeded *seeded) {
  if (seeded->argv == NULL) return;
  free(seeded->argv);
  if (seeded->here >= 0) close(seeded->here);
}

/* --- The options ---------------------------------------------------------- */

static bool read_number(const char *text, uint64_t *number) {
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  *number = strtoull(text, &end, 10);
  return *end == '\0' && errno == 0 && *number <= INT64_MAX; /* as Lua has it */
}

static bool expected(const char *what, const char *got) {
  fprintf(stderr, "troupe: expected %s, got %s (see troupe test --help)\n",
          what, got);
  return false;
}

/* The value of the option at *at, which moves to its last word. */
static const char *value_of(const struct seeded *seeded, int *at) {
  const char *equals = strchr(seeded->argv[*at], '=');
  if (equals != NULL) return equals + 1;
  if (*at + 1 == seeded->argc) return "nothing";
  return seeded->argv[++*at];
}

static bool read_option(struct seeded *seeded, int *at) {
  const char *word = seeded->argv[*at];
  const char *value = value_of(seeded, at);
  uint64_t seed;
  if (is_option(word, "--schedule")) {
    seeded->schedule = value;
    return true;
  }
  if (is_option(word, "--schedules"))
    return (read_number(value, &seeded->schedules) && seeded->schedules > 0) ||
           expected("--schedules to be a number of runs above 0", value);
  seeded->seed = value;
  if (!read_number(value, &seed))
    return expected("--seed to be a number from 0 to 2^63 - 1", value);
  seeded->first = seed;
  snprintf(seeded->text, sizeof seeded->text, "seed=%llu",
           (unsigned long long)seed);
  return true;
}

/* The runs themselves complain if it is none. */
static void read_limit(struct seeded *seeded, int *at) {
  double limit = strtod(value_of(seeded, at), NULL);
  if (limit > 0 && limit < LIMIT_LARGEST) seeded->limit = limit;
}

bool seeded_read(struct seeded *seeded, int command) {
  seeded->command = command;
  for (int at = command + 1; at < seeded->argc; at++)
    if (strcmp(seeded->argv[at], "--") == 0)
      break;
    else if (is_option(seeded->argv[at], "--limit"))
      read_limit(seeded, &at);
    else if (is_one(seeded->argv[at]) && !read_option(seeded, &at))
      return false;
  if (seeded->schedule == NULL) return true;
  return (seeded->schedules == 0 && seeded->seed == NULL) ||
         expected("--schedule alone, as it has its own seed",
                  seeded->seed != NULL ? "--seed, too" : "--schedules, too");
}

bool seeded_skip(const struct seeded *seeded, int *at) {
  const char *word = seeded->argv[*at];
  if (!is_one(word)) return false;
  if (strchr(word, '=') == NULL && *at + 1 < seeded->argc) ++*at;
  return true;
}

void seeded_settle(struct seeded *seeded, int *argc, char **argv) {
  struct seeded words = {.argv = argv, .argc = *argc};
  const char *schedule = seeded_schedule(seeded);
  int first = seeded->command + 1, kept = first, at = first;
  for (; at < *argc && strcmp(argv[at], "--") != 0; at++)
    if (!seeded_skip(&words, &at)) argv[kept++] = argv[at];
  while (at < *argc) argv[kept++] = argv[at++];
  /* At least one word has gone. */
  memmove(argv + first + 1, argv + first,
          (size_t)(kept - first) * sizeof *argv);
  argv[first] = seeded->word;
  *argc = kept + 1;
  snprintf(seeded->word, sizeof seeded->word, "--seed=%llu",
           strtoull(schedule + strcspn(schedule, "0123456789"), NULL, 10));
}

const char *seeded_schedule(const struct seeded *seeded) {
  if (seeded->schedules > 0) return NULL;
  if (seeded->schedule != NULL) return seeded->schedule;
  return seeded->seed != NULL ? seeded->text : NULL;
}

/* --- Addresses ------------------------------------------------------------ */

/* That of this process; 0 also if it must not know. */
static unsigned long current(void) {
  int now = personality(0xffffffff);
  return now != -1 ? (unsigned long)now : 0;
}

bool seeded_fix_addresses(void) {
  unsigned long before = current();
  return before & ADDR_NO_RANDOMIZE ||
         personality(before | ADDR_NO_RANDOMIZE) != -1;
}

void seeded_tell_unfixed(void) {
  fprintf(stderr, "troupe: this system does not let a process have the same "
                  "addresses each time (%s), so what goes by "
                  "them, like pairs over tables as keys, may not do the same "
                  "under the same seed\n",
          strerror(errno));
}

void seeded_start_again(const struct seeded *seeded) {
  if (current() & ADDR_NO_RANDOMIZE) return;
  if (seeded_fix_addresses() && current() & ADDR_NO_RANDOMIZE &&
      seeded->here >= 0 && fchdir(seeded->here) == 0)
    execv("/proc/self/exe", seeded->argv);
  seeded_tell_unfixed();
}
