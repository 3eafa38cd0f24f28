/*
** Functions of C for scripts, and handles: an engine's sprites. Runs the script
** that it is given.
**
** The sprites are the pattern that troupe.h describes: a table of the engine's,
** of which scripts have index and generation.
*/
#define _POSIX_C_SOURCE 200809L

#include "host.h"

#include <pthread.h>

/* --- Sprites -------------------------------------------------------------- */

#define SPRITES 8

struct sprite {
  uint32_t generation; /* counts up when it is removed */
  bool used;
  double x, y;
};

struct engine {
  pthread_mutex_t lock;
  struct sprite sprites[SPRITES];
};

static uint64_t id_of(const struct engine *engine,
                      const struct sprite *sprite) {
  return (uint64_t)sprite->generation << 32 |
         (uint64_t)(sprite - engine->sprites);
}

/* NULL: it is gone. Under the lock. */
static struct sprite *find(struct engine *engine, uint64_t id) {
  uint32_t index = (uint32_t)id;
  struct sprite *sprite = &engine->sprites[index % SPRITES];
  return index < SPRITES && sprite->used && sprite->generation == id >> 32
             ? sprite
             : NULL;
}

/* The sprite that is argument 1, with the lock taken; or NULL, without it. */
static struct sprite *take(struct troupe_frame *frame) {
  struct engine *engine = troupe_frame_context(frame);
  struct sprite *sprite;
  uint64_t id;
  if (!troupe_argument_handle(frame, 1, "engine.sprite", &id)) return NULL;
  pthread_mutex_lock(&engine->lock);
  sprite = find(engine, id);
  if (sprite != NULL) return sprite;
  pthread_mutex_unlock(&engine->lock);
  troupe_fail(frame, "the sprite is gone");
  return NULL;
}

static void let(struct troupe_frame *frame) {
  struct engine *engine = troupe_frame_context(frame);
  pthread_mutex_unlock(&engine->lock);
}

static void sprite_new(struct troupe_frame *frame) {
  struct engine *engine = troupe_frame_context(frame);
  struct sprite *sprite = engine->sprites;
  pthread_mutex_lock(&engine->lock);
  while (sprite < engine->sprites + SPRITES && sprite->used) sprite++;
  if (sprite < engine->sprites + SPRITES) {
    sprite->used = true;
    sprite->x = sprite->y = 0;
    troupe_return_handle(frame, "engine.sprite", id_of(engine, sprite));
  } else {
    troupe_fail(frame, "there is no room for a sprite");
  }
  pthread_mutex_unlock(&engine->lock);
}

static void sprite_move(struct troupe_frame *frame) {
  struct sprite *sprite;
  double x, y;
  if (!troupe_argument_number(frame, 2, &x) ||
      !troupe_argument_number(frame, 3, &y))
    return;
  sprite = take(frame);
  if (sprite == NULL) return;
  sprite->x += x;
  sprite->y += y;
  troupe_return_number(frame, sprite->x);
  troupe_return_number(frame, sprite->y);
  let(frame);
}

static void sprite_remove(struct troupe_frame *frame) {
  struct sprite *sprite = take(frame);
  if (sprite == NULL) return;
  sprite->used = false;
  sprite->generation++;
  let(frame);
}

static bool sprite_describe(void *context, uint64_t id, char *text,
                            size_t size) {
  struct engine *engine = context;
  struct sprite *sprite;
  pthread_mutex_lock(&engine->lock);
  sprite = find(engine, id);
  if (sprite != NULL) snprintf(text, size, "at %g,%g", sprite->x, sprite->y);
  pthread_mutex_unlock(&engine->lock);
  return sprite != NULL;
}

/* --- Functions ------------------------------------------------------------ */

