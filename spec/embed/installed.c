/* The smallest embedding: C99 and C++11 alike, against what is installed. */
#include <stdio.h>
#include <string.h>
#include <troupe.h>

int main(void) {
  struct troupe_options options;
  struct troupe *host;
  char error[256];
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  host = troupe_new(&options, error, sizeof error);
  if (host == NULL || !troupe_start(host) ||
      !troupe_run_code(host, "return", 0, NULL) || !troupe_stop(host))
    return 1;
  troupe_free(host);
  printf("%s %s\n", TROUPE_VERSION, troupe_version());
  return 0;
}
