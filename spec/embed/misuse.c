/* What makes no sense is told, and does no harm. */
#include "host.h"

#define TEXT(call, expected) \
  do { \
    EXPECT(!(call)); \
    EXPECT_TEXT(expected, troupe_error(host)); \
  } while (0)

static struct troupe *make(void) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  char error[256];
  struct troupe *host;
  options.engine = true;
  options.log_level = "off";
  host = troupe_new(&options, error, sizeof error);
  EXPECT(host != NULL);
  return host;
}

static void give_null(struct troupe *host) {
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
  EXPECT_TEXT("expected the name of a behaviour, got none", troupe_problem());
  EXPECT(!troupe_module(host, NULL));
  EXPECT_TEXT("expected a module with its size, got none", troupe_problem());
  EXPECT(!troupe_type(host, NULL));
  EXPECT_TEXT("expected a type with its size, got none", troupe_problem());
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

/* Once each, and in order. */
static void go_astray(struct troupe *host) {
  TEXT(troupe_run_code(host, "", 0, NULL),
       "a host is to be started before its script runs");
  EXPECT(troupe_start(host));
  TEXT(troupe_start(host), "a host is started once, and this one has been");
  EXPECT(troupe_run_code(host, "return {}", 0, NULL));
  TEXT(troupe_run_code(host, "", 0, NULL), "a host has one script, and had it");
  EXPECT(troupe_stop(host) && troupe_stop(host));
  TEXT(troupe_run_code(host, "", 0, NULL), "the host has stopped");
  TEXT(troupe_start(host), "a host is started once, and this one has been");
}

int main(void) {
  struct troupe *host = make();
  give_null(host);
  give_no_target(host);
  reply_to_nobody(host);
  give_no_values();
  go_astray(host);
  troupe_free(host);
  puts("done");
  return 0;
}
