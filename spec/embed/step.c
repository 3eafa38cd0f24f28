/*
** A world that is the same each time. "run SEED SIZE TICKS OBJECTS" tells how
** one ends, in one line. "same SIZE TICKS OBJECTS" compares hosts in this
** process, byte for byte.
*/
#include "world.h"

static int size, ticks;
static bool objects;

static void begin(struct world *world, uint64_t seed) {
  world_begin(world, seed, size, objects);
}

/* One of the entities loops from a fifth of the time on. */
static void go(struct world *world, int from, int to) {
  int loops = ticks / 5;
  if (from <= loops && loops < to) {
    world_go(world, size, loops - from);
    world_cast(world, "loop", size / 2, 0);
    from = loops;
  }
  world_go(world, size, to - from);
}

static struct text whole(uint64_t seed) {
  struct world world;
  begin(&world, seed);
  go(&world, 0, ticks);
  world_end(&world);
  return world.text;
}

static void interleaved(struct text texts[2]) {
  struct world worlds[2];
  int step = ticks / 16 + 1;
  begin(&worlds[0], 1);
  begin(&worlds[1], 1);
  for (int i = 0; i < ticks; i += step)
    for (int j = 0; j < 2; j++)
      go(&worlds[j], i, i + step < ticks ? i + step : ticks);
  world_end(&worlds[1]);
  world_end(&worlds[0]);
  texts[0] = worlds[0].text;
  texts[1] = worlds[1].text;
}

/* Beside a host with threads, which does what it likes with memory. */
static struct text beside(void) {
  struct troupe *host = host_start(NULL);
  uint64_t clerk = host_spawn(host, "clerk");
  struct text text;
  (void)clerk;
  text = whole(1);
  host_stop(host);
  return text;
}

static void same(void) {
  struct text first = whole(1), second = whole(1), third = beside();
  struct text other = whole(2), both[2];
  interleaved(both);
  EXPECT(text_same(&first, &second));
  EXPECT(text_same(&first, &third));
  EXPECT(text_same(&both[0], &both[1]));
  EXPECT(text_same(&first, &both[0]));
  EXPECT(!text_same(&first, &other));
  free(first.bytes);
  free(second.bytes);
  free(third.bytes);
  free(other.bytes);
  free(both[0].bytes);
  free(both[1].bytes);
}

int main(int argc, char **argv) {
  bool run = strcmp(argv[1], "run") == 0;
  int at = run ? 3 : 2;
  EXPECT(argc == at + 3);
  size = atoi(argv[at]);
  ticks = atoi(argv[at + 1]);
  objects = strcmp(argv[at + 2], "objects") == 0;
  if (run) {
    struct text text = whole(strtoull(argv[2], NULL, 10));
    printf("%" PRIu64 " bytes, %016" PRIx64 "\n", (uint64_t)text.size,
           text_hash(&text));
    free(text.bytes);
  } else {
    same();
  }
  return 0;
}
