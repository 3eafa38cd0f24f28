/*
** A host with behaviours of C that a script, the second argument, uses. The
** first says what this thread does meanwhile: "poll"; "wait", without polling;
** or "none", then the host has no engine's thread.
**
** The behaviours are the same functions, on a worker ("worker") or on this
** thread ("polled"); "plain" has none. A third argument says how turns are
** interrupted, and there is one worker then. What `end` hears goes to standard
** output.
*/
#define _POSIX_C_SOURCE 200809L

#include "host.h"
#include "thread.h"

#include <poll.h>
#include <pthread.h>

struct counter {
  int64_t total;
  struct troupe_from owed;
  int downs;
  char reason[64];
};

static struct troupe_from last_owed;

static bool is(const struct troupe_request *request, const char *name) {
  return request->name != NULL && request->name_size == strlen(name) &&
         memcmp(request->name, name, request->name_size) == 0;
}

static bool start(struct troupe_actor *self,
                  struct troupe_reader *arguments) {
  struct counter *counter;
  int64_t total = 0;
  if (troupe_peek(arguments) == TROUPE_STRING) {
    troupe_refuse(self, "a string is no number");
    return false;
  }
  if (troupe_peek(arguments) == TROUPE_BOOLEAN) return false;
  troupe_read_integer(arguments, &total);
  counter = calloc(1, sizeof *counter);
  EXPECT(counter != NULL);
  counter->total = total;
  troupe_set_state(self, counter);
  return true;
}

static void reply_integer(struct troupe_actor *self,
                          const struct troupe_request *request,
                          int64_t value) {
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_integer(writer, value);
  EXPECT(troupe_reply(troupe_host(self), request->from, writer));
  EXPECT(!troupe_reply(troupe_host(self), request->from, writer));
  troupe_writer_free(writer);
}

static void add(struct troupe_actor *self, struct troupe_request *request) {
  struct counter *counter = troupe_state(self);
  int64_t more;
  if (!troupe_read_integer(&request->arguments, &more)) {
    troupe_refuse(self, "expected a number");
    return;
  }
  counter->total += more;
  if (request->kind == TROUPE_CALL)
    reply_integer(self, request, counter->total);
}

static void echo(struct troupe_actor *self, struct troupe_request *request) {
  struct troupe_writer *writer = troupe_writer_new();
  while (troupe_left(&request->arguments) > 0)
    troupe_write_copy(writer, &request->arguments);
  EXPECT(troupe_reply(troupe_host(self), request->from, writer));
  troupe_writer_free(writer);
}

/* --- A thread that replies ------------------------------------------------ */

struct errand {
  struct troupe *host;
  struct troupe_from from;
};

static void *run_errand(void *argument) {
  const struct errand *errand = argument;
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_text(writer, "from a thread");
  EXPECT(troupe_reply(errand->host, errand->from, writer));
  EXPECT(!troupe_reply_error(errand->host, errand->from, "again"));
  troupe_writer_free(writer);
  return NULL;
}

static void reply_from_thread(struct troupe_actor *self,
                              const struct troupe_request *request) {
  struct errand errand;
  errand.host = troupe_host(self);
  errand.from = request->from;
  run_thread(run_errand, &errand);
}

/* -------------------------------------------------------------------------- */

/* --- A handler that does not come back until another one lets it ---------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool open, holding;

static void hold(void) {
  pthread_mutex_lock(&lock);
  holding = true;
  pthread_cond_broadcast(&changed);
  while (!open) pthread_cond_wait(&changed, &lock);
  open = holding = false;
  pthread_mutex_unlock(&lock);
}

/* Waits until there is one. */
static void see_held(struct troupe_actor *self,
                     struct troupe_request *request) {
  pthread_mutex_lock(&lock);
  while (!holding) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  reply_integer(self, request, 0);
}

static void let_go(struct troupe_actor *self,
                   struct troupe_request *request) {
  pthread_mutex_lock(&lock);
  open = true;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  reply_integer(self, request, 0);
}

/* -------------------------------------------------------------------------- */

static void pay(struct troupe_actor *self, struct troupe_request *request) {
  struct counter *counter = troupe_state(self);
  bool paid = troupe_reply(troupe_host(self), counter->owed, NULL);
  if (request->kind == TROUPE_CALL) reply_integer(self, request, paid);
}

static void relate(struct troupe_actor *self,
                   struct troupe_request *request) {
  uint64_t pid = 0;
  EXPECT(!troupe_monitor(self, 0) && !troupe_link(self, 0));
  EXPECT_TEXT("expected a pid, got none", troupe_problem());
  EXPECT(troupe_read_pid(&request->arguments, &pid));
  if (is(request, "watch")) EXPECT(troupe_monitor(self, pid));
  if (is(request, "unwatch")) troupe_demonitor(self, pid);
  if (is(request, "link")) EXPECT(troupe_link(self, pid));
  if (is(request, "unlink")) troupe_unlink(self, pid);
  reply_integer(self, request, 0);
}

static void tell_self(struct troupe_actor *self,
                      struct troupe_request *request) {
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_pid(writer, troupe_self(self));
  EXPECT(troupe_reply(troupe_host(self), request->from, writer));
  troupe_writer_free(writer);
}

