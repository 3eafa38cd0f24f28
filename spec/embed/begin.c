/* A host that runs a script from the command line's text, and its status. */
#include "host.h"

int main(int argc, char **argv) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  char error[256];
  struct troupe *host = troupe_new(&options, error, sizeof error);
  int status;
  EXPECT(argc == 2);
  if (host == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  EXPECT(troupe_start(host));
  EXPECT(troupe_run_code(host, argv[1], 0, NULL));
  status = host_status(host);
  host_stop(host);
  return status;
}
