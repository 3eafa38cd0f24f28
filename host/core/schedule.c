/*
** Where choices come from, and what is told of them.
**
** Uniformly: of a list, each actor is as likely as any other. After an
** operation that others can see, the running actor makes way with a likelihood
** that is drawn once for the whole run, from 1/2 to 1/32: a program that does
** such things all the time would else never get anywhere in one piece.
**
** By priorities: of a list, the actor with the highest one; and the running
** actor makes way for a higher one. At DEPTH - 1 choices whoever would run gets
** a priority below all that were drawn. Which these choices are is drawn from
** the first `span`, and the span itself, as nobody knows how long a run will
** be, evenly from the powers of two. After FAIR_CHOICES the rest is uniform: an
** actor of a high priority may wait, without an end, for one of a low one.
**
** A message is known by what any run of the same script would give it: who it
** is from, its kind, and its bytes, if there are no addresses in them.
*/
#include "core/schedule.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "core/schedule_plan.h"

#define DEPTH 3
#define SPAN_BITS_LEAST 3
#define SPAN_BITS_LARGEST 12
#define FAIR_CHOICES 20000
#define RANK_DRAWN (UINT64_C(1) << 63) /* above all that were lowered */
#define HASHED_BYTES 256 /* of a message */
#define REPORT_SIZE 4096 /* written when there is as much */
#define WORDS_SIZE 512
#define RANKS_FIRST 4096

/* The actor of a slot, as long as it is the same. */
struct rank {
  uint64_t pid;
  uint64_t priority;
};

enum way {
  WAY_PLAIN,
  WAY_GIVEN,
  WAY_UNIFORM,
  WAY_PRIORITIES
};

struct schedule {
  struct plan plan;
  uint32_t next_given; /* of the plan's choices */
  bool finished;

  uint64_t random;
  unsigned preempt_bits; /* one in 2^n */
  uint64_t lowered[DEPTH - 1]; /* numbers of choices */
  struct rank *ranks; /* by slot */
  uint32_t rank_count;

  uint64_t turns, choices, hash;

  int report; /* -1: none */
  struct buffer lines;
  struct scheduler *scheduler;
  schedule_words *words;
};

/* --- Chance --------------------------------------------------------------- */

/* A counter that is mixed (Steele, Lea, Flood, "Fast Splittable Pseudorandom
** Number Generators", OOPSLA 2014): any seed is a good one. */
static uint64_t draw(struct schedule *schedule) {
  schedule->random += UINT64_C(0x9e3779b97f4a7c15);
  return hash_word(schedule->random);
}

static uint32_t draw_below(struct schedule *schedule, uint32_t count) {
  return (uint32_t)(((draw(schedule) >> 32) * count) >> 32);
}

/* How the choice that is about to be made is made. */
static enum way way_of(const struct schedule *schedule) {
  if (schedule->finished) return WAY_PLAIN;
  if (schedule->plan.given) return WAY_GIVEN;
  if (schedule->plan.seed == 0) return WAY_PLAIN;
  if (schedule->plan.seed % 2 == 0 && schedule->choices < FAIR_CHOICES)
    return WAY_PRIORITIES;
  return WAY_UNIFORM;
}

static void prepare(struct schedule *schedule) {
  uint32_t bits;
  schedule->random = hash_word(schedule->plan.seed);
  schedule->preempt_bits = 1 + draw_below(schedule, 5);
  bits = SPAN_BITS_LEAST +
         draw_below(schedule, SPAN_BITS_LARGEST - SPAN_BITS_LEAST + 1);
  for (int i = 0; i < DEPTH - 1; i++)
    schedule->lowered[i] = 1 + draw_below(schedule, UINT32_C(1) << bits);
}

/* --- Priorities ----------------------------------------------------------- */

static bool grow_ranks(struct schedule *schedule, uint32_t count) {
  struct rank *grown =
      memory_resize(schedule->ranks, (size_t)count * sizeof *grown);
  if (grown == NULL) return false;
  for (uint32_t i = schedule->rank_count; i < count; i++)
    grown[i] = (struct rank){ID_NONE, 0};
  schedule->ranks = grown;
  schedule->rank_count = count;
  return true;
}

static struct rank *find_rank(struct schedule *schedule, uint32_t slot) {
  if (slot >= schedule->rank_count)
    CHECK(grow_ranks(schedule, 2 * slot), "a test has memory for its schedule");
  return &schedule->ranks[slot];
}

static struct rank *rank_of(struct schedule *schedule, struct actor *actor) {
  uint64_t pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  struct rank *rank = find_rank(schedule, actor->slot);
  if (rank->pid != pid)
    *rank = (struct rank){pid, RANK_DRAWN | draw(schedule)};
  return rank;
}

