/*
** A world (spec/fixtures/world.lua) in a stepped host, and all that can be
** known of what has become of it: what its recorder of C has been told, and its
** state at the end.
*/
#ifndef WORLD_H
#define WORLD_H

#include "host.h"

#include <inttypes.h>

struct text {
  char *bytes;
  size_t size, capacity;
};

static inline void text_add(struct text *text, const void *bytes,
                            size_t size) {
  if (text->capacity - text->size < size) {
    text->capacity = 2 * (text->capacity + size);
    text->bytes = realloc(text->bytes, text->capacity);
    EXPECT(text->bytes != NULL);
  }
  memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
}

static inline bool text_same(const struct text *one, const struct text *other) {
  return one->size == other->size &&
         memcmp(one->bytes, other->bytes, one->size) == 0;
}

/* FNV-1a. */
static inline uint64_t text_hash(const struct text *text) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < text->size; i++)
    hash = (hash ^ (unsigned char)text->bytes[i]) * UINT64_C(1099511628211);
  return hash;
}

struct world {
  struct troupe *host;
  struct text text;
  struct troupe_writer *writer;
  uint64_t pid;
  unsigned chance; /* the engine's own */
  int records;
  bool answered;
};

static void world_record(struct troupe_actor *self,
                         struct troupe_request *request) {
  struct world *world = troupe_context(self);
  uint64_t now = troupe_now(troupe_host(self));
  struct troupe_reader values = request->arguments;
  world->records++;
  text_add(&world->text, &now, sizeof now);
  text_add(&world->text, &request->sender, sizeof request->sender);
  while (troupe_left(&values) > 0) {
    const char *bytes;
    size_t size;
    int64_t number;
    if (troupe_read_string(&values, &bytes, &size))
      text_add(&world->text, bytes, size);
    else if (troupe_read_integer(&values, &number))
      text_add(&world->text, &number, sizeof number);
    else
      troupe_skip(&values);
  }
}

static void world_answered(void *context, const struct troupe_result *result) {
  struct world *world = context;
  struct troupe_reader values = result->values;
  const char *bytes;
  size_t size;
  if (!result->ok) fprintf(stderr, "%s\n", result->error);
  EXPECT(result->ok && troupe_read_string(&values, &bytes, &size));
  text_add(&world->text, bytes, size);
  world->answered = true;
}

static inline void world_begin(struct world *world, uint64_t seed, int size,
                               bool objects) {
  struct troupe_options options = {0};
  struct troupe_behaviour recorder = {0};
  char error[512];
  memset(world, 0, sizeof *world);
  options.stepped = true;
  options.seed = seed;
  options.step_instructions = 20000;
  options.log_level = "off";
  options.size = sizeof options;
  options.path = "spec/fixtures/?.lua";
  world->host = host_make(&options);
  EXPECT(troupe_start(world->host));
  recorder.size = sizeof recorder;
  recorder.name = "engine.recorder";
  recorder.where = TROUPE_ON_POLL;
  recorder.context = world;
  recorder.handle = world_record;
  EXPECT(troupe_register(world->host, &recorder));
  world->writer = troupe_writer_new();
  troupe_write_table(world->writer, 0, 2);
  troupe_write_text(world->writer, "size");
  troupe_write_integer(world->writer, size);
  troupe_write_text(world->writer, "objects");
  troupe_write_boolean(world->writer, objects);
  world->pid = troupe_spawn_wait(world->host, "world", world->writer, 0, error,
                                 sizeof error);
  if (world->pid == 0) fprintf(stderr, "%s\n", error);
  EXPECT(world->pid != 0);
  world->chance = 1;
}

static inline void world_cast(struct world *world, const char *name, int number,
                              int value) {
  troupe_writer_reset(world->writer);
  troupe_write_text(world->writer, name);
  troupe_write_integer(world->writer, number);
  troupe_write_integer(world->writer, value);
  EXPECT(troupe_cast(world->host, troupe_to(world->pid), world->writer));
}

/* So many ticks of a millisecond; now and then the engine pokes somebody. */
static inline void world_go(struct world *world, int size, int ticks) {
  for (int i = 0; i < ticks; i++) {
    world->chance = world->chance * 1103515245u + 12345u;
    if (world->chance >> 16 & 1)
      world_cast(world, "poke", (int)(world->chance >> 17) % size + 1,
                 world->records);
    EXPECT(troupe_step(world->host, 1000000));
  }
}

static inline void world_end(struct world *world) {
  uint64_t now;
  troupe_writer_reset(world->writer);
  troupe_write_text(world->writer, "state");
  EXPECT(troupe_call(world->host, troupe_to(world->pid), world->writer, 10000,
                     world_answered, world));
  while (!world->answered) EXPECT(troupe_step(world->host, 1000000));
  now = troupe_now(world->host);
  text_add(&world->text, &now, sizeof now);
  troupe_writer_free(world->writer);
  host_stop(world->host);
}

#endif