static void echo_one(struct troupe_frame *frame, int number) {
  struct troupe_writer *writer;
  struct troupe_reader reader;
  const char *bytes;
  int64_t integer;
  uint64_t id;
  double value;
  bool truth;
  size_t size;
  switch (troupe_argument_kind(frame, number)) {
    case TROUPE_NIL:
      troupe_return_nil(frame);
      break;
    case TROUPE_BOOLEAN:
      EXPECT(troupe_argument_boolean(frame, number, &truth));
      troupe_return_boolean(frame, truth);
      break;
    case TROUPE_INTEGER:
      EXPECT(troupe_argument_integer(frame, number, &integer));
      troupe_return_integer(frame, integer);
      break;
    case TROUPE_NUMBER:
      EXPECT(troupe_argument_number(frame, number, &value));
      troupe_return_number(frame, value);
      break;
    case TROUPE_STRING:
      EXPECT(troupe_argument_string(frame, number, &bytes, &size));
      EXPECT(bytes[size] == '\0');
      troupe_return_string(frame, bytes, size);
      break;
    case TROUPE_PID:
      EXPECT(troupe_argument_pid(frame, number, &id));
      troupe_return_pid(frame, id);
      break;
    case TROUPE_HANDLE:
      EXPECT(troupe_argument_handle(frame, number, "engine.sprite", &id));
      troupe_return_handle(frame, "engine.sprite", id);
      break;
    default:
      if (!troupe_argument_reader(frame, number, &reader)) return;
      writer = troupe_writer_new();
      troupe_write_copy(writer, &reader);
      troupe_return_values(frame, writer);
      troupe_writer_free(writer);
  }
}

static void echo(struct troupe_frame *frame) {
  int number;
  for (number = 1; number <= troupe_argument_count(frame); number++)
    echo_one(frame, number);
}

/* What a script says it is, a kind and a value, is read. */
static void expect(struct troupe_frame *frame) {
  const char *kind = "", *bytes;
  int64_t integer = 7;
  double number;
  uint64_t id;
  size_t size;
  bool truth;
  if (!troupe_argument_string(frame, 1, &kind, &size)) return;
  if (strcmp(kind, "integer") == 0 &&
      !troupe_argument_integer(frame, 2, &integer))
    EXPECT(integer == 7);
  if (strcmp(kind, "number") == 0) troupe_argument_number(frame, 2, &number);
  if (strcmp(kind, "string") == 0)
    troupe_argument_string(frame, 2, &bytes, &size);
  if (strcmp(kind, "boolean") == 0) troupe_argument_boolean(frame, 2, &truth);
  if (strcmp(kind, "pid") == 0) troupe_argument_pid(frame, 2, &id);
  if (strcmp(kind, "sprite") == 0)
    troupe_argument_handle(frame, 2, "engine.sprite", &id);
  /* What comes after what is wrong is not heard. */
  troupe_fail(frame, "it was right");
}

static void add(struct troupe_frame *frame) {
  double a, b;
  if (!troupe_argument_number(frame, 1, &a) ||
      !troupe_argument_number(frame, 2, &b))
    return;
  troupe_return_number(frame, a + b);
}

static void many(struct troupe_frame *frame) {
  int64_t count = 0;
  troupe_argument_integer(frame, 1, &count);
  while (count-- > 0) troupe_return_integer(frame, count);
}

static void fail(struct troupe_frame *frame) {
  const char *text = "";
  size_t size;
  if (!troupe_argument_string(frame, 1, &text, &size)) return;
  if (troupe_argument_count(frame) == 1)
    troupe_fail(frame, text);
  else
    troupe_fail_argument(frame, 2, text);
}

static void mixed(struct troupe_frame *frame) {
  struct troupe_writer *writer = troupe_writer_new();
  troupe_return_string(frame, "first", 5);
  troupe_write_integer(writer, 2);
  troupe_write_table(writer, 1, 0);
  troupe_write_text(writer, "three");
  troupe_return_values(frame, writer);
  troupe_writer_reset(writer);
  troupe_return_string(frame, NULL, 0);
  troupe_return_values(frame, writer);
  troupe_return_pid(frame, 0);
  troupe_write_table(writer, 1, 0);
  if (troupe_argument_count(frame) > 0) troupe_return_values(frame, writer);
  troupe_writer_free(writer);
}

static void no_text(struct troupe_frame *frame) {
  if (troupe_argument_count(frame) == 0) troupe_fail(frame, NULL);
  troupe_return_string(frame, NULL, 3);
}

static void wait_here(struct troupe_frame *frame) {
  struct troupe *host = troupe_frame_host(frame);
  EXPECT(troupe_call_wait(host, troupe_to(troupe_frame_caller(frame)), NULL,
                          0) == NULL);
  EXPECT(!troupe_stop(host));
  troupe_return_string(frame, troupe_problem(), strlen(troupe_problem()));
  troupe_return_pid(frame, troupe_frame_caller(frame));
}

