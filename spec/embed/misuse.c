/* What makes no sense is told, and does no harm. */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define TEXT(call, expected) \
  do { \
    EXPECT(!(call)); \
    EXPECT_TEXT(expected, troupe_error(host)); \
  } while (0)

static struct troupe *make(void) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  options.engine = true;
  options.log_level = "off";
  return host_make(&options);
}

static void give_null(struct troupe *host) {
  const struct troupe_behaviour log = {.size = sizeof log,
                                       .name = "troupe.log"};
  TEXT(troupe_set(host, NULL), "expected a setting, got NULL");
  TEXT(troupe_load_settings(host, NULL),
       "expected a file of settings, got NULL");
  TEXT(troupe_run_code(host, NULL, 0, NULL), "expected a script, got NULL");
  TEXT(troupe_run_file(host, NULL, 0, NULL), "expected a script, got NULL");
  TEXT(troupe_run_code(host, "", 1, NULL),
       "expected arguments for the script, got NULL");
  TEXT(troupe_run_code(host, "", -1, NULL),
       "expected arguments for the script, got fewer than none");
  EXPECT(!troupe_register(host, NULL));
  EXPECT_TEXT("expected a struct troupe_behaviour with its size, got none",
              troupe_problem());
  EXPECT(!troupe_register(host, &log));
  EXPECT_TEXT("troupe.log is a part of the host, and stays as it is",
              troupe_problem());
  EXPECT(!troupe_module(host, NULL));
  EXPECT_TEXT("expected a struct troupe_module with its size, got none",
              troupe_problem());
  EXPECT(!troupe_type(host, NULL));
  EXPECT_TEXT("expected a struct troupe_type with its size, got none",
              troupe_problem());
  EXPECT(!troupe_add_module(host, "imp", NULL, 7));
  EXPECT_TEXT("expected the code of imp, got NULL", troupe_problem());
  EXPECT(troupe_board(host, NULL, 1, 1) == NULL);
  EXPECT(troupe_find(host, NULL) == 0);
}

static void give_no_target(struct troupe *host) {
  const struct troupe_target none[] = {
      troupe_to(0), troupe_named(NULL), troupe_entity("a", NULL),
      troupe_entity(NULL, "a"), troupe_entity_number(NULL, 1)};
  struct troupe_writer *writer = troupe_writer_new();
  request(writer, "go", NULL);
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    EXPECT(!troupe_cast(host, none[i], writer));
    EXPECT_TEXT("expected a pid or a name to send to, got none",
                troupe_problem());
  }
  troupe_writer_free(writer);
}

static void reply_to_nobody(struct troupe *host) {
  struct troupe_from from = {UINT64_MAX, 7};
  EXPECT(!troupe_reply(host, from, NULL));
  EXPECT(!troupe_reply_error(host, from, "text"));
  EXPECT_TEXT("there is no reply to be given any more", troupe_problem());
  EXPECT(!troupe_reply_error(host, from, NULL));
  EXPECT_TEXT("expected an error's text, got NULL", troupe_problem());
}

static void give_no_values(void) {
  struct troupe_writer *writer = troupe_writer_new();
  struct troupe_reader cleared, value;
  memset(&cleared, 0, sizeof cleared);
  EXPECT(!troupe_field(&cleared, NULL, &value));
  EXPECT(!troupe_field(&cleared, "key", &value));
  EXPECT(troupe_peek(&value) == TROUPE_NONE && !troupe_skip(&cleared));
  troupe_write_copy(writer, NULL);
  EXPECT_TEXT("what is to be copied is no value", troupe_writer_error(writer));
  troupe_write_copy(NULL, NULL);
  troupe_writer_free(writer);
}

static void ask_for_more_than_there_is(void) {
  struct troupe_options options = {.size = sizeof options};
  char error[256] = "";
  options.cpath = "./?.so";
  EXPECT(troupe_new(&options, error, sizeof error) == NULL);
  EXPECT_TEXT("expected no cpath: libtroupe loads no C modules", error);
  options.cpath = "";
  options.tests = true;
  EXPECT(troupe_new(&options, error, sizeof error) == NULL);
  EXPECT_TEXT("expected no tests: only the command runs them", error);
}

