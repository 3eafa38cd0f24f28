/*
** How a match runs. A place is a pair: `s` in the subject, `p` in the pattern.
** A step looks at the item at `p` and says where to go on, or that there is no
** way (NULL). Where an item leaves a choice (`x*`: how many?) the step takes
** one way and notes the choice; when no way leads on, the match goes back to
** the choice noted last and takes its next way. As no item encloses another
** that repeats, there is at most one choice for each item of the pattern.
**
** Each step costs at least one unit of the budget, as does each byte that an
** item runs over. A match pauses between two steps, or within one of the two
** items that can run over the whole subject: `x*` and `%b()`. What is one fast
** pass over memory is not divided.
*/
#include "script/pattern.h"

#include <string.h>

#include "base/check.h"
#include "script/bytes.h"

#define ESCAPE '%'

static inline unsigned char byte_at(const char *place) {
  return (unsigned char)*place;
}

/* --- Items ---------------------------------------------------------------- */

static const char *fail(struct pattern *match, const char *problem) {
  match->problem = problem;
  return NULL;
}

/* Behind the [, and behind the ] that ends the set: the first byte, and one
** behind a %, never does. */
static const char *set_end(struct pattern *match, const char *p) {
  const char *first = p;
  if (*p == '^') first = ++p;
  while (p < match->pattern_end && (p == first || *p != ']'))
    p += *p == ESCAPE && p + 1 < match->pattern_end ? 2 : 1;
  if (p >= match->pattern_end)
    return fail(match, "malformed pattern (missing ']')");
  match->budget -= (p - first) >> 4;
  return p + 1;
}

/* Behind the item at `p` that stands for one byte; NULL: malformed. */
static inline const char *item_end(struct pattern *match, const char *p) {
  if (*p == '[') return set_end(match, p + 1);
  if (*p != ESCAPE) return p + 1;
  if (p + 1 < match->pattern_end) return p + 2;
  return fail(match, "malformed pattern (ends with '%%')");
}

static bool is_repeat(char c) { return c == '*' || c == '-' || c == '?'; }

/* Does the item at `p` stand for one byte of its own? */
static bool is_first(const struct pattern *match, const char *p) {
  if (p == match->pattern_end) return false;
  switch (*p) {
    case '(': case ')': case '.':
      return false;
    case '$':
      return p + 1 != match->pattern_end;
    case ESCAPE:
      return p[1] != 'b' && p[1] != 'f' && (p[1] < '0' || p[1] > '9');
    default:
      return true;
  }
}

/* What a byte costs that is held against an item. */
static inline ptrdiff_t item_cost(const char *item, const char *next) {
  return 1 + ((next - item) >> 4);
}

static inline bool stands_for(struct pattern *match, const char *item,
                              const char *next, unsigned char byte) {
  match->budget -= item_cost(item, next) - 1;
  return bytes_stands_for(item, next, byte);
}

/* As far from `s` as the budget reaches at so much a byte, a byte at least. */
static const char *reach(const struct pattern *match, const char *s,
                         ptrdiff_t cost) {
  ptrdiff_t length = cost == 1 ? match->budget : match->budget / cost;
  if (length < 1) length = 1;
  return length < match->end - s ? s + length : match->end;
}

/* --- Choices -------------------------------------------------------------- */

static inline struct pattern_choice *choose(struct pattern *match,
                                            enum pattern_kind kind,
                                            const char *at,
                                            const char *next) {
  struct pattern_choice *choice;
  if (unlikely(match->depth == PATTERN_DEPTH)) {
    fail(match, "pattern too complex");
    return NULL;
  }
  choice = &match->choices[match->depth++];
  choice->kind = kind;
  choice->lead = -2;
  choice->at = at;
  choice->next = next;
  return choice;
}

/* Goes on with `x*` as far as it reaches: its choice is the last one. */
static const char *extend(struct pattern *match, const char **p) {
  struct pattern_choice *choice = &match->choices[match->depth - 1];
  const char *item = choice->item, *item_next = choice->next - 1;
  const char *limit = match->end, *s = limit;
  ASSERT(choice->kind == CHOICE_GREEDY, "it was noted before this");
  if (*item != '.') {
    ptrdiff_t cost = item_cost(item, item_next);
    limit = reach(match, choice->at, cost);
    s = bytes_scan(choice->at, limit, item, item_next, false);
    match->budget -= (s - choice->at) * cost;
  }
  choice->at = s;
  match->pause = PAUSE_NONE;
  if (unlikely(s == limit && s < match->end)) {
    match->pause = PAUSE_GREEDY;
    return NULL;
  }
  *p = choice->next;
  return s;
}

