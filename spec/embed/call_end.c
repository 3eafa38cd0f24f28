/* Ends of what is under way: each callback comes once, whatever happens. */
#include "host.h"

#include <inttypes.h>

#define MANY 600 /* more than are at work at a time */

struct ends {
  int count, good, stopped, late, begun;
  char text[100]; /* of the last that was stopped */
};

static void ended(void *context, const struct troupe_result *result) {
  struct ends *ends = context;
  ends->count++;
  ends->good += result->ok;
  ends->begun += result->begun;
  if (result->ok) return;
  ends->late += strcmp(result->kind, "timeout") == 0;
  if (strcmp(result->kind, "stopped") != 0) return;
  ends->stopped++;
  snprintf(ends->text, sizeof ends->text, "%s", result->error);
}

static void call_many(struct troupe *host, struct troupe_writer *writer,
                      const char *name, uint64_t deadline,
                      struct ends *ends) {
  *ends = (struct ends){0};
  request(writer, name, NULL);
  for (int i = 0; i < MANY; i++)
    EXPECT(troupe_call(host, troupe_named("clerk"), writer, deadline, ended,
                       ends));
}

static void release(struct troupe *host, struct troupe_writer *writer,
                    struct ends *ends) {
  while (ends->count < MANY) {
    EXPECT(troupe_cast(host, troupe_named("clerk"),
                       request(writer, "release", NULL)) ||
           strstr(troupe_problem(), "is full") != NULL);
    troupe_poll(host, 1000);
  }
  EXPECT(ends->count == MANY);
}

static void waits_in_line(struct troupe *host, struct troupe_writer *writer) {
  struct ends ends;
  call_many(host, writer, "wait", UINT64_MAX, &ends);
  release(host, writer, &ends);
  EXPECT(ends.good == MANY);
}

/* Also those that nobody has come to. */
static void is_late(struct troupe *host, struct troupe_writer *writer) {
  struct ends ends;
  call_many(host, writer, "wait", 1, &ends);
  while (ends.count < MANY) troupe_poll(host, 1000);
  EXPECT(ends.late == MANY);
  EXPECT(ends.begun < MANY);
  EXPECT(troupe_cast(host, troupe_named("clerk"),
                     request(writer, "release", NULL)));
}

static uint64_t gateway(struct troupe *host, struct troupe_writer *writer) {
  struct troupe_result *result = troupe_call_wait(
      host, troupe_named("clerk"), request(writer, "sender", NULL), 0);
  uint64_t pid = 0;
  EXPECT(result != NULL && troupe_read_pid(&result->values, &pid));
  troupe_result_free(result);
  return pid;
}

static void is_killed(struct troupe *host, struct troupe_writer *writer) {
  uint64_t pid = gateway(host, writer);
  struct ends ends;
  call_many(host, writer, "wait", UINT64_MAX, &ends);
  request(writer, "kill", NULL);
  troupe_write_pid(writer, pid);
  EXPECT(troupe_cast(host, troupe_named("killer"), writer));
  while (ends.stopped == 0) troupe_poll(host, 1000);
  EXPECT_TEXT("stopped: troupe.gateway was killed", ends.text);
  release(host, writer, &ends);
  EXPECT(ends.good > 0 && ends.good + ends.stopped == MANY);
  EXPECT(gateway(host, writer) != pid);
}

static void is_full(struct troupe *host, struct troupe_writer *writer) {
  struct troupe_target full = troupe_to(
      host_spawn_named(host, "clerk", "full", "wait"));
  struct troupe_target drops = troupe_to(
      host_spawn_named(host, "clerk", "drops", "drop_oldest"));
  struct troupe_target clerk = troupe_named("clerk");
  struct troupe_result *result;
  EXPECT(troupe_cast(host, full, request(writer, "block", "clerk")));
  EXPECT(troupe_cast(host, drops, writer));
  while (ask_number(host, clerk, writer, "waiting") < 2) continue;
  request(writer, "note", "more");
  for (int i = 0; i < 100; i++) EXPECT(troupe_cast(host, drops, writer));
  while (troupe_cast(host, full, writer)) continue;
  EXPECT(strstr(troupe_problem(), "the mailbox of <") != NULL);
  EXPECT(strstr(troupe_problem(), "clerk (\"full\") is full") != NULL);
  result = troupe_call_wait(host, full, writer, 20);
  EXPECT_TEXT("overload", result->kind);
  EXPECT(!result->begun);
  troupe_result_free(result);
  EXPECT(troupe_cast(host, clerk, request(writer, "release", NULL)));
}

/* They come when it stops, or at the latest when it is freed. */
static void is_stopped(struct troupe *host, struct troupe_writer *writer) {
  struct ends ends, late;
  call_many(host, writer, "wait", UINT64_MAX, &ends);
  EXPECT(troupe_stop(host));
  EXPECT(!troupe_call(host, troupe_named("clerk"), writer, 0, ended, &late));
  EXPECT_TEXT("the host has not been started, or has stopped",
              troupe_problem());
  EXPECT(troupe_call_wait(host, troupe_named("clerk"), writer, 0) == NULL);
  EXPECT(!troupe_cast(host, troupe_named("clerk"), writer));
  troupe_free(host);
  EXPECT(ends.count == MANY && ends.good == 0);
  if (ends.stopped > 0)
    EXPECT_TEXT("stopped: the host has stopped", ends.text);
}

static void is_not_started(void) {
  struct troupe_options options = {.size = sizeof options, .engine = true};
  struct troupe_writer *writer = troupe_writer_new();
  struct troupe *host = troupe_new(&options, NULL, 0);
  struct ends ends;
  request(writer, "any", NULL);
  EXPECT(!troupe_call(host, troupe_named("clerk"), writer, 0, ended, &ends));
  EXPECT_TEXT("the host has not been started, or has stopped",
              troupe_problem());
  troupe_free(host);
  options.engine = false;
  host = troupe_new(&options, NULL, 0);
  EXPECT(!troupe_call(host, troupe_named("clerk"), writer, 0, ended, &ends));
  EXPECT_TEXT("expected a host with options.engine to be asked",
              troupe_problem());
  troupe_free(host);
  troupe_writer_free(writer);
}

int main(void) {
  struct troupe_options options = {.log_level = "off"};
  struct troupe *host = host_start(&options);
  struct troupe_writer *writer = troupe_writer_new();
  host_spawn_named(host, "clerk", "clerk", NULL);
  host_spawn_named(host, "clerk", "killer", NULL);
  waits_in_line(host, writer);
  is_late(host, writer);
  is_killed(host, writer);
  is_full(host, writer);
  is_stopped(host, writer);
  is_not_started();
  troupe_writer_free(writer);
  puts("done");
  return 0;
}
