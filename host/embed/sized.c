#include "embed/sized.h"

#include <string.h>

#include "embed/problem.h"
#include "troupe.h"

/* No struct of ours will be larger: such a size was never set, and what it says
** is not there to be read. */
#define SIZED_LARGEST 4096

static bool is_zero(const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != 0) return false;
  return true;
}

bool sized_take(const void *given, void *known, size_t known_size,
                const char *what) {
  size_t size = 0;
  if (given != NULL) memcpy(&size, given, sizeof size);
  if (size < sizeof size || size > SIZED_LARGEST)
    return problem_set("expected a struct %s with its size, got none", what);
  if (size > known_size && !is_zero((const unsigned char *)given + known_size,
                                    size - known_size))
    return problem_set("expected a struct %s of this library's version, "
                       TROUPE_VERSION ", or an older one, got a newer one",
                       what);
  memset(known, 0, known_size);
  memcpy(known, given, size < known_size ? size : known_size);
  return true;
}
