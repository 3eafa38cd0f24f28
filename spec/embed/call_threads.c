/* Four threads call, cast, start, and wait for it, while the engine polls. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS 100

struct caller {
  struct troupe *host;
  uint64_t clerk;
  char name[20];
  int answered; /* of the engine's thread */
  pthread_t thread;
};

static void answered(void *context, const struct troupe_result *result) {
  struct caller *caller = context;
  EXPECT(result->ok);
  caller->answered++;
}

/* Its own notes, in order, each as cast and then as call. */
static void round_of(struct caller *caller, struct troupe_writer *writer) {
  struct troupe *host = caller->host;
  struct troupe_target own = troupe_named(caller->name);
  struct troupe_result *result;
  struct troupe_reader note;
  char text[100];
  EXPECT(troupe_cast(host, own, request(writer, "note", "cast")));
  EXPECT(troupe_call(host, own, request(writer, "note", "call"), 0, answered,
                     caller));
  result = troupe_call_wait(host, own, request(writer, "notes", NULL), 0);
  EXPECT(result != NULL && result->ok);
  EXPECT(troupe_item(&result->values, 1, &note));
  EXPECT_TEXT("cast", text_of(&note, text));
  EXPECT(troupe_item(&result->values, 2, &note));
  EXPECT_TEXT("call", text_of(&note, text));
  troupe_result_free(result);
  EXPECT(troupe_cast(host, troupe_to(caller->clerk),
                     request(writer, "add", caller->name)) ||
         strstr(troupe_problem(), "is full") != NULL);
  result = troupe_call_wait(host, troupe_to(caller->clerk),
                            request(writer, "echo", caller->name), 0);
  EXPECT(result != NULL && result->ok);
  EXPECT_TEXT(caller->name, text_of(&result->values, text));
  troupe_result_free(result);
}

static void *run(void *argument) {
  struct caller *caller = argument;
  struct troupe_writer *writer = troupe_writer_new();
  uint64_t pid =
      host_spawn_named(caller->host, "clerk", caller->name, NULL);
  for (int i = 0; i < ROUNDS; i++) round_of(caller, writer);
  EXPECT(troupe_find(caller->host, caller->name) == pid);
  EXPECT(troupe_end(caller->host, pid));
  troupe_writer_free(writer);
  return NULL;
}

int main(void) {
  struct troupe_options options = {.log_level = "error"};
  struct troupe *host = host_start(&options);
  struct caller callers[THREADS];
  uint64_t clerk = host_spawn(host, "clerk");
  for (int i = 0; i < THREADS; i++) {
    struct caller *caller = &callers[i];
    caller->host = host;
    caller->clerk = clerk;
    caller->answered = 0;
    snprintf(caller->name, sizeof caller->name, "caller%d", i);
    EXPECT(pthread_create(&caller->thread, NULL, run, caller) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    while (callers[i].answered < ROUNDS) troupe_poll(host, 1000);
    EXPECT(pthread_join(callers[i].thread, NULL) == 0);
  }
  host_stop(host);
  puts("done");
  return 0;
}