static const char *greedy(struct pattern *match, const char *s,
                          const char *least, const char **p,
                          const char *next) {
  struct pattern_choice *choice = choose(match, CHOICE_GREEDY, s + 1, next);
  if (unlikely(choice == NULL)) return NULL;
  choice->least = least;
  choice->item = *p;
  return extend(match, p);
}

static const char *lazy(struct pattern *match, const char *s, const char **p,
                        const char *next) {
  struct pattern_choice *choice = choose(match, CHOICE_LAZY, s, next);
  if (unlikely(choice == NULL)) return NULL;
  choice->item = *p;
  *p = next;
  return s;
}

static const char *optional(struct pattern *match, const char *s,
                            const char **p, const char *next) {
  if (unlikely(!choose(match, CHOICE_OPTION, s, next))) return NULL;
  *p = next;
  return s + 1;
}

/*
** The byte that the rest must begin with, or -1: not known. When a choice is
** come back to, the rest has been tried once, and what is wrong with it found;
** so where that byte is not, it need not be tried.
*/
static int lead_of(struct pattern *match, const char *rest) {
  const char *next;
  while (*rest == '(' || *rest == ')') rest++;
  if (rest >= match->pattern_end || !is_first(match, rest)) return -1;
  next = item_end(match, rest);
  match->problem = NULL; /* to be found again, in its turn */
  return next == NULL || is_repeat(*next) ? -1 : bytes_only(rest);
}

/* The next shorter way; NULL: there is none. */
static const char *shorten(struct pattern *match,
                           struct pattern_choice *choice) {
  const char *at = choice->at, *before = at;
  if (choice->lead == -2) choice->lead = lead_of(match, choice->next);
  do {
    if (at == choice->least) return NULL;
    at--;
  } while (choice->lead >= 0 && byte_at(at) != choice->lead &&
           before - at <= match->budget);
  match->budget -= before - at - 1;
  return choice->at = at;
}

/* The next longer way; NULL: there is none. */
static const char *lengthen(struct pattern *match,
                            struct pattern_choice *choice) {
  const char *at = choice->at, *before = at;
  if (choice->lead == -2) choice->lead = lead_of(match, choice->next);
  do {
    if (at == match->end || !stands_for(match, choice->item, choice->next - 1,
                                        byte_at(at)))
      return NULL;
    at++;
  } while (choice->lead >= 0 && byte_at(at) != choice->lead &&
           at - before <= match->budget);
  match->budget -= at - before - 1;
  return choice->at = at;
}

/* Back to the last choice that has another way; NULL: there is none. */
static const char *go_back(struct pattern *match, const char **p) {
  while (match->depth > 0) {
    struct pattern_choice *choice = &match->choices[match->depth - 1];
    const char *s = NULL;
    *p = choice->next;
    switch (choice->kind) {
      case CHOICE_GREEDY:
        s = shorten(match, choice);
        break;
      case CHOICE_LAZY:
        s = lengthen(match, choice);
        break;
      case CHOICE_OPTION:
        match->depth--;
        return choice->at;
      case CHOICE_OPENED:
        match->level--;
        break;
      case CHOICE_CLOSED:
        match->captures[choice->capture].length = PATTERN_OPEN;
        break;
    }
    if (s != NULL) return s;
    match->depth--;
  }
  return NULL;
}

/* --- Steps ---------------------------------------------------------------- */

/* An item that stands for one byte, and what may follow it: * + - ? */
static inline const char *step_item(struct pattern *match, const char *s,
                                    const char **p) {
  const char *next = item_end(match, *p);
  bool there;
  if (unlikely(next == NULL)) return NULL;
  there = s < match->end && stands_for(match, *p, next, byte_at(s));
  switch (*next) {
    case '*':
      if (there) return greedy(match, s, s, p, next + 1);
      break;
    case '-':
      if (there) return lazy(match, s, p, next + 1);
      break;
    case '?':
      if (there) return optional(match, s, p, next + 1);
      break;
    case '+':
      return there ? greedy(match, s, s + 1, p, next + 1) : NULL;
    default:
      *p = next;
      return there ? s + 1 : NULL;
  }
  *p = next + 1;
  return s;
}

