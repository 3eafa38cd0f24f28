/* The engine's thread: what is served there, when, and by whom. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"
#include "thread.h"

#include <poll.h>
#include <sched.h>

enum { THREADS = 4, POSTS = 5000, BOUND = 100 };

/* An actor on the engine's thread. It counts casts "note"(thread, number),
** which of each thread come in order, and is asked nothing else than to
** misuse. */
struct noter {
  struct troupe *host, *other; /* with `other`: it passes its notes on there */
  uint64_t pid, other_pid;
  pthread_t thread; /* where it has run last */
  unsigned notes, answers, last[THREADS];
  bool misuse, ended;
};

static struct troupe *make(void) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  struct troupe *host;
  options.engine = true;
  options.log_level = "error";
  host = host_make(&options);
  EXPECT(troupe_start(host));
  return host;
}

static bool is_readable(struct troupe *host, int timeout) {
  struct pollfd fd = {troupe_wake_fd(host), POLLIN, 0};
  return poll(&fd, 1, timeout) == 1;
}

static void note(struct troupe *host, uint64_t pid, unsigned thread,
                 unsigned number) {
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_text(writer, "note");
  troupe_write_integer(writer, thread);
  troupe_write_integer(writer, number);
  while (!troupe_cast(host, troupe_to(pid), writer)) sched_yield();
  troupe_writer_free(writer);
}

/* --- The actor ------------------------------------------------------------ */

static bool start(struct troupe_actor *self, struct troupe_reader *arguments) {
  struct noter *noter = troupe_context(self);
  (void)arguments;
  noter->pid = troupe_self(self);
  return true;
}

/* What would wait, or serve, is refused. */
static void misuse(struct noter *noter) {
  struct troupe_target target = troupe_to(noter->pid);
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_text(writer, "ask");
  EXPECT(!troupe_poll(noter->host, 1000));
  EXPECT_TEXT("a handler, a callback or a function of a module cannot poll",
              troupe_problem());
  EXPECT(!troupe_stop(noter->host));
  EXPECT_TEXT("a handler, a callback or a function of a module cannot stop "
              "its host",
              troupe_problem());
  EXPECT(troupe_call_wait(noter->host, target, writer, 10) == NULL);
  EXPECT(troupe_spawn_wait(noter->host, "noter", NULL, 10, NULL, 0) == 0);
  troupe_writer_free(writer);
}

static void handle(struct troupe_actor *self, struct troupe_request *request) {
  struct noter *noter = troupe_context(self);
  int64_t thread = 0, number = 0;
  noter->thread = pthread_self();
  if (noter->misuse) misuse(noter);
  if (request->kind == TROUPE_CALL) {
    EXPECT(troupe_reply(noter->host, request->from, NULL));
    return;
  }
  EXPECT(troupe_read_integer(&request->arguments, &thread));
  EXPECT(troupe_read_integer(&request->arguments, &number));
  EXPECT(noter->last[thread] + 1 == number);
  noter->last[thread]++;
  noter->notes++;
  if (noter->other != NULL)
    note(noter->other, noter->other_pid, (unsigned)thread, (unsigned)number);
}

static void end(struct troupe_actor *self, const char *reason) {
  struct noter *noter = troupe_context(self);
  (void)reason;
  noter->thread = pthread_self();
  noter->ended = true;
}

static void open_noter(struct noter *noter) {
  struct troupe_behaviour behaviour = {.size = sizeof behaviour,
                                       .name = "noter",
                                       .where = TROUPE_ON_POLL,
                                       .start = start,
                                       .handle = handle,
                                       .end = end};
  char error[512];
  uint64_t pid;
  memset(noter, 0, sizeof *noter);
  noter->host = make();
  behaviour.context = noter;
  EXPECT(troupe_register(noter->host, &behaviour));
  pid = troupe_spawn_wait(noter->host, "noter", NULL, 0, error, sizeof error);
  if (pid == 0) fprintf(stderr, "%s\n", error);
  EXPECT(pid != 0 && pid == noter->pid);
  while (troupe_poll(noter->host, 1000)) continue;
}

static void close_noter(struct noter *noter) {
  EXPECT(troupe_stop(noter->host));
  EXPECT(noter->ended && pthread_equal(noter->thread, pthread_self()));
  troupe_free(noter->host);
}

