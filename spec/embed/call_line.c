/* More calls than the gateway has hands: those that wait in line, or for an
** entity that does not begin, have their deadlines none the less. */
#include "host.h"

#define MANY 300

static void handle(struct troupe_actor *self, struct troupe_request *request) {
  (void)self;
  (void)request; /* is owed for ever */
}

static void count(void *context, const struct troupe_result *result) {
  int *ended = context;
  EXPECT(!result->ok);
  ++*ended;
}

static void miss(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values) {
  struct troupe_result *result = troupe_call_wait(host, target, values, 50);
  EXPECT(result != NULL && !result->ok && !result->begun);
  EXPECT_TEXT("timeout", result->kind);
  troupe_result_free(result);
}

int main(void) {
  const struct troupe_behaviour mute = {
      .size = sizeof mute, .name = "mute", .where = TROUPE_ON_WORKER,
      .handle = handle};
  struct troupe_writer *writer = troupe_writer_new();
  struct troupe_options options = {.log_level = "off"};
  struct troupe *host = host_start(&options);
  int ended = 0;
  uint64_t pid;
  EXPECT(troupe_register(host, &mute));
  pid = host_spawn(host, "mute");
  request(writer, "go", NULL);
  for (int i = 0; i < MANY; i++)
    EXPECT(troupe_call(host, troupe_to(pid), writer, UINT64_MAX, count,
                       &ended));
  miss(host, troupe_to(pid), writer);
  miss(host, troupe_entity("mute", "one"), writer);
  EXPECT(troupe_spawn_wait(host, "mute", NULL, 50, NULL, 0) == 0);
  EXPECT(ended == 0);
  EXPECT(troupe_end(host, pid));
  while (ended < MANY) troupe_poll(host, 1000);
  host_spawn(host, "mute");
  host_stop(host);
  EXPECT(ended == MANY);
  troupe_writer_free(writer);
  puts("done");
  return 0;
}
