/*
** Where choices come from, and what is told of them.
**
** To hold an actor back until nobody else can go on is what one choice does,
** though it may last for any number of turns: a delay (Emmi, Qadeer,
** Rakamaric, "Delay-Bounded Scheduling", POPL 2011) without an end of its own.
** With delays of one turn it would take as many choices as somebody else has
** turns meanwhile, and a seed would have to find all of them. Most mistakes
** need one actor to be late once: an even seed has few choices, at points
** drawn in advance from the first `span` of the run; the span is drawn from
** the powers of two, small ones rather, as nobody knows how long a run will
** be. An odd one draws for each actor, when it is first seen, whether it is
** slow: then it is held back often, and others seldom. How many are slow, and
** what is often and seldom, is drawn once for the whole run.
**
** A point is known by its actor, its kind, and how many of the kind that one
** had before. So a choice means the same if another is left out, or nearly
** always.
**
** Each schedule can be had so: of those that are ready any is next, if all that
** come before it are held back, again if need be.
**
** Who is held back keeps its place in the list; it only counts as one that
** comes after all who are not, and after those that were held back earlier. It
** is forgotten when it runs, or after HELD_TURNS: others may go on for ever.
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

#define FEW 3 /* choices of an even seed, at most */
#define SPAN_BITS_LEAST 3
#define SPAN_BITS_LARGEST 12
#define SLOW_BITS_LARGEST 3
#define OFTEN_BITS_LARGEST 1
#define SELDOM_BITS_LEAST 3
#define SELDOM_BITS_LARGEST 8
#define HELD_TURNS 4096
#define HASHED_BYTES 256 /* of a message */
#define WORDS_SIZE 512
#define SLOTS_FIRST 4096

/* The actor of a slot, as long as it is the same. */
struct standing {
  uint64_t pid;
  uint32_t points[PLAN_KINDS]; /* that it has had */
  uint64_t order;  /* of all holds; 0: it is not held back */
  uint64_t turn;   /* when that was */
  bool slow;
};

enum way {
  WAY_PLAIN,
  WAY_GIVEN,
  WAY_SLOW,
  WAY_FEW
};

struct schedule {
  struct plan plan;
  bool finished;

  uint64_t random;
  unsigned slow_bits;   /* one actor in 2^n */
  unsigned often_bits;  /* one in 2^n of the points of those */
  unsigned seldom_bits; /* and of the others */
  uint64_t few[FEW];    /* numbers of choices; 0: none */
  struct standing *standings; /* by slot */
  uint32_t standing_count;
  uint64_t held;        /* so often */

  uint64_t turns, choices, hash;

