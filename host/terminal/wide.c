#include "terminal/wide.h"

#include <limits.h>

#include "base/memory.h"

#define UNREADABLE 0xfffd /* Unicode's own mark for that */

void wide_append(struct buffer *text, const wchar_t *letters, size_t size) {
  mbstate_t state = {0};
  for (size_t i = 0; i < size; i++) {
    char bytes[MB_LEN_MAX];
    size_t used = wcrtomb(bytes, letters[i], &state);
    if (used <= sizeof bytes) buffer_append(text, bytes, used);
  }
}

wchar_t *wide_new(const char *text, size_t size) {
  wchar_t *letters = memory_alloc((size + 1) * sizeof *letters);
  mbstate_t state = {0};
  size_t count = 0;
  if (letters == NULL) return NULL;
  while (size > 0) {
    size_t used = mbrtowc(&letters[count], text, size, &state);
    if (used == 0 || used > size) {
      state = (mbstate_t){0};
      letters[count] = UNREADABLE;
      used = 1;
    }
    count++;
    text += used;
    size -= used;
  }
  letters[count] = L'\0';
  return letters;
}
