#include "embed/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "embed/problem.h"

bool host_fail(struct troupe *host, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(host->error, sizeof host->error, format, arguments);
  va_end(arguments);
  return host_failed(host);
}

bool host_failed(struct troupe *host) {
  return problem_set("%s", host->error);
}

bool host_is_here(struct troupe *host) {
  return host->process == getpid() ||
         problem_set("the host is in the process that this one is forked "
                     "from");
}