  int report; /* -1: none */
  struct buffer lines;
  struct scheduler *scheduler;
  schedule_words *words;
  schedule_unseen *unseen;
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

static uint32_t draw_between(struct schedule *schedule, uint32_t least,
                             uint32_t largest) {
  return least + draw_below(schedule, largest - least + 1);
}

static bool draw_one_in(struct schedule *schedule, unsigned bits) {
  return draw_below(schedule, UINT32_C(1) << bits) == 0;
}

/* How the choice that is about to be made is made. */
static enum way way_of(const struct schedule *schedule) {
  if (schedule->finished) return WAY_PLAIN;
  if (schedule->plan.given) return WAY_GIVEN;
  if (schedule->plan.seed == 0) return WAY_PLAIN;
  return schedule->plan.seed % 2 == 0 ? WAY_FEW : WAY_SLOW;
}

static void prepare(struct schedule *schedule) {
  uint32_t bits, few;
  schedule->random = hash_word(schedule->plan.seed);
  schedule->slow_bits = draw_between(schedule, 1, SLOW_BITS_LARGEST);
  schedule->often_bits = draw_between(schedule, 0, OFTEN_BITS_LARGEST);
  schedule->seldom_bits =
      draw_between(schedule, SELDOM_BITS_LEAST, SELDOM_BITS_LARGEST);
  bits = draw_between(schedule, SPAN_BITS_LEAST, SPAN_BITS_LARGEST);
  bits = draw_between(schedule, SPAN_BITS_LEAST, bits);
  few = draw_between(schedule, 1, FEW);
  for (uint32_t i = 0; i < few; i++)
    schedule->few[i] = 1 + draw_below(schedule, UINT32_C(1) << bits);
}

/* --- Who is held back ----------------------------------------------------- */

static bool grow_standings(struct schedule *schedule, uint32_t count) {
  struct standing *grown =
      memory_resize(schedule->standings, (size_t)count * sizeof *grown);
  if (grown == NULL) return false;
  for (uint32_t i = schedule->standing_count; i < count; i++)
    grown[i] = (struct standing){.pid = ID_NONE};
  schedule->standings = grown;
  schedule->standing_count = count;
  return true;
}

static struct standing *standing_of(struct schedule *schedule,
                                    const struct actor *actor) {
  uint64_t pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  struct standing *standing;
  if (actor->slot >= schedule->standing_count)
    CHECK(grow_standings(schedule, 2 * actor->slot),
          "a test has memory for its schedule");
  standing = &schedule->standings[actor->slot];
  if (standing->pid != pid)
    *standing = (struct standing){
        .pid = pid, .slow = draw_one_in(schedule, schedule->slow_bits)};
  if (schedule->turns - standing->turn > HELD_TURNS) standing->order = 0;
  return standing;
}

static void hold_back(struct schedule *schedule, const struct actor *actor) {
  struct standing *standing = standing_of(schedule, actor);
  standing->order = ++schedule->held;
  standing->turn = schedule->turns;
}

/* Of the list: the first who is not held back, or who was so first. */
static struct actor *find_next(struct schedule *schedule,
                               struct actor *first) {
  struct actor *next = NULL;
  uint64_t least = UINT64_MAX;
  for (; first != NULL && least > 0; first = first->link) {
    uint64_t order = standing_of(schedule, first)->order;
    if (order >= least) continue;
    least = order;
    next = first;
  }
  return next;
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
                 struct actor *actor, enum plan_kind kind) {
  static const char *const how[PLAN_KINDS] = {
      "is held back", "is held back", "goes on with another of its handlers"};
  struct standing *standing = standing_of(schedule, actor);
  char text[WORDS_SIZE] = "";
  if (schedule->words != NULL)
    schedule->words(schedule->scheduler, actor, how[kind], text, sizeof text);
  plan_write(&(struct plan_choice){standing->pid, kind,
                                   standing->points[kind], choice},
             &schedule->lines);
  buffer_format(&schedule->lines, "\t%s\n", text);
  flush(schedule); /* at once: a run without an end is ended by a signal */
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

/* All but the last step of a choice: it is one from here on, and told. */
static uint32_t chosen(struct schedule *schedule, uint32_t choice,
                       struct actor *actor, enum plan_kind kind) {
  schedule->choices++;
  if (choice != 0 && schedule->report >= 0)
    tell(schedule, choice, actor, kind);
  return choice;
}

static bool is_of_few(const struct schedule *schedule) {
  for (int i = 0; i < FEW; i++)
    if (schedule->few[i] == schedule->choices + 1) return true;
  return false;
}

/* At a point of the actor's: one of so many, 2 or more. */
static uint32_t choose(struct schedule *schedule, struct actor *actor,
                       enum plan_kind kind, uint32_t count) {
  struct standing *standing = standing_of(schedule, actor);
  bool other = false;
  switch (way_of(schedule)) {
    case WAY_GIVEN:
      return plan_find(&schedule->plan, standing->pid, kind,
                       standing->points[kind], count);
    case WAY_SLOW:
      other = draw_one_in(schedule, standing->slow ? schedule->often_bits
                                                   : schedule->seldom_bits);
      break;
    case WAY_FEW:
      other = is_of_few(schedule);
      break;
    case WAY_PLAIN:
      break;
  }
  return other ? 1 + draw_below(schedule, count - 1) : 0;
}

static bool is_unseen(struct schedule *schedule, struct actor *actor) {
  return schedule->unseen != NULL &&
         schedule->unseen(schedule->scheduler, actor);
}

/* `alone`: there is nobody for whom it would be. */
static bool is_held_back(struct schedule *schedule, struct actor *actor,
                         enum plan_kind kind, bool alone) {
  uint32_t choice;
  standing_of(schedule, actor)->points[kind]++;
  if (alone || is_unseen(schedule, actor)) return false;
  choice = chosen(schedule, choose(schedule, actor, kind, 2), actor, kind);
  if (choice != 0) hold_back(schedule, actor);
  return choice != 0;
}

struct actor *schedule_pick(struct schedule *schedule, struct actor *first) {
  struct actor *actor = first;
  uint32_t others = 0;
  ASSERT(first != NULL, "somebody is ready");
  if (schedule->finished) return first;
  while ((actor = actor->link) != NULL) others++;
  actor = find_next(schedule, first);
  while (is_held_back(schedule, actor, PLAN_TURN, others == 0)) {
    actor = find_next(schedule, first);
    others--;
  }
  standing_of(schedule, actor)->order = 0;
  return actor;
}

bool schedule_preempts(struct schedule *schedule, struct actor *running,
                       struct actor *first, bool own) {
  return !schedule->finished &&
         is_held_back(schedule, running, PLAN_WAY, first == NULL && !own);
}

unsigned schedule_choose(struct schedule *schedule, struct actor *actor,
                         unsigned count) {
  ASSERT(count > 0, "there is something to go on with");
  if (schedule->finished) return 0;
  standing_of(schedule, actor)->points[PLAN_OWN]++;
  if (count == 1) return 0;
  return chosen(schedule, choose(schedule, actor, PLAN_OWN, count), actor,
                PLAN_OWN);
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
  hash(schedule, (uint64_t)message->size << 32 |
                     (uint64_t)message->count << 16 |
                     (uint64_t)message->kind << 8 | message->outcome);
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
  return grow_standings(schedule, SLOTS_FIRST) &&
         buffer_reserve(&schedule->lines, 2 * WORDS_SIZE) != NULL;
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

void schedule_set_script(struct schedule *schedule,
                         struct scheduler *scheduler, schedule_words *words,
                         schedule_unseen *unseen) {
  schedule->scheduler = scheduler;
  schedule->words = words;
  schedule->unseen = unseen;
}

void schedule_finish(struct schedule *schedule) {
  if (schedule->finished) return;
  schedule->finished = true;
  if (schedule->report < 0) return;
  buffer_format(&schedule->lines, "end\t%" PRIu64 "\t%" PRIu64 "\t%016" PRIx64
                "\n", schedule->turns, schedule->choices, schedule->hash);
  flush(schedule);
}

void schedule_free(struct schedule *schedule) {
  if (schedule == NULL) return;
  schedule_finish(schedule);
  if (schedule->report >= 0) close(schedule->report);
  buffer_deinit(&schedule->lines);
  memory_free(schedule->standings);
  plan_deinit(&schedule->plan);
  memory_free(schedule);
}
