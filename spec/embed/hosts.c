/* Hosts come and go, several in one process, on one thread. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"
#include "thread.h"

#include <dirent.h>
#include <time.h>

static struct troupe_options usual(void) {
  struct troupe_options options = {.size = sizeof options, .workers = 1};
  options.log_level = "error";
  return options;
}

/* --- Options of other versions -------------------------------------------- */

static void refuse(const struct troupe_options *options, const char *why) {
  char error[256] = "";
  EXPECT(troupe_new(options, error, sizeof error) == NULL);
  EXPECT_TEXT(why, error);
  EXPECT(troupe_new(options, NULL, 0) == NULL);
}

static void check_sizes(void) {
  struct {
    struct troupe_options options;
    char more[24];
  } newer;
  struct troupe_options older = usual(), *options = &newer.options;
  memset(&newer, 0, sizeof newer);
  *options = usual();
  options->size = sizeof newer;
  host_stop(host_make(options));
  newer.more[23] = 1;
  refuse(options, "expected a struct troupe_options of this library's version, "
         TROUPE_VERSION ", or an older one, got a newer one");
  /* What stands behind an older one is no option. */
  older.size = offsetof(struct troupe_options, log_level);
  older.log_level = "not one";
  host_stop(host_make(&older));
  older.size = 0;
  refuse(&older, "expected a struct troupe_options with its size, got none");
  refuse(NULL, "expected a struct troupe_options with its size, got none");
  older = usual();
  older.workers = 257;
  refuse(&older, "expected 1 to 256 workers, got 257");
  older = usual();
  older.engine = true;
  older.clock = "virtual";
  refuse(&older, "expected no engine's thread with a virtual clock");
  older.clock = NULL;
  older.schedule = "seed=1";
  refuse(&older, "expected no engine's thread beside a schedule");
}

/* --- Who may poll --------------------------------------------------------- */

static void *poll_elsewhere(void *host) {
  EXPECT(!troupe_poll(host, 1000));
  EXPECT_TEXT("expected the engine's thread to poll, got another",
              troupe_problem());
  return NULL;
}

static void *adopt(void *host) {
  troupe_adopt(host);
  EXPECT(!troupe_poll(host, 1000));
  EXPECT_TEXT("", troupe_problem());
  return NULL;
}

static void check_poll(void) {
  struct troupe_options options = usual();
  struct troupe *host = host_make(&options);
  EXPECT(!troupe_poll(host, 1000) && troupe_wake_fd(host) == -1);
  EXPECT_TEXT("expected a host with options.engine to have a wake fd",
              troupe_problem());
  troupe_free(host);
  options.engine = true;
  host = host_make(&options);
  EXPECT(troupe_start(host) && troupe_wake_fd(host) >= 0);
  EXPECT(!troupe_poll(host, UINT64_MAX));
  run_thread(poll_elsewhere, host);
  run_thread(adopt, host);
  EXPECT(!troupe_poll(host, 0));
  EXPECT_TEXT("expected the engine's thread to poll, got another",
              troupe_problem());
  troupe_adopt(host);
  host_stop(host);
}

/* --- What an operator sees ------------------------------------------------ */

static void check_shown(void) {
  static const char code[] =
      "local list = require('troupe.inspect').workers()\n"
      "local last = list[#list]\n"
      "assert(#list == 3 and last.engine and not last.private)\n"
      "assert(last.index == 2 and last.queue == 0 and last.parked)\n"
      "assert(not list[1].engine and not list[2].engine)";
  struct troupe_options options = usual();
  struct troupe *host;
  options.workers = 2;
  options.engine = true;
  host = host_make(&options);
  EXPECT(troupe_start(host) && troupe_run_code(host, code, 0, NULL));
  EXPECT(host_status(host) == 0);
  host_stop(host);
}

/* --- Several -------------------------------------------------------------- */

#define CODE "os.exit(require('troupe').config('it'))"

static void check_two(void) {
  struct troupe_options options = usual();
  struct troupe *first = host_make(&options), *second;
  EXPECT(troupe_set(first, "it=1") && troupe_start(first));
  second = host_make(&options);
  EXPECT(troupe_set(second, "it=2") && troupe_start(second));
  EXPECT(troupe_run_code(first, CODE, 0, NULL));
  EXPECT(troupe_run_code(second, CODE, 0, NULL));
  EXPECT(host_status(second) == 2 && host_status(first) == 1);
  EXPECT(troupe_stop(first) && troupe_stop(second));
  troupe_free(first);
  troupe_free(second);
}

static int open_files(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  EXPECT(folder != NULL);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static void check_cycles(int count) {
  struct troupe_options options = usual();
  int files = open_files();
  options.engine = true;
  for (int i = 0; i < count; i++) {
    struct troupe *host = host_make(&options);
    EXPECT(troupe_start(host) && !troupe_poll(host, 100));
    host_stop(host);
  }
  EXPECT(open_files() == files);
}

int main(int argc, char **argv) {
  check_sizes();
  check_poll();
  check_shown();
  check_two();
  check_cycles(argc > 1 ? atoi(argv[1]) : 20);
  return 0;
}