/* All are looked at: each has its priority from when it is first seen. */
static uint32_t find_highest(struct schedule *schedule, struct actor *first,
                             struct actor **highest) {
  uint64_t most = 0;
  uint32_t at = 0, index = 0;
  *highest = NULL;
  for (; first != NULL; first = first->link, at++) {
    uint64_t priority = rank_of(schedule, first)->priority;
    if (*highest != NULL && priority <= most) continue;
    *highest = first;
    most = priority;
    index = at;
  }
  return index;
}

/* Whoever would go on at the choice that is about to be made. */
static bool lower(struct schedule *schedule, struct actor *actor) {
  for (int i = 0; i < DEPTH - 1; i++) {
    if (schedule->lowered[i] != schedule->choices + 1) continue;
    rank_of(schedule, actor)->priority = (uint64_t)i;
    return true;
  }
  return false;
}

/* --- The report ----------------------------------------------------------- */

static void flush(struct schedule *schedule) {
  struct buffer *lines = &schedule->lines;
  while (buffer_size(lines) > 0) {
    ssize_t count =
        write(schedule->report, buffer_bytes(lines), buffer_size(lines));
    buffer_consume(lines, count > 0 ? (size_t)count : buffer_size(lines));
  }
}

/* What the actor finds first; NULL: it goes on where it was. */
static const struct message *find_message(const struct actor *actor) {
  if (actor->mailbox.urgent.first != NULL) return actor->mailbox.urgent.first;
  return actor->mailbox.queue.first;
}

static void tell(struct schedule *schedule, uint32_t choice,
                 struct actor *actor, const char *how) {
  char text[WORDS_SIZE] = "";
  if (schedule->words != NULL)
    schedule->words(schedule->scheduler, actor, how, text, sizeof text);
  buffer_format(&schedule->lines, "%" PRIu64 ":%" PRIu32 "\t%s\n",
                schedule->choices, choice, text);
  if (buffer_size(&schedule->lines) >= REPORT_SIZE) flush(schedule);
}

static bool open_report(struct schedule *schedule, char *error,
                        size_t error_size) {
  const char *file = schedule->plan.report;
  if (file == NULL) return true;
  schedule->report = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                          0600);
  if (schedule->report < 0)
    snprintf(error, error_size, "the report of the schedule: cannot write %s",
             file);
  return schedule->report >= 0;
}

/* --- Choosing ------------------------------------------------------------- */

/* What was given for the choice that is about to be made. */
static uint32_t given(struct schedule *schedule, uint32_t count) {
  const struct plan *plan = &schedule->plan;
  uint64_t number = schedule->choices + 1;
  const struct plan_choice *choice;
  while (schedule->next_given < plan->count &&
         plan->choices[schedule->next_given].number < number)
    schedule->next_given++;
  if (schedule->next_given == plan->count) return 0;
  choice = &plan->choices[schedule->next_given];
  return choice->number == number && choice->choice < count ? choice->choice
                                                            : 0;
}

/* All but the last step of a choice: it is one from here on, and told. */
static uint32_t chosen(struct schedule *schedule, uint32_t choice,
                       struct actor *actor, const char *how) {
  schedule->choices++;
  if (choice != 0 && schedule->report >= 0)
    tell(schedule, choice, actor, how);
  return choice;
}

static uint32_t pick_by_priority(struct schedule *schedule,
                                 struct actor *first) {
  struct actor *highest;
  uint32_t index = find_highest(schedule, first, &highest);
  return lower(schedule, highest) ? find_highest(schedule, first, &highest)
                                  : index;
}

static uint32_t pick(struct schedule *schedule, struct actor *first,
                     uint32_t count) {
  switch (way_of(schedule)) {
    case WAY_GIVEN:
      return given(schedule, count);
    case WAY_UNIFORM:
      return draw_below(schedule, count);
    case WAY_PRIORITIES:
      return pick_by_priority(schedule, first);
    case WAY_PLAIN:
      break;
  }
  return 0;
}

struct actor *schedule_pick(struct schedule *schedule, struct actor *first) {
  struct actor *actor = first;
  uint32_t count = 0, choice;
  ASSERT(first != NULL, "somebody is ready");
  if (schedule->finished || first->link == NULL) return first;
  for (; actor != NULL; actor = actor->link) count++;
  choice = pick(schedule, first, count);
  for (actor = first, count = choice; count > 0; count--) actor = actor->link;
  chosen(schedule, choice, actor, "runs");
  return actor;
}

static bool outranked(struct schedule *schedule, struct actor *running,
                      struct actor *first) {
  struct actor *highest;
  find_highest(schedule, first, &highest);
  lower(schedule, running);
  return rank_of(schedule, highest)->priority >
         rank_of(schedule, running)->priority;
}