static const char *step_open(struct pattern *match, const char *s,
                             const char **p) {
  struct pattern_capture *capture = &match->captures[match->level];
  bool position = (*p)[1] == ')';
  if (match->level == PATTERN_CAPTURES)
    return fail(match, "too many captures");
  if (unlikely(!choose(match, CHOICE_OPENED, s, *p))) return NULL;
  match->level++;
  capture->start = s;
  capture->length = position ? PATTERN_POSITION : PATTERN_OPEN;
  *p += position ? 2 : 1;
  return s;
}

static const char *step_close(struct pattern *match, const char *s,
                              const char **p) {
  struct pattern_choice *choice;
  int index = match->level - 1;
  while (index >= 0 && match->captures[index].length != PATTERN_OPEN) index--;
  if (index < 0) return fail(match, "invalid pattern capture");
  choice = choose(match, CHOICE_CLOSED, s, *p);
  if (unlikely(choice == NULL)) return NULL;
  choice->capture = index;
  match->captures[index].length = s - match->captures[index].start;
  *p += 1;
  return s;
}

/* Goes on with %bxy: `nesting` are open before `s`. */
static const char *balance(struct pattern *match, const char *s,
                           const char **p) {
  const char *limit = reach(match, s, 1), *at = s;
  char open = (*p)[2], close = (*p)[3];
  match->pause = PAUSE_NONE;
  for (; at < limit; at++) {
    if (*at == close) {
      if (--match->nesting > 0) continue;
      match->budget -= at - s;
      *p += 4;
      return at + 1;
    }
    if (*at == open) match->nesting++;
  }
  match->budget -= at - s;
  if (at < match->end) {
    match->pause = PAUSE_BALANCE;
    match->s = at;
  }
  return NULL;
}

static const char *step_balance(struct pattern *match, const char *s,
                                const char **p) {
  if (match->pattern_end - *p < 4)
    return fail(match, "malformed pattern (missing arguments to '%%b')");
  if (s == match->end || *s != (*p)[2]) return NULL;
  match->nesting = 1;
  return balance(match, s + 1, p);
}

static const char *step_frontier(struct pattern *match, const char *s,
                                 const char **p) {
  const char *set = *p + 2, *next;
  unsigned char before = s == match->subject ? 0 : byte_at(s - 1);
  unsigned char behind = s == match->end ? 0 : byte_at(s);
  if (*set != '[')
    return fail(match, "missing '[' after '%%f' in pattern");
  next = item_end(match, set);
  if (unlikely(next == NULL)) return NULL;
  *p = next;
  if (stands_for(match, set, next, before)) return NULL;
  return stands_for(match, set, next, behind) ? s : NULL;
}

/* %1: the same text again. */
static const char *step_again(struct pattern *match, const char *s,
                              const char **p) {
  const struct pattern_capture *capture;
  int index = (*p)[1] - '1';
  if (index < 0 || index >= match->level ||
      match->captures[index].length == PATTERN_OPEN) {
    match->problem_number = index + 1;
    return fail(match, "invalid capture index %%%d");
  }
  capture = &match->captures[index];
  if (capture->length < 0 || capture->length > match->end - s) return NULL;
  match->budget -= capture->length >> 4;
  if (memcmp(capture->start, s, (size_t)capture->length) != 0) return NULL;
  *p += 2;
  return s + capture->length;
}

static inline const char *step(struct pattern *match, const char *s,
                               const char **p) {
  switch (**p) {
    case '(':
      return step_open(match, s, p);
    case ')':
      return step_close(match, s, p);
    case '$':
      if (*p + 1 != match->pattern_end) break;
      *p += 1;
      return s == match->end ? s : NULL;
    case ESCAPE:
      switch ((*p)[1]) {
        case 'b':
          return step_balance(match, s, p);
        case 'f':
          return step_frontier(match, s, p);
        case '0' ... '9':
          return step_again(match, s, p);
      }
      break;
  }
  return step_item(match, s, p);
}

/* --- An attempt ----------------------------------------------------------- */

/* Takes up what was paused, and pauses it again if need be. */
static const char *take_up(struct pattern *match, const char **p) {
  const char *s = match->s;
  *p = match->p;
  switch (match->pause) {
    case PAUSE_GREEDY:
      return extend(match, p);
    case PAUSE_BALANCE:
      return balance(match, s, p);
    default:
      match->pause = PAUSE_NONE;
      return s;
  }
}

