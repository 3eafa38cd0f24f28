#include "script/bytes.h"

#include <stdint.h>
#include <string.h>

#define ESCAPE '%'

enum {
  ALPHA = 1 << 0,
  CONTROL = 1 << 1,
  DIGIT = 1 << 2,
  GRAPH = 1 << 3,
  LOWER = 1 << 4,
  PUNCT = 1 << 5,
  SPACE = 1 << 6,
  UPPER = 1 << 7,
  ALNUM = 1 << 8,
  HEX = 1 << 9,
  ZERO = 1 << 10,
  NOT = 1 << 15, /* of a letter: its class is the others */

  ANY_LETTER = ALPHA | ALNUM | GRAPH,
  ANY_DIGIT = DIGIT | ALNUM | GRAPH | HEX,
  SIGN = PUNCT | GRAPH
};

/* What each byte is in the C locale, the only one that an actor knows. */
static const uint16_t kinds[256] = {
    [0] = CONTROL | ZERO,
    [1 ... 8] = CONTROL,
    ['\t' ... '\r'] = CONTROL | SPACE,
    [14 ... 31] = CONTROL,
    [' '] = SPACE,
    ['!' ... '/'] = SIGN,
    ['0' ... '9'] = ANY_DIGIT,
    [':' ... '@'] = SIGN,
    ['A' ... 'F'] = ANY_LETTER | UPPER | HEX,
    ['G' ... 'Z'] = ANY_LETTER | UPPER,
    ['[' ... '`'] = SIGN,
    ['a' ... 'f'] = ANY_LETTER | LOWER | HEX,
    ['g' ... 'z'] = ANY_LETTER | LOWER,
    ['{' ... '~'] = SIGN,
    [127] = CONTROL};

/* The class that a byte stands for behind a %; 0: for itself. */
static const uint16_t classes[256] = {
    ['a'] = ALPHA,   ['A'] = NOT | ALPHA,   ['c'] = CONTROL,
    ['C'] = NOT | CONTROL, ['d'] = DIGIT,   ['D'] = NOT | DIGIT,
    ['g'] = GRAPH,   ['G'] = NOT | GRAPH,   ['l'] = LOWER,
    ['L'] = NOT | LOWER,   ['p'] = PUNCT,   ['P'] = NOT | PUNCT,
    ['s'] = SPACE,   ['S'] = NOT | SPACE,   ['u'] = UPPER,
    ['U'] = NOT | UPPER,   ['w'] = ALNUM,   ['W'] = NOT | ALNUM,
    ['x'] = HEX,     ['X'] = NOT | HEX,     ['z'] = ZERO,
    ['Z'] = NOT | ZERO};

static inline unsigned char byte_at(const char *place) {
  return (unsigned char)*place;
}

static inline bool in_kind(unsigned char byte, uint16_t class) {
  return ((kinds[byte] & class) != 0) != ((class & NOT) != 0);
}

static inline bool in_class(unsigned char byte, unsigned char letter) {
  uint16_t class = classes[letter];
  return class != 0 ? in_kind(byte, class) : byte == letter;
}

/* `set` is at the [, `last` at its ]. */
static bool in_set(unsigned char byte, const char *set, const char *last) {
  bool found = true;
  const char *p = set + 1;
  if (*p == '^') {
    found = false;
    p++;
  }
  while (p < last) {
    if (*p == ESCAPE) {
      if (in_class(byte, byte_at(p + 1))) return found;
      p += 2;
    } else if (p[1] == '-' && p + 2 < last) {
      if (byte_at(p) <= byte && byte <= byte_at(p + 2)) return found;
      p += 3;
    } else {
      if (byte_at(p) == byte) return found;
      p++;
    }
  }
  return !found;
}

bool bytes_stands_for(const char *item, const char *next,
                      unsigned char byte) {
  switch (*item) {
    case '.':
      return true;
    case ESCAPE:
      return in_class(byte, byte_at(item + 1));
    case '[':
      return in_set(byte, item, next - 1);
    default:
      return byte_at(item) == byte;
  }
}

int bytes_only(const char *item) {
  if (*item == '[') return -1;
  if (*item != ESCAPE) return byte_at(item);
  return classes[byte_at(item + 1)] == 0 ? byte_at(item + 1) : -1;
}

/* The byte that ends what [^x] stands for, or -1: the set is another. */
static int other_byte(const char *item, const char *next) {
  if (next - item != 4 || item[1] != '^' || item[2] == ESCAPE) return -1;
  return byte_at(item + 2);
}

static const char *scan_set(const char *s, const char *limit, const char *item,
                            const char *next, bool wanted) {
  int other = other_byte(item, next);
  if (other >= 0 && !wanted) {
    const char *found = memchr(s, other, (size_t)(limit - s));
    return found ? found : limit;
  }
  while (s < limit && in_set(byte_at(s), item, next - 1) != wanted) s++;
  return s;
}

const char *bytes_scan(const char *s, const char *limit, const char *item,
                       const char *next, bool wanted) {
  uint16_t class = *item == ESCAPE ? classes[byte_at(item + 1)] : 0;
  unsigned char byte = byte_at(*item == ESCAPE ? item + 1 : item);
  if (*item == '[') return scan_set(s, limit, item, next, wanted);
  if (class != 0)
    while (s < limit && in_kind(byte_at(s), class) != wanted) s++;
  else
    while (s < limit && (byte_at(s) == byte) != wanted) s++;
  return s;
}

