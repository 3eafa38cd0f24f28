/*
** Seeded: `troupe test` with --seed, --schedule or --schedules.
**
** Threads
**   [main]  all functions
** Ownership
**   Words point into argv.
*/
#ifndef TROUPE_COMMAND_SEEDED_H
#define TROUPE_COMMAND_SEEDED_H

#include <stdbool.h>
#include <stdint.h>

/* What the process was started with, before anything of it was read. */
struct seeded {
  char **argv; /* a copy of the list; NULL: it has none of these options */
  int argc;
  int here;    /* the folder that one was in; -1: no copy */
  /* Read by seeded_read: */
  int command;          /* place of "test" in argv */
  const char *schedule; /* --schedule */
  uint64_t schedules;   /* --schedules; 0: none */
  const char *seed;     /* --seed */
  uint64_t first;       /* the same, for --schedules; 1: none is given */
  double limit;         /* --limit, in seconds; 0: none */
  char text[64];        /* the schedule of that seed */
  char word[64];        /* --seed=N */
};

/* Before anything of argv is changed. */
void seeded_note(struct seeded *seeded, int argc, char **argv);
/* Also for one that is all zeroes. */
void seeded_free(struct seeded *seeded);

/* The command is argv[command]. False: why has been told. */
bool seeded_read(struct seeded *seeded, int command);
/* Is argv[*at] about seeds? Then *at moves to its last word. */
bool seeded_skip(const struct seeded *seeded, int *at);
/* The schedule of this process; NULL: none. */
const char *seeded_schedule(const struct seeded *seeded);

/* The words of argv, behind the same command, as if the seed of that schedule
** was all that was typed about it: whichever way one is asked for a run, it is
** the same. There is a schedule. */
void seeded_settle(struct seeded *seeded, int *argc, char **argv);

/* From here on each program that this process becomes, or starts, has the same
** addresses each time. False: the system does not let it. */
bool seeded_fix_addresses(void);
/* Tells that it does not, and what follows from that. */
void seeded_tell_unfixed(void);
/* The same for this process, which for that starts again; if that cannot be,
** it is told, and the process goes on as it is. */
void seeded_start_again(const struct seeded *seeded);

#endif