/* --- The wake fd, and the budget ------------------------------------------ */

static void check_budget(void) {
  struct noter noter;
  open_noter(&noter);
  EXPECT(!is_readable(noter.host, 0) && !troupe_poll(noter.host, 1000));
  for (unsigned i = 1; i <= 3; i++) note(noter.host, noter.pid, 0, i);
  for (unsigned i = 1; i <= 3; i++) {
    EXPECT(is_readable(noter.host, 0));
    troupe_poll(noter.host, 0);
    EXPECT(noter.notes == i);
  }
  while (troupe_poll(noter.host, 0)) continue;
  EXPECT(!is_readable(noter.host, 0));
  note(noter.host, noter.pid, 0, 4);
  EXPECT(is_readable(noter.host, 0) && !troupe_poll(noter.host, 100000));
  EXPECT(noter.notes == 4 && !is_readable(noter.host, 0));
  close_noter(&noter);
}

static void check_misuse(void) {
  struct noter noter;
  open_noter(&noter);
  noter.misuse = true;
  note(noter.host, noter.pid, 0, 1);
  troupe_poll(noter.host, 1000);
  EXPECT(noter.notes == 1);
  close_noter(&noter);
}

/* --- From several threads ------------------------------------------------- */

static void ask(struct noter *noter, troupe_callback *callback) {
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_text(writer, "ask");
  EXPECT(troupe_call(noter->host, troupe_to(noter->pid), writer, UINT64_MAX,
                     callback, noter));
  troupe_writer_free(writer);
}

struct poster {
  struct noter *noter;
  unsigned thread;
};

static void answered(void *context, const struct troupe_result *result) {
  struct noter *noter = context;
  if (!result->ok) fprintf(stderr, "%s\n", result->error);
  EXPECT(result->ok);
  noter->answers++;
}

static void *post_all(void *argument) {
  struct poster *poster = argument;
  struct noter *noter = poster->noter;
  for (unsigned i = 1; i <= POSTS; i++) {
    note(noter->host, noter->pid, poster->thread, i);
    if (i % BOUND == 0) ask(noter, answered);
  }
  return NULL;
}

static void check_threads(void) {
  struct noter noter;
  struct poster posters[THREADS];
  pthread_t threads[THREADS];
  open_noter(&noter);
  for (unsigned i = 0; i < THREADS; i++) {
    posters[i].noter = &noter;
    posters[i].thread = i;
    EXPECT(!pthread_create(&threads[i], NULL, post_all, &posters[i]));
  }
  while (noter.notes < THREADS * POSTS ||
         noter.answers < THREADS * POSTS / BOUND) {
    EXPECT(is_readable(noter.host, 20000));
    troupe_poll(noter.host, 50);
  }
  for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  close_noter(&noter);
}

/* --- Several hosts on a thread -------------------------------------------- */

static void check_hosts(void) {
  struct noter first, second;
  open_noter(&first);
  open_noter(&second);
  first.other = second.host;
  first.other_pid = second.pid;
  for (unsigned i = 1; i <= 1000; i++) {
    note(first.host, first.pid, 0, i);
    troupe_poll(first.host, 0);
    troupe_poll(second.host, 0);
  }
  while (troupe_poll(first.host, 0)) continue;
  while (troupe_poll(second.host, 0)) continue;
  EXPECT(first.notes == 1000 && second.notes == 1000);
  close_noter(&first);
  close_noter(&second);
}

/* --- Another thread ------------------------------------------------------- */

/* It makes the host, and is gone. */
static void *open_elsewhere(void *noter) {
  open_noter(noter);
  return NULL;
}

static void *poll_once(void *argument) {
  struct noter *noter = argument;
  troupe_adopt(noter->host);
  note(noter->host, noter->pid, 0, 1);
  while (noter->notes < 1) {
    EXPECT(is_readable(noter->host, 20000));
    troupe_poll(noter->host, 1000);
  }
  EXPECT(pthread_equal(noter->thread, pthread_self()));
  return NULL;
}

static void check_adopt(void) {
  struct noter noter;
  run_thread(open_elsewhere, &noter);
  run_thread(poll_once, &noter);
  troupe_adopt(noter.host);
  close_noter(&noter);
}

int main(void) {
  check_budget();
  check_misuse();
  check_threads();
  check_hosts();
  check_adopt();
  return 0;
}
