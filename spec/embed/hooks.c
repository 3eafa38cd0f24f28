/*
** The functions that an engine gives a host: memory, log, output, time. What
** they were told is written to standard output at the end, for the spec.
*/
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <time.h>

struct engine {
  pthread_mutex_t lock;
  long blocks;      /* taken and not given back */
  unsigned long taken;
  char log[65536];  /* all that was said, a line each */
  char output[65536];
  uint64_t time;
};

static void add(struct engine *engine, char *text, const char *format, ...) {
  size_t size;
  va_list arguments;
  pthread_mutex_lock(&engine->lock);
  size = strlen(text);
  va_start(arguments, format);
  vsnprintf(text + size, sizeof engine->log - size, format, arguments);
  va_end(arguments);
  pthread_mutex_unlock(&engine->lock);
}

/* Each block has its size in front, so that one that was never taken, or is
** given back with another address, is found. */
static void *allocate(void *context, void *block, size_t size) {
  struct engine *engine = context;
  size_t *head = block != NULL ? (size_t *)block - 2 : NULL;
  EXPECT(head == NULL || head[1] == 0x7472);
  pthread_mutex_lock(&engine->lock);
  if (block == NULL) engine->blocks++, engine->taken++;
  if (size == 0) engine->blocks--;
  pthread_mutex_unlock(&engine->lock);
  if (size == 0) {
    head[1] = 0;
    free(head);
    return NULL;
  }
  head = realloc(head, size + 2 * sizeof *head);
  EXPECT(head != NULL);
  head[0] = size;
  head[1] = 0x7472;
  return head + 2;
}

static void log_line(void *context, enum troupe_log_level level,
                     const char *line, size_t size) {
  struct engine *engine = context;
  EXPECT(size == strlen(line));
  add(engine, engine->log, "%d %s\n", (int)level, line);
}

static void print(void *context, uint64_t pid, const char *bytes,
                  size_t size) {
  struct engine *engine = context;
  EXPECT(pid != 0);
  EXPECT(size != 0);
  add(engine, engine->output, "[%.*s]", (int)size, bytes);
}

static uint64_t tell_time(void *context) {
  struct engine *engine = context;
  uint64_t time;
  pthread_mutex_lock(&engine->lock);
  time = engine->time;
  pthread_mutex_unlock(&engine->lock);
  return time;
}

static void set_time(struct engine *engine, uint64_t time) {
  pthread_mutex_lock(&engine->lock);
  engine->time = time;
  pthread_mutex_unlock(&engine->lock);
}

static struct troupe *make(const struct troupe_options *options) {
  struct troupe *host = host_make(options);
  EXPECT(troupe_start(host));
  return host;
}

static bool ends_within(struct troupe *host, int milliseconds) {
  struct pollfd fd;
  fd.fd = troupe_end_fd(host);
  fd.events = POLLIN;
  return poll(&fd, 1, milliseconds) == 1;
}

/* argv[1]: the script; a second argument: nobody takes its output. */
static void run_script(struct engine *engine, int argc, char **argv) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host;
  options.context = engine;
  options.log = log_line;
  if (argc == 2) options.output = print;
  host = make(&options);
  EXPECT(troupe_run_code(host, argv[1], 0, NULL));
  EXPECT(ends_within(host, -1));
  EXPECT(!troupe_failed(host));
  host_stop(host);
}

/* An hour passes in between, but not before it is said to. */
static void run_by_clock(struct engine *engine) {
  const uint64_t second = UINT64_C(1000000000);
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host;
  options.context = engine;
  options.now = tell_time;
  set_time(engine, 100 * second);
  host = make(&options);
  EXPECT(troupe_run_code(host,
                         "local t = require 'troupe'\n"
                         "assert(t.now() == 100) t.sleep(3600)\n"
                         "assert(t.now() == 3700.5)",
                         0, NULL));
  EXPECT(!ends_within(host, 100));
  set_time(engine, 3699 * second);
  EXPECT(!ends_within(host, 50));
  set_time(engine, 50 * second); /* which is not heard */
  EXPECT(!ends_within(host, 50));
  set_time(engine, 3700 * second + second / 2);
  EXPECT(ends_within(host, -1));
  EXPECT_TEXT("", troupe_error(host));
  EXPECT(troupe_status(host) == 0);
  host_stop(host);
}

int main(int argc, char **argv) {
  static struct engine engine = {.lock = PTHREAD_MUTEX_INITIALIZER};
  EXPECT(troupe_set_allocator(NULL, NULL));
  EXPECT(troupe_set_allocator(allocate, &engine));
  run_script(&engine, argc, argv);
  EXPECT(!troupe_set_allocator(NULL, NULL));
  run_by_clock(&engine);
  EXPECT(engine.taken > 100);
  if (engine.blocks != 0) fprintf(stderr, "%ld blocks left\n", engine.blocks);
  EXPECT(engine.blocks == 0);
  printf("%s---\n%s", engine.log, engine.output);
  return 0;
}