/* Once each, and in order. */
static void go_astray(struct troupe *host) {
  TEXT(troupe_run_code(host, "", 0, NULL),
       "a host is to be started before its script runs");
  EXPECT(troupe_start(host));
  TEXT(troupe_start(host), "a host is started once, and this one has been");
  TEXT(troupe_run_file(host, "-", 0, NULL),
       "expected a file, got -: libtroupe reads no standard input");
  EXPECT(troupe_run_code(host, "return {}", 0, NULL));
  TEXT(troupe_run_code(host, "", 0, NULL), "a host has one script, and had it");
  EXPECT(troupe_stop(host) && troupe_stop(host));
  TEXT(troupe_run_code(host, "", 0, NULL), "the host has stopped");
  TEXT(troupe_start(host), "a host is started once, and this one has been");
}

static void make_none(void) {
  struct troupe_options options = {.size = SIZE_MAX, .grace = -1};
  EXPECT(troupe_new(&options, NULL, 0) == NULL);
  EXPECT_TEXT("expected a struct troupe_options with its size, got none",
              troupe_problem());
  options.size = sizeof options;
  EXPECT(troupe_new(&options, NULL, 0) == NULL);
  EXPECT_TEXT("expected a grace of 0 seconds or more, got -1",
              troupe_problem());
}

static void run_no_lua(void) {
  struct troupe *host = host_start(NULL);
  struct pollfd ended = {.fd = troupe_end_fd(host), .events = POLLIN};
  EXPECT(troupe_run_code(host, "x = = 1", 0, NULL));
  EXPECT(poll(&ended, 1, 10000) == 1 && troupe_failed(host));
  EXPECT_TEXT("(script):1: unexpected symbol near '='", troupe_error(host));
  host_stop(host);
}

static void hear(void *context, enum troupe_log_level level, const char *line,
                 size_t size) {
  (void)context, (void)size;
  if (level == TROUPE_LOG_ERROR) puts(line);
}

static void free_inside(void *context, const struct troupe_result *result) {
  (void)result;
  EXPECT(!troupe_stop(context));
  troupe_free(context);
}

/* In a callback it is not freed; without a stop it is stopped. */
static void free_early(void) {
  struct troupe_options options = {.log = hear};
  struct troupe *host = host_start(&options);
  struct troupe_writer *writer = troupe_writer_new();
  request(writer, "go", NULL);
  EXPECT(troupe_call(host, troupe_named("nobody"), writer, 0, free_inside,
                     host));
  EXPECT(troupe_spawn_wait(host, "clerk", NULL, 0, NULL, 0) != 0);
  troupe_writer_free(writer);
  troupe_free(host);
}

static void start_another(void) {
/* A sanitizer ends a child that starts threads, or has left one of its own
** locks to a thread that is not there. */
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
  struct troupe *host = host_start(NULL);
  host_spawn(host, "clerk");
  host_stop(host);
#endif
}

/* In a child of fork() nothing waits for threads that are not there. */
static void fork_it(void) {
  struct troupe *host = host_start(NULL);
  pid_t child = fork();
  int status;
  EXPECT(child >= 0);
  if (child == 0) {
    EXPECT(!troupe_stop(host));
    EXPECT_TEXT("the host is in the process that this one is forked from",
                troupe_problem());
    EXPECT(troupe_spawn_wait(host, "clerk", NULL, 0, NULL, 0) == 0);
    troupe_free(host);
    start_another();
    _exit(0);
  }
  EXPECT(waitpid(child, &status, 0) == child && status == 0);
  host_spawn(host, "clerk");
  host_stop(host);
}

int main(void) {
  struct troupe *host = make();
  give_null(host);
  give_no_target(host);
  reply_to_nobody(host);
  give_no_values();
  ask_for_more_than_there_is();
  go_astray(host);
  troupe_free(host);
  make_none();
  run_no_lua();
  free_early();
  fork_it();
  puts("done");
  return 0;
}
