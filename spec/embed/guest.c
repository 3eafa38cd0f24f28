/* A C module of some Lua, whichever: a host inside the process of that. */
#include <troupe.h>

#include "expect.h"

#include <poll.h>

int luaopen_guest(void *L);

int luaopen_guest(void *L) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host = troupe_new(&options, NULL, 0);
  struct pollfd end;
  (void)L;
  EXPECT(host != NULL);
  EXPECT(troupe_start(host));
  EXPECT(troupe_run_code(host,
                         "assert(_VERSION == 'Lua 5.4')\n"
                         "assert(1 // 1 == 1 and math.type(1) == 'integer')\n"
                         "local t = setmetatable({}, {__close = print})\n"
                         "do local c <close> = t end\n"
                         "assert(not pcall(error, 'x'))\n"
                         "os.exit(7)",
                         0, NULL));
  end.fd = troupe_end_fd(host);
  end.events = POLLIN;
  while (poll(&end, 1, -1) < 1) continue;
  EXPECT(troupe_status(host) == 7);
  EXPECT(troupe_stop(host));
  troupe_free(host);
  return 0;
}