static void tell_downs(struct troupe_actor *self,
                       struct troupe_request *request) {
  struct counter *counter = troupe_state(self);
  struct troupe_writer *writer = troupe_writer_new();
  troupe_write_integer(writer, counter->downs);
  troupe_write_text(writer, counter->reason);
  EXPECT(troupe_reply(troupe_host(self), request->from, writer));
  troupe_writer_free(writer);
}

static void leave(struct troupe_actor *self, struct troupe_request *request) {
  const char *bytes;
  char reason[64];
  size_t size;
  if (!troupe_read_string(&request->arguments, &bytes, &size)) {
    troupe_leave_actor(self, NULL);
    return;
  }
  EXPECT(size < sizeof reason);
  memcpy(reason, bytes, size);
  reason[size] = '\0';
  troupe_leave_actor(self, reason);
}

static void handle(struct troupe_actor *self,
                   struct troupe_request *request) {
  struct counter *counter = troupe_state(self);
  EXPECT(request->size == sizeof *request);
  if (is(request, "add")) add(self, request);
  else if (is(request, "echo")) echo(self, request);
  else if (is(request, "thread")) reply_from_thread(self, request);
  else if (is(request, "owe")) last_owed = counter->owed = request->from;
  else if (is(request, "pay")) pay(self, request);
  else if (is(request, "hold")) hold();
  else if (is(request, "held")) see_held(self, request);
  else if (is(request, "go")) let_go(self, request);
  else if (is(request, "leave")) leave(self, request);
  else if (is(request, "self")) tell_self(self, request);
  else if (is(request, "downs")) tell_downs(self, request);
  else if (request->name_size > 3) relate(self, request);
  else troupe_unknown(self);
}

static void down(struct troupe_actor *self, uint64_t pid,
                 const char *reason) {
  struct counter *counter = troupe_state(self);
  EXPECT(pid != 0 && pid != troupe_self(self));
  counter->downs++;
  snprintf(counter->reason, sizeof counter->reason, "%s", reason);
}

static void end(struct troupe_actor *self, const char *reason) {
  EXPECT(troupe_context(self) != NULL);
  printf("%s %s\n", (const char *)troupe_context(self), reason);
  free(troupe_state(self));
  troupe_leave_actor(self, "too late");
}

/* Of a header that knows more than the library, and says so. */
static void register_later(struct troupe *host) {
  struct {
    struct troupe_behaviour known;
    int unknown;
  } later = {{.size = sizeof later, .name = "later",
              .where = TROUPE_ON_WORKER}, 1};
  EXPECT(!troupe_register(host, &later.known));
  later.unknown = 0;
  EXPECT(troupe_register(host, &later.known));
}

static void register_all(struct troupe *host) {
  struct troupe_behaviour behaviour = {.size = sizeof behaviour};
  char name[] = "worker";
  EXPECT(!troupe_register(host, &behaviour));
  EXPECT_TEXT("expected the name of a behaviour, got none",
              troupe_problem());
  behaviour.name = "plain";
  behaviour.where = TROUPE_ON_WORKER;
  EXPECT(troupe_register(host, &behaviour));
  behaviour.start = start;
  behaviour.handle = handle;
  behaviour.down = down;
  behaviour.end = end;
  behaviour.name = name;
  behaviour.context = "worker";
  EXPECT(troupe_register(host, &behaviour));
  EXPECT(!troupe_register(host, &behaviour));
  EXPECT_TEXT("there is a behaviour worker already", troupe_problem());
  name[0] = '?'; /* a copy is kept */
  behaviour.name = "polled";
  behaviour.context = "polled";
  behaviour.where = TROUPE_ON_POLL;
  EXPECT(troupe_register(host, &behaviour));
}

static void serve(struct troupe *host, const char *how) {
  bool polls = strcmp(how, "poll") == 0;
  struct pollfd fds[2];
  fds[0].fd = troupe_end_fd(host);
  fds[1].fd = polls ? troupe_wake_fd(host) : -1;
  fds[0].events = fds[1].events = POLLIN;
  while (!troupe_ended(host)) {
    while (poll(fds, 2, -1) < 1) continue;
    if (polls) troupe_poll(host, 1000);
  }
}

int main(int argc, char **argv) {
  struct troupe_options options = {.size = sizeof options, .workers = 2,
                                   .log_level = "error"};
  char error[256];
  struct troupe *host;
  int status;
  EXPECT(argc >= 3);
  options.engine = strcmp(argv[1], "none") != 0;
  if (argc > 3) options.slices = argv[3], options.workers = 1;
  host = troupe_new(&options, error, sizeof error);
  if (host == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  register_later(host);
  EXPECT(troupe_start(host));
  register_all(host);
  EXPECT(troupe_run_code(host, argv[2], 0, NULL));
  serve(host, argv[1]);
  status = troupe_status(host);
  if (troupe_failed(host)) fprintf(stderr, "%s\n", troupe_error(host));
  EXPECT(troupe_stop(host));
  EXPECT(!troupe_reply(host, last_owed, NULL));
  troupe_free(host);
  return status;
}
