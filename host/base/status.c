/*
** Status: the texts.
*/
#include "base/status.h"

#include <stddef.h>

const char *status_text(enum status status) {
  static const char *const texts[] = {
#define STATUS_TEXT(name, text) [STATUS_##name] = text,
      STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
  };
  size_t index = (size_t)status;
  if (index >= sizeof texts / sizeof texts[0]) return "unknown status";
  return texts[index];
}
