#include "embed/host.h"

#include <stdarg.h>
#include <stdio.h>

bool host_fail(struct troupe *host, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(host->error, sizeof host->error, format, arguments);
  va_end(arguments);
  return false;
}
