/* A host that runs a script from the command line's text, and its status. */
#include <troupe.h>

#include "expect.h"

#include <poll.h>

int main(int argc, char **argv) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct pollfd end;
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
  end.fd = troupe_end_fd(host);
  end.events = POLLIN;
  while (poll(&end, 1, -1) < 1) continue;
  status = troupe_status(host);
  if (troupe_failed(host)) fprintf(stderr, "%s\n", troupe_error(host));
  EXPECT(troupe_stop(host));
  troupe_free(host);
  return status;
}
