/* Who calls from within a handler or a callback, and who waits for an actor on
** the engine's thread. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"

#include <pthread.h>

struct state {
  struct troupe *host;
  struct troupe_writer *writer; /* of the worker's handler */
  uint64_t clerk;
  int answered, refused;
};

static void replied(void *context, const struct troupe_result *result) {
  struct state *state = context;
  struct troupe_writer *writer = troupe_writer_new();
  EXPECT(result->ok);
  EXPECT(troupe_call_wait(state->host, troupe_to(state->clerk),
                          request(writer, "self", NULL), 0) == NULL);
  EXPECT_TEXT("a handler, a callback or a function of a module cannot wait",
              troupe_problem());
  EXPECT(!troupe_poll(state->host, 0));
  EXPECT(troupe_cast(state->host, troupe_to(state->clerk),
                     request(writer, "note", "back")));
  troupe_writer_free(writer);
  state->answered++;
}

/* Calls on, and cannot wait. */
static void handle(struct troupe_actor *self, struct troupe_request *message) {
  struct state *state = troupe_context(self);
  struct troupe_writer *writer = troupe_writer_new();
  char error[200];
  EXPECT(message->kind == TROUPE_CALL);
  EXPECT(troupe_call(state->host, troupe_to(state->clerk),
                     request(writer, "self", NULL), 0, replied, state));
  EXPECT(troupe_call_wait(state->host, troupe_to(state->clerk), writer, 0) ==
         NULL);
  EXPECT(troupe_spawn_wait(state->host, "clerk", NULL, 0, error,
                           sizeof error) == 0);
  EXPECT_TEXT("a handler, a callback or a function of a module cannot wait",
              error);
  troupe_writer_reset(writer);
  troupe_write_copy(writer, &message->arguments);
  EXPECT(troupe_reply(state->host, message->from, writer));
  troupe_writer_free(writer);
}

static void echo(struct troupe *host, uint64_t pid,
                 struct troupe_writer *writer) {
  struct troupe_result *result = troupe_call_wait(
      host, troupe_to(pid), request(writer, "echo", "here"), 0);
  char text[100];
  EXPECT(result != NULL && result->ok);
  EXPECT_TEXT("here", text_of(&result->values, text));
  troupe_result_free(result);
}

struct caller {
  struct troupe *host;
  uint64_t poller, worker;
  struct state *state;
};

static void *call(void *argument) {
  struct caller *caller = argument;
  struct troupe_writer *writer = troupe_writer_new();
  for (int i = 0; i < 50; i++) {
    echo(caller->host, caller->poller, writer);
    echo(caller->host, caller->worker, writer);
  }
  troupe_writer_free(writer);
  return NULL;
}

int main(void) {
  struct troupe *host = host_start(NULL);
  struct troupe_writer *writer = troupe_writer_new();
  struct state state = {.host = host};
  struct troupe_behaviour poller = {.size = sizeof poller,
                                    .name = "engine.poller",
                                    .where = TROUPE_ON_POLL,
                                    .context = &state,
                                    .handle = handle};
  struct troupe_behaviour worker = poller;
  struct caller caller = {.host = host, .state = &state};
  pthread_t thread;
  worker.name = "engine.worker";
  worker.where = TROUPE_ON_WORKER;
  state.clerk = host_spawn(host, "clerk");
  EXPECT(troupe_register(host, &poller) && troupe_register(host, &worker));
  caller.poller = host_spawn(host, "engine.poller");
  caller.worker = host_spawn(host, "engine.worker");
  for (int i = 0; i < 50; i++) {
    echo(host, caller.poller, writer);
    echo(host, caller.worker, writer);
  }
  EXPECT(pthread_create(&thread, NULL, call, &caller) == 0);
  while (state.answered < 200) troupe_poll(host, 1000);
  EXPECT(pthread_join(thread, NULL) == 0);
  troupe_writer_free(writer);
  host_stop(host);
  puts("done");
  return 0;
}
