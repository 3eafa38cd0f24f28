/* A C module of some Lua, whichever: a host inside the process of that. */
#include "host.h"

int luaopen_guest(void *L);

int luaopen_guest(void *L) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host = host_make(&options);
  (void)L;
  EXPECT(troupe_start(host));
  EXPECT(troupe_run_code(host,
                         "assert(_VERSION == 'Lua 5.4')\n"
                         "assert(1 // 1 == 1 and math.type(1) == 'integer')\n"
                         "local t = setmetatable({}, {__close = print})\n"
                         "do local c <close> = t end\n"
                         "assert(not pcall(error, 'x'))\n"
                         "os.exit(7)",
                         0, NULL));
  EXPECT(host_status(host) == 7);
  host_stop(host);
  return 0;
}