static void no_type(struct troupe_frame *frame) {
  struct troupe_writer *writer = troupe_writer_new();
  if (troupe_argument_kind(frame, 1) == TROUPE_INTEGER) {
    troupe_return_handle(frame, "engine.plain", UINT64_MAX);
  } else if (troupe_argument_count(frame) == 0) {
    troupe_return_handle(frame, "engine.none", 1);
  } else if (troupe_argument_kind(frame, 1) == TROUPE_NIL) {
    troupe_return_handle(frame, NULL, 1);
  } else if (troupe_argument_kind(frame, 1) == TROUPE_HANDLE) {
    uint64_t id = 0;
    EXPECT(!troupe_argument_handle(frame, 1, NULL, &id) && id == 0);
  } else {
    troupe_write_handle(writer, "engine.none", 1);
    troupe_return_values(frame, writer);
  }
  troupe_writer_free(writer);
}

static const struct troupe_method functions[] = {
    {"echo", echo},   {"expect", expect}, {"add", add},
    {"many", many},   {"fail", fail},     {"mixed", mixed},
    {"no_text", no_text},
    {"wait", wait_here}, {"no_type", no_type}, {NULL, NULL}};
static const struct troupe_method sprite_functions[] = {{"new", sprite_new},
                                                       {NULL, NULL}};
static const struct troupe_method methods[] = {
    {"move", sprite_move}, {"remove", sprite_remove}, {NULL, NULL}};

/* What it keeps goes over its memory; and what comes back for an instant. */
static const char small[] =
    "local engine = require 'engine.test'\n"
    "local small = {call = {}}\n"
    "function small.call.grow()\n"
    "  local kept, big = {}, ('x'):rep(100000)\n"
    "  while true do kept[#kept + 1] = engine.echo(big, {big .. #kept}) end\n"
    "end\n"
    "function small.call.survive()\n"
    "  local failed, big = 0, ('x'):rep(800000)\n"
    "  for _ = 1, 20 do\n"
    "    local ok = pcall(engine.echo, big, {big}, {big})\n"
    "    if not ok then failed = failed + 1 end\n"
    "  end\n"
    "  return failed\n"
    "end\n"
    "function small.move(sprite) return sprite:move(1, 1) end\n"
    "return small\n";

static void register_all(struct troupe *host, struct engine *engine) {
  struct troupe_module module = {.size = sizeof module};
  struct troupe_type type = {.size = sizeof type};
  char name[] = "engine.test";
  EXPECT(!troupe_module(host, &module));
  EXPECT_TEXT("expected the name of a module, got none", troupe_problem());
  module.name = "string";
  EXPECT(!troupe_module(host, &module));
  EXPECT_TEXT("string is a part of the host, and stays as it is",
              troupe_problem());
  module.name = name;
  module.functions = functions;
  EXPECT(troupe_module(host, &module));
  EXPECT(!troupe_module(host, &module));
  EXPECT_TEXT("there is a module engine.test of C already", troupe_problem());
  EXPECT(!troupe_add_module(host, name, "", 0));
  EXPECT(troupe_add_module(host, "small", small, strlen(small)));
  name[0] = '?'; /* a copy is kept */
  module.name = type.name = "engine.sprite";
  module.functions = sprite_functions;
  module.context = engine;
  EXPECT(troupe_module(host, &module));
  type.methods = methods;
  type.context = engine;
  type.describe = sprite_describe;
  EXPECT(troupe_type(host, &type));
  EXPECT(!troupe_type(host, &type));
  EXPECT_TEXT("there is a type engine.sprite already", troupe_problem());
  type.name = "engine.plain";
  type.describe = NULL;
  type.methods = NULL;
  EXPECT(troupe_type(host, &type));
}

int main(int argc, char **argv) {
  struct troupe_options options = {.size = sizeof options, .workers = 2,
                                   .log_level = "off"};
  struct engine engine = {.lock = PTHREAD_MUTEX_INITIALIZER};
  struct troupe *host;
  EXPECT(argc == 2);
  host = host_make(&options);
  EXPECT(troupe_start(host));
  register_all(host, &engine);
  EXPECT(troupe_run_code(host, argv[1], 0, NULL));
  host_status(host);
  host_stop(host);
  return 0;
}
