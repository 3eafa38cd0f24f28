/*
** Pattern: Lua's pattern matching (section 6.4.1 of the manual), such that a
** match can stop half-way and be taken up again: the choices that it may come
** back to are in a list of its own, not on the C stack.
**
**   struct pattern match;
**   pattern_init(&match, subject, size, pattern, pattern_size, true);
**   do
**     match.budget = steps;
**   while (pattern_search(&match) == PATTERN_PAUSED && go_on());
**
** Threads    [owner] all functions; nothing is shared
** Ownership  Both texts stay the caller's; they must neither move nor change.
**            A struct pattern may be moved (pattern_copy) between two calls.
** Errors     A pattern is found to be malformed when its matching comes to the
**            place, as in Lua: PATTERN_WRONG, and `problem` says why.
*/
#ifndef TROUPE_SCRIPT_PATTERN_H
#define TROUPE_SCRIPT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_CAPTURES 32
/* Choices open at a time: as many as Lua's own matching has levels for, so
** that a pattern is too complex here if it is there. */
#define PATTERN_DEPTH 199

enum pattern_result {
  PATTERN_FOUND,  /* from `start` to `stop` */
  PATTERN_NONE,
  PATTERN_PAUSED, /* the budget is spent: call again with another */
  PATTERN_WRONG
};

/* In place of a capture's length. */
#define PATTERN_OPEN (-1)     /* it has not ended */
#define PATTERN_POSITION (-2) /* () */

struct pattern_capture {
  const char *start;
  ptrdiff_t length;
};

enum pattern_kind { CHOICE_GREEDY, CHOICE_LAZY, CHOICE_OPTION, CHOICE_OPENED,
                    CHOICE_CLOSED };

/* Where the match may go on if the way that it took leads nowhere; or, of a
** capture, what is then to be undone. */
struct pattern_choice {
  enum pattern_kind kind;
  int capture;       /* CHOICE_CLOSED */
  int lead;          /* GREEDY, LAZY: as lead_of; -2: not asked yet */
  const char *at;    /* in the subject, where the rest was tried last */
  const char *least; /* CHOICE_GREEDY: the rest is not tried before this */
  const char *item;  /* of the pattern */
  const char *next;  /* the rest of the pattern */
};

struct pattern {
  const char *subject, *end;
  const char *pattern, *pattern_end; /* there is a zero at its end */
  bool anchored;      /* tried at `start` only */
  const char *barred; /* a match must not end here; NULL: it may anywhere */
  ptrdiff_t budget;   /* steps left: set by the caller */

  /* The attempt: before it, where to begin; when found, the match. */
  const char *start, *stop;
  int level; /* captures */
  struct pattern_capture captures[PATTERN_CAPTURES];

  const char *problem; /* a format, */
  int problem_number;  /* for this */

  /* The rest is private. */
  enum { PAUSE_NONE, PAUSE_STEP, PAUSE_GREEDY, PAUSE_BALANCE } pause;
  const char *s, *p;     /* where the attempt goes on after a pause */
  ptrdiff_t nesting;     /* PAUSE_BALANCE */
  const char *first;     /* what a match must begin with; NULL: not known */
  const char *first_end;
  int depth;
  struct pattern_choice choices[PATTERN_DEPTH];
};

/* Begins at the start of the subject. `anchors`: a ^ at the start of the
** pattern is an anchor, as everywhere but in gmatch. */
void pattern_init(struct pattern *match, const char *subject, size_t size,
                  const char *pattern, size_t pattern_size, bool anchors);

/* Finds the first match at or after `start`. To find the next, the caller
** sets `start` and calls again. */
enum pattern_result pattern_search(struct pattern *match);

/* Copies what is in use of a match. */
void pattern_copy(struct pattern *to, const struct pattern *from);

#endif
