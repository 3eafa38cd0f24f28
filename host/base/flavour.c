#include "base/flavour.h"

bool flavour_is_library(void) {
#ifdef TROUPE_LIBRARY
  return true;
#else
  return false;
#endif
}
