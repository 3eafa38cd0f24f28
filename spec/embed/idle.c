/* A host ends just after an actor on the engine's thread has begun to wait for
** its idle time to be over: a worker is to see to that, and may be gone. */
#include "host.h"

#define HOSTS 100

static uint64_t spawn(struct troupe *host) {
  struct troupe_writer *writer = troupe_writer_new();
  uint64_t pid;
  troupe_write_nil(writer);
  troupe_write_table(writer, 0, 1);
  troupe_write_text(writer, "idle");
  troupe_write_number(writer, 100);
  pid = troupe_spawn_wait(host, "engine.sleeper", writer, 0, NULL, 0);
  troupe_writer_free(writer);
  return pid;
}

int main(void) {
  const struct troupe_behaviour behaviour = {
      .size = sizeof behaviour, .name = "engine.sleeper",
      .where = TROUPE_ON_POLL};
  for (int i = 0; i < HOSTS; i++) {
    struct troupe_options options = {.workers = 8};
    struct troupe *host = host_start(&options);
    EXPECT(troupe_register(host, &behaviour));
    for (int k = 0; k <= i % 4; k++) EXPECT(spawn(host) != 0);
    host_stop(host);
  }
  puts("done");
  return 0;
}