/* Matches at `start`, from the beginning or from where it paused. */
static enum pattern_result attempt(struct pattern *match) {
  const char *p, *s = take_up(match, &p);
  for (;;) {
    if (s == NULL) {
      if (unlikely(match->problem != NULL)) return PATTERN_WRONG;
      if (unlikely(match->pause != PAUSE_NONE)) break;
      s = go_back(match, &p);
      if (s == NULL) return PATTERN_NONE;
    }
    if (p == match->pattern_end) {
      match->stop = s;
      return PATTERN_FOUND;
    }
    if (unlikely(match->budget <= 0)) {
      match->pause = PAUSE_STEP;
      match->s = s;
      break;
    }
    match->budget--;
    s = step(match, s, &p);
  }
  match->p = p;
  return PATTERN_PAUSED;
}

/* --- A search ------------------------------------------------------------- */

/* A match that must begin with a byte of some item cannot begin elsewhere: no
** attempt is made there. The item may stand behind a few (, which take
** nothing. */
static void find_first(struct pattern *match) {
  const char *p = match->pattern, *next;
  while (*p == '(' && p < match->pattern + 4) p++;
  if (!is_first(match, p)) return;
  next = item_end(match, p);
  match->problem = NULL; /* to be found again, in its turn */
  if (next == NULL || is_repeat(*next)) return;
  match->first = p;
  match->first_end = next;
}

/* Moves `start` to where the byte is, or as far as the budget reaches. */
static bool skip_to_byte(struct pattern *match, int byte) {
  const char *from = match->start, *found;
  ptrdiff_t length = (match->budget + 1) * 16;
  if (length > match->end - from) length = match->end - from;
  found = memchr(from, byte, (size_t)length);
  match->start = found ? found : from + length;
  match->budget -= (match->start - from) >> 4;
  return found != NULL;
}

/* The same for whatever a match must begin with. */
static bool skip(struct pattern *match) {
  const char *item = match->first, *from = match->start, *limit;
  ptrdiff_t cost = item_cost(item, match->first_end);
  int byte = bytes_only(item);
  if (byte >= 0) return skip_to_byte(match, byte);
  limit = reach(match, from, cost);
  match->start = bytes_scan(from, limit, item, match->first_end, true);
  match->budget -= (match->start - from) * cost;
  return match->start < limit;
}

/* Begins an attempt. On another result than PATTERN_FOUND there is none. */
static enum pattern_result begin(struct pattern *match) {
  do {
    if (unlikely(match->budget <= 0)) return PATTERN_PAUSED;
    match->budget--;
    if (match->first == NULL || skip(match)) {
      match->s = match->start;
      match->p = match->pattern;
      match->level = 0;
      match->depth = 0;
      return PATTERN_FOUND;
    }
  } while (match->start < match->end);
  return PATTERN_NONE;
}

enum pattern_result pattern_search(struct pattern *match) {
  enum pattern_result result = PATTERN_FOUND;
  ASSERT(match->start <= match->end, "a search begins within the subject");
  for (;;) {
    if (match->pause == PAUSE_NONE) result = begin(match);
    if (result != PATTERN_FOUND) return result;
    result = attempt(match);
    if (result == PATTERN_PAUSED || result == PATTERN_WRONG) return result;
    if (result == PATTERN_FOUND && match->stop != match->barred) return result;
    if (match->anchored || match->start == match->end) return PATTERN_NONE;
    match->start++;
    result = PATTERN_FOUND;
  }
}

void pattern_init(struct pattern *match, const char *subject, size_t size,
                  const char *pattern, size_t pattern_size, bool anchors) {
  match->subject = match->start = subject;
  match->end = subject + size;
  match->pattern = pattern;
  match->pattern_end = pattern + pattern_size;
  match->anchored = anchors && *pattern == '^';
  match->barred = NULL;
  match->problem = NULL;
  match->pause = PAUSE_NONE;
  match->first = NULL;
  match->depth = 0;
  if (match->anchored)
    match->pattern++;
  else
    find_first(match);
}

void pattern_copy(struct pattern *to, const struct pattern *from) {
  size_t used = sizeof *from->choices * (size_t)from->depth;
  memcpy(to, from, offsetof(struct pattern, choices) + used);
}
