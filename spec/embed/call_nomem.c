/* Memory runs out while C calls, casts and starts: each ends, and once. */
#include "host.h"

#include <pthread.h>

#define FAILURES 200

struct heap {
  pthread_mutex_t lock;
  int left; /* lock; allocations until some fail; below 0: none does */
};

/* Three in a row. */
static bool fails(struct heap *heap) {
  bool failing;
  pthread_mutex_lock(&heap->lock);
  failing = heap->left >= 0 && heap->left < 3;
  if (heap->left >= 0) heap->left--;
  pthread_mutex_unlock(&heap->lock);
  return failing;
}

static void *resize(void *context, void *block, size_t size) {
  if (size == 0) {
    free(block);
    return NULL;
  }
  return fails(context) ? NULL : realloc(block, size);
}

static void set_left(struct heap *heap, int left) {
  pthread_mutex_lock(&heap->lock);
  heap->left = left;
  pthread_mutex_unlock(&heap->lock);
}

static void ended(void *context, const struct troupe_result *result) {
  int *count = context;
  (void)result;
  ++*count;
}

static void ask(struct troupe *host, uint64_t clerk, struct heap *heap,
                int left) {
  struct troupe_writer *writer = troupe_writer_new();
  int asked = 0, count = 0;
  char error[512];
  request(writer, "echo", "something that is not quite short");
  set_left(heap, left);
  asked += troupe_call(host, troupe_to(clerk), writer, 0, ended, &count);
  asked += troupe_call(host, troupe_named("nobody"), writer, 0, ended, &count);
  asked += troupe_spawn(host, "clerk", NULL, 0, ended, &count);
  troupe_cast(host, troupe_to(clerk), writer);
  troupe_cast(host, troupe_entity("clerk", "entity"), writer);
  troupe_result_free(troupe_call_wait(host, troupe_to(clerk), writer, 0));
  troupe_spawn_wait(host, "clerk", NULL, 0, error, sizeof error);
  while (count < asked) troupe_poll(host, 1000);
  set_left(heap, -1);
  EXPECT(count == asked);
  troupe_writer_free(writer);
}

int main(void) {
  struct troupe_options options = {.log_level = "off"};
  struct heap heap = {.left = -1};
  struct troupe *host;
  uint64_t clerk;
  pthread_mutex_init(&heap.lock, NULL);
  EXPECT(troupe_set_allocator(resize, &heap));
  host = host_start(&options);
  clerk = host_spawn(host, "clerk");
  for (int left = 0; left < FAILURES; left++) ask(host, clerk, &heap, left);
  clerk = host_spawn(host, "clerk");
  set_left(&heap, 0); /* nor does a stop give up */
  host_stop(host);
  pthread_mutex_destroy(&heap.lock);
  puts("done");
  return 0;
}
