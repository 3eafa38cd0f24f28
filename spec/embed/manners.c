/*
** What belongs to the process stays as it is: the actions of signals, the
** masks of threads, what is mapped, standard output. And a log into a pipe that
** nobody reads costs nobody's life.
*/
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#define SIGNALS 64
#define MAPS_SIZE 65536

static void received(int number) { (void)number; }

static void read_actions(struct sigaction actions[SIGNALS + 1]) {
  memset(actions, 0, (SIGNALS + 1) * sizeof *actions);
  for (int i = 1; i <= SIGNALS; i++) sigaction(i, NULL, &actions[i]);
}

static void expect_same_actions(const struct sigaction *before) {
  struct sigaction now[SIGNALS + 1];
  read_actions(now);
  for (int i = 1; i <= SIGNALS; i++) {
    EXPECT(now[i].sa_handler == before[i].sa_handler);
    EXPECT(now[i].sa_flags == before[i].sa_flags);
  }
}

/* The libraries that are mapped, one a line. */
static void read_maps(char libraries[MAPS_SIZE]) {
  char line[4096], last[4096] = "";
  FILE *maps = fopen("/proc/self/maps", "r");
  EXPECT(maps != NULL);
  libraries[0] = '\0';
  while (fgets(line, sizeof line, maps) != NULL) {
    const char *path = strchr(line, '/');
    if (path == NULL || strcmp(path, last) == 0) continue;
    strcpy(last, path);
    EXPECT(strlen(libraries) + strlen(path) + 1 < MAPS_SIZE);
    strcat(libraries, path);
  }
  fclose(maps);
}

static unsigned long long blocked_by(const char *thread) {
  char path[300], line[256];
  unsigned long long mask = 0;
  FILE *status;
  snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
  status = fopen(path, "r");
  EXPECT(status != NULL);
  while (fgets(line, sizeof line, status) != NULL)
    if (sscanf(line, "SigBlk: %llx", &mask) == 1) break;
  fclose(status);
  return mask;
}

/* Of a process of one thread that blocks nothing, and our workers. */
static void expect_deaf_workers(int least) {
  static const int others[] = {SIGINT,  SIGTERM, SIGHUP,  SIGALRM, SIGPIPE,
                               SIGCHLD, SIGUSR1, SIGPROF, SIGVTALRM};
  DIR *threads = opendir("/proc/self/task");
  struct dirent *thread;
  int deaf = 0;
  EXPECT(threads != NULL);
  while ((thread = readdir(threads)) != NULL) {
    unsigned long long mask;
    if (thread->d_name[0] == '.' || atol(thread->d_name) == (long)getpid())
      continue;
    mask = blocked_by(thread->d_name);
#ifdef __SANITIZE_THREAD__
    if (mask == 0 || mask == ~0ull >> 1) continue; /* the sanitizer's own */
#endif
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      EXPECT(mask >> (others[i] - 1) & 1);
    deaf++;
  }
  closedir(threads);
  EXPECT(deaf >= least);
}

static struct troupe *make(int log_fd, const char *slices) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host;
  options.log_fd = log_fd;
  options.slices = slices;
  host = host_make(&options);
  EXPECT(troupe_start(host));
  return host;
}

static void run(struct troupe *host, const char *code) {
  EXPECT(troupe_run_code(host, code, 0, NULL));
  EXPECT(host_status(host) == 0);
}

static void finish(struct troupe *host) {
  host_stop(host);
}

/* A hundred loops, none of which gives way by itself, and a child. */
static const char script[] =
    "local troupe = require 'troupe'\n"
    "print 'printed'\n"
    "io.write('written', '\\n') io.stderr:write 'also'\n"
    "warn('@on') warn('warned')\n"
    "os.execute('echo child; echo child >&2')\n"
    "local file <close> = io.popen('cat >/dev/null', 'w')\n"
    "file:write 'text'\n"
    "local until_then = os.clock() + 0.05\n"
    "while os.clock() < until_then do end\n"
    "troupe.sleep(0)\n";

static void by_step(struct troupe *host) {
  for (int i = 0; i < 100 && !troupe_ended(host); i++)
    EXPECT(troupe_step(host, 1000000));
}

static void by_poll(struct troupe *host) {
  for (int i = 0; i < 100 && !troupe_ended(host); i++) {
    EXPECT(!troupe_poll(host, 0));
    if (i > 0) EXPECT(troupe_step(host, 1000000));
  }
}

/* It begins with the stop: what has its end only then. */
static void by_stop(struct troupe *host) { EXPECT(troupe_stop(host)); }

/* A stepped host writes on this thread, to a child that has gone. */
static void step(void (*go_on)(struct troupe *host)) {
  struct troupe_options options = {.size = sizeof options};
  struct troupe *host;
  options.stepped = true;
  options.log_level = "off";
  host = host_make(&options);
  EXPECT(troupe_start(host));
  EXPECT(troupe_run_code(host,
                         "local file = io.popen('exec true', 'w')\n"
                         "file:setvbuf 'no'\n"
                         "local text = ('x'):rep(65536)\n"
                         "for _ = 1, 10 do\n"
                         "  if not file:write(text) then os.exit(4) end\n"
                         "end",
                         0, NULL));
  go_on(host);
  EXPECT(troupe_status(host) == 4);
  finish(host);
}

int main(void) {
  static struct sigaction before[SIGNALS + 1];
  static char maps[MAPS_SIZE], later[MAPS_SIZE];
  struct sigaction mine;
  struct troupe *host;
  sigset_t mask;
  int ends[2];
  EXPECT(pipe(ends) == 0);
  close(ends[0]);
  memset(&mine, 0, sizeof mine);
  mine.sa_handler = received;
  sigaction(SIGALRM, &mine, NULL);
  sigaction(SIGUSR1, &mine, NULL);
  read_actions(before);
  read_maps(maps);

  host = make(ends[1], NULL);
  run(host, script);
  expect_same_actions(before);
  expect_deaf_workers(2);
  read_maps(later);
  EXPECT_TEXT(maps, later);
  finish(host);

  sigprocmask(SIG_BLOCK, NULL, &mask);
  for (int i = 1; i <= SIGNALS; i++) EXPECT(sigismember(&mask, i) != 1);
  EXPECT(sigpending(&mask) == 0);
  for (int i = 1; i <= SIGNALS; i++) EXPECT(sigismember(&mask, i) != 1);

  /* Who allows it one signal loses that one, and no other. */
  host = make(ends[1], "signal");
  run(host, "local n = 0 for i = 1, 3e6 do n = n + i end");
  for (int i = 1; i < SIGRTMIN; i++) {
    struct sigaction now;
    if (sigaction(i, NULL, &now) == 0)
      EXPECT(now.sa_handler == before[i].sa_handler || i == SIGURG);
  }
  finish(host);
  close(ends[1]);
  step(by_step);
  step(by_poll);
  step(by_stop);
  return 0;
}