static bool preempts(struct schedule *schedule, struct actor *running,
                     struct actor *first) {
  switch (way_of(schedule)) {
    case WAY_GIVEN:
      return given(schedule, 2) != 0;
    case WAY_PRIORITIES:
      if (first != NULL) return outranked(schedule, running, first);
      /* fall through */
    case WAY_UNIFORM:
      return draw_below(schedule, UINT32_C(1) << schedule->preempt_bits) == 0;
    case WAY_PLAIN:
      break;
  }
  return false;
}

bool schedule_preempts(struct schedule *schedule, struct actor *running,
                       struct actor *first, bool own) {
  bool makes_way;
  if (schedule->finished || (first == NULL && !own)) return false;
  makes_way = preempts(schedule, running, first);
  chosen(schedule, makes_way, running, "makes way");
  return makes_way;
}

unsigned schedule_choose(struct schedule *schedule, struct actor *actor,
                         unsigned count) {
  uint32_t choice = 0;
  ASSERT(count > 0, "there is something to go on with");
  if (schedule->finished || count == 1) return 0;
  switch (way_of(schedule)) {
    case WAY_GIVEN:
      choice = given(schedule, count);
      break;
    case WAY_UNIFORM:
    case WAY_PRIORITIES:
      choice = draw_below(schedule, count);
      break;
    case WAY_PLAIN:
      break;
  }
  return chosen(schedule, choice, actor, "goes on with another of its own");
}

/* --- Turns ---------------------------------------------------------------- */

static void hash(struct schedule *schedule, uint64_t word) {
  schedule->hash = hash_word(schedule->hash + word) +
                   UINT64_C(0x9e3779b97f4a7c15);
}

/* What a message owns it refers to by addresses. */
static void hash_message(struct schedule *schedule,
                         const struct message *message) {
  size_t size = message->size < HASHED_BYTES ? message->size : HASHED_BYTES;
  bool plain = message_class((enum message_kind)message->kind) == CLASS_USER &&
               !(message->flags & MESSAGE_OWNS);
  hash(schedule, message->sender);
  if (message->sender == ID_NONE) return; /* with the words of the command */
  hash(schedule, (uint64_t)message->size << 32 | message->count << 16 |
                     message->kind << 8 | message->outcome);
  if (plain) hash(schedule, hash_bytes(message->bytes, size, 0));
}

void schedule_turn(struct schedule *schedule, struct actor *actor) {
  const struct message *message = find_message(actor);
  if (schedule->finished) return;
  schedule->turns++;
  hash(schedule, atomic_load_explicit(&actor->pid, memory_order_relaxed));
  if (message != NULL) hash_message(schedule, message);
}

struct schedule_figures schedule_figures(const struct schedule *schedule) {
  return (struct schedule_figures){schedule->plan.seed, schedule->turns,
                                   schedule->choices, schedule->hash};
}

/* --- Life ----------------------------------------------------------------- */

/* All that it will want, if the run is no large one, whether this seed needs it
** or not, and before the run begins: what the script gets must not be at
** another address for that. */
static bool reserve(struct schedule *schedule) {
  return grow_ranks(schedule, RANKS_FIRST) &&
         buffer_reserve(&schedule->lines, REPORT_SIZE + 2 * WORDS_SIZE) != NULL;
}

struct schedule *schedule_new(const char *text, char *error,
                              size_t error_size) {
  struct schedule *schedule = memory_zalloc(sizeof *schedule);
  if (schedule == NULL) {
    snprintf(error, error_size, "not enough memory");
    return NULL;
  }
  schedule->report = -1;
  buffer_init(&schedule->lines);
  if (!plan_read(&schedule->plan, text, error, error_size)) {
    memory_free(schedule);
    return NULL;
  }
  prepare(schedule);
  snprintf(error, error_size, "not enough memory");
  if (reserve(schedule) && open_report(schedule, error, error_size))
    return schedule;
  schedule_free(schedule);
  return NULL;
}

void schedule_set_words(struct schedule *schedule, struct scheduler *scheduler,
                        schedule_words *words) {
  schedule->scheduler = scheduler;
  schedule->words = words;
}

void schedule_finish(struct schedule *schedule) {
  if (schedule->finished) return;
  schedule->finished = true;
  if (schedule->report < 0) return;
  buffer_format(&schedule->lines, "end\t%" PRIu64 "\t%" PRIu64 "\t%016" PRIx64 "\n",
                schedule->turns, schedule->choices, schedule->hash);
  flush(schedule);
}

void schedule_free(struct schedule *schedule) {
  if (schedule == NULL) return;
  schedule_finish(schedule);
  if (schedule->report >= 0) close(schedule->report);
  buffer_deinit(&schedule->lines);
  memory_free(schedule->ranks);
  plan_deinit(&schedule->plan);
  memory_free(schedule);
}
