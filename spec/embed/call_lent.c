/* Handlers that block hold no worker up; then they call, all at once. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"

#include <pthread.h>
#include <unistd.h>

#define HANDLERS 3
#define CALLS 100

struct state {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int blocked;  /* lock */
  int gate[2];  /* a pipe; they read it */
  int answered; /* of the engine's thread */
  uint64_t clerk;
  struct troupe *host;
};

static void answered(void *context, const struct troupe_result *result) {
  struct state *state = context;
  EXPECT(result->ok);
  state->answered++;
}

static void block(struct state *state) {
  char byte;
  pthread_mutex_lock(&state->lock);
  state->blocked++;
  pthread_cond_broadcast(&state->changed);
  pthread_mutex_unlock(&state->lock);
  while (read(state->gate[0], &byte, 1) < 0) continue;
}

static void handle(struct troupe_actor *self, struct troupe_request *message) {
  struct state *state = troupe_context(self);
  struct troupe_writer *writer = troupe_writer_new();
  (void)message;
  block(state);
  request(writer, "self", NULL);
  for (int i = 0; i < CALLS; i++)
    EXPECT(troupe_call(state->host, troupe_to(state->clerk), writer, 0,
                       answered, state));
  troupe_writer_free(writer);
}

static void await_blocked(struct state *state, int count) {
  pthread_mutex_lock(&state->lock);
  while (state->blocked < count)
    pthread_cond_wait(&state->changed, &state->lock);
  pthread_mutex_unlock(&state->lock);
}

/* Serves the callbacks meanwhile. */
static void call(struct troupe *host, uint64_t clerk,
                 struct troupe_writer *writer) {
  struct troupe_result *result = troupe_call_wait(
      host, troupe_to(clerk), request(writer, "self", NULL), 0);
  EXPECT(result != NULL && result->ok);
  troupe_result_free(result);
}

int main(void) {
  struct troupe_options options = {.workers = 1, .slices = "signal"};
  struct troupe *host = host_start(&options);
  struct troupe_writer *writer = troupe_writer_new();
  struct state state = {.host = host};
  struct troupe_behaviour behaviour = {.size = sizeof behaviour,
                                       .name = "engine.blocker",
                                       .where = TROUPE_ON_WORKER,
                                       .context = &state,
                                       .handle = handle};
  EXPECT(pipe(state.gate) == 0);
  pthread_mutex_init(&state.lock, NULL);
  pthread_cond_init(&state.changed, NULL);
  state.clerk = host_spawn(host, "clerk");
  EXPECT(troupe_register(host, &behaviour));
  request(writer, "block", NULL);
  for (int i = 0; i < HANDLERS; i++) {
    EXPECT(troupe_cast(host, troupe_to(host_spawn(host, "engine.blocker")),
                       writer));
    await_blocked(&state, i + 1);
  }
  call(host, state.clerk, writer);
  EXPECT(close(state.gate[1]) == 0);
  while (state.answered < HANDLERS * CALLS) call(host, state.clerk, writer);
  troupe_writer_free(writer);
  host_stop(host);
  pthread_cond_destroy(&state.changed);
  pthread_mutex_destroy(&state.lock);
  EXPECT(close(state.gate[0]) == 0);
  puts("done");
  return 0;
}
