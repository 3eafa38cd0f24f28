/* Calls, casts and starts from one thread, the engine's. */
#include "host.h"

#include <inttypes.h>

struct answer {
  int count;
  bool ok;
  char kind[32];
  int64_t number;
};

static void answered(void *context, const struct troupe_result *result) {
  struct answer *answer = context;
  struct troupe_reader values = result->values;
  answer->count++;
  answer->ok = result->ok;
  snprintf(answer->kind, sizeof answer->kind, "%s",
           result->ok ? "" : result->kind);
  troupe_read_integer(&values, &answer->number);
}

static void poll_until(struct troupe *host, const int *count, int wanted) {
  while (*count < wanted) troupe_poll(host, 1000);
}

static const struct troupe_writer *add(struct troupe_writer *writer, int a,
                                       int b) {
  request(writer, "add", NULL);
  troupe_write_integer(writer, a);
  troupe_write_integer(writer, b);
  return writer;
}

static void answers(struct troupe *host, struct troupe_writer *writer,
                    uint64_t clerk) {
  struct answer answer = {0};
  struct troupe_result *result =
      troupe_call_wait(host, troupe_to(clerk), add(writer, 1, 2), 0);
  int64_t sum = 0;
  EXPECT(result->ok && result->error == NULL && result->kind == NULL);
  EXPECT(troupe_left(&result->values) == 1);
  EXPECT(troupe_read_integer(&result->values, &sum) && sum == 3);
  troupe_result_free(result);
  EXPECT(troupe_call(host, troupe_to(clerk), add(writer, 3, 4), UINT64_MAX,
                     answered, &answer));
  EXPECT(answer.count == 0);
  poll_until(host, &answer.count, 1);
  EXPECT(answer.ok && answer.number == 7);
}

/* The first line of the error is `text`. */
static void expect_error(struct troupe_result *result, const char *text,
                         const char *kind, bool begun) {
  char line[300];
  EXPECT(result != NULL && !result->ok);
  snprintf(line, sizeof line, "%.*s", (int)strcspn(result->error, "\n"),
           result->error);
  EXPECT_TEXT(text, line);
  EXPECT_TEXT(kind, result->kind);
  EXPECT(result->begun == begun);
  EXPECT(troupe_peek(&result->values) == TROUPE_ERROR);
  troupe_result_free(result);
}

static void fails(struct troupe *host, struct troupe_writer *writer) {
  uint64_t clerk = host_spawn(host, "clerk");
  struct troupe_target target = troupe_to(clerk);
  struct troupe_reader reason;
  struct troupe_result *result;
  char text[100];
  result = troupe_call_wait(host, target, request(writer, "raise", "boom"), 0);
  EXPECT(strstr(result->error, "clerk, call \"raise\"") != NULL);
  EXPECT(strstr(result->error, "gateway") == NULL);
  EXPECT(troupe_field(&result->values, "reason", &reason));
  EXPECT_TEXT("boom", text_of(&reason, text));
  expect_error(result, "exit: boom", "exit", true);
  result = troupe_call_wait(host, target, add(writer, 1, 2), 0);
  snprintf(text, sizeof text, "noactor: there is no actor");
  EXPECT(strncmp(result->error, text, strlen(text)) == 0);
  EXPECT_TEXT("noactor", result->kind);
  troupe_result_free(result);
  expect_error(troupe_call_wait(host, troupe_named("nobody"),
                                request(writer, "x", NULL), 0),
               "noactor: nobody is registered as \"nobody\"", "noactor", false);
}

static void is_late(struct troupe *host, struct troupe_writer *writer,
                    uint64_t clerk) {
  struct troupe_result *result = troupe_call_wait(
      host, troupe_to(clerk), request(writer, "never", NULL), 20);
  EXPECT_TEXT("timeout", result->kind);
  EXPECT(strstr(result->error, "a reply to \"never\" did not come from <") !=
         NULL);
  EXPECT(result->begun);
  troupe_result_free(result);
}

static void is_unknown(struct troupe *host, struct troupe_writer *writer,
                       uint64_t clerk) {
  struct troupe_result *result = troupe_call_wait(
      host, troupe_to(clerk), request(writer, "sing", NULL), 0);
  EXPECT_TEXT("badrequest", result->kind);
  EXPECT(!result->begun);
  troupe_result_free(result);
}

/* What comes behind the casts before it. */
static void expect_notes(struct troupe *host, struct troupe_writer *writer,
                         struct troupe_target target, int count) {
  struct troupe_result *result =
      troupe_call_wait(host, target, request(writer, "notes", NULL), 0);
  struct troupe_reader note;
  char text[100], wanted[20];
  EXPECT(result != NULL && result->ok);
  for (int i = 1; i <= count; i++) {
    snprintf(wanted, sizeof wanted, "%d", i);
    EXPECT(troupe_item(&result->values, (size_t)i, &note));
    EXPECT_TEXT(wanted, text_of(&note, text));
  }
  EXPECT(!troupe_item(&result->values, (size_t)count + 1, &note));
  troupe_result_free(result);
}

static void is_in_order(struct troupe *host, struct troupe_writer *writer,
                        struct troupe_target target) {
  char number[20];
  for (int round = 0; round < 20; round++) {
    for (int i = 1; i <= 100; i++) {
      snprintf(number, sizeof number, "%d", i);
      request(writer, "note", number);
      EXPECT(i % 2 ? troupe_cast(host, target, writer)
                   : troupe_send(host, target, writer));
    }
    expect_notes(host, writer, target, 100);
  }
}

/* Calls among themselves. */
static void calls_are_in_order(struct troupe *host,
                               struct troupe_writer *writer,
                               struct troupe_target target) {
  struct answer answer = {0};
  char number[20];
  for (int i = 1; i <= 1000; i++) {
    snprintf(number, sizeof number, "%d", i);
    EXPECT(troupe_call(host, target, request(writer, "note", number), 0,
                       answered, &answer));
  }
  poll_until(host, &answer.count, 1000);
  EXPECT(answer.ok && answer.number == 1000);
  expect_notes(host, writer, target, 1000);
}

static void is_refused(struct troupe *host, struct troupe_writer *writer,
                       uint64_t clerk) {
  EXPECT(!troupe_cast(host, troupe_to(0), request(writer, "note", NULL)));
  EXPECT_TEXT("expected a pid or a name to send to, got none",
              troupe_problem());
  EXPECT(!troupe_cast(host, troupe_to(7), writer));
  EXPECT_TEXT("expected a pid, got 7", troupe_problem());
  EXPECT(!troupe_cast(host, troupe_named("nobody"), writer));
  EXPECT_TEXT("nobody is registered as \"nobody\"", troupe_problem());
  EXPECT(!troupe_cast(host, troupe_entity("", "a"), writer));
  EXPECT_TEXT("expected an entity to have a module, got \"\"",
              troupe_problem());
  troupe_writer_reset(writer);
  EXPECT(!troupe_cast(host, troupe_to(clerk), writer));
  EXPECT_TEXT("expected the name of a request to come first, got no values",
              troupe_problem());
  EXPECT(troupe_call_wait(host, troupe_to(clerk), writer, 0) == NULL);
  EXPECT(!troupe_call(host, troupe_to(clerk), request(writer, "a", NULL), 0,
                      NULL, NULL));
  EXPECT_TEXT("expected a callback, got NULL", troupe_problem());
  EXPECT(!troupe_cast(host, troupe_to(clerk), NULL));
  EXPECT_TEXT("no memory", troupe_problem());
}

static void starts(struct troupe *host, struct troupe_writer *writer) {
  struct answer answer = {0};
  struct troupe_result *result;
  char error[512], text[100];
  uint64_t pid;
  troupe_writer_reset(writer);
  troupe_write_text(writer, "one");
  troupe_write_table(writer, 0, 1);
  troupe_write_text(writer, "name");
  troupe_write_text(writer, "chief");
  pid = troupe_spawn_wait(host, "clerk", writer, 0, error, sizeof error);
  EXPECT(pid != 0 && troupe_find(host, "chief") == pid);
  EXPECT(troupe_spawn_wait(host, "clerk", writer, 0, error, 20) == 0);
  EXPECT(strncmp(error, "exists: ", 8) == 0 && strlen(error) == 19);
  result = troupe_call_wait(host, troupe_named("chief"),
                            request(writer, "args", NULL), 0);
  EXPECT_TEXT("one", text_of(&result->values, text));
  troupe_result_free(result);
  EXPECT(troupe_spawn(host, "clerk", NULL, 0, answered, &answer));
  poll_until(host, &answer.count, 1);
  EXPECT(answer.ok);
  EXPECT(troupe_spawn_wait(host, "nothing", NULL, 0, error, sizeof error) ==
         0);
  EXPECT(strstr(error, "nothing") != NULL);
  EXPECT(troupe_spawn_wait(host, "", NULL, 0, error, sizeof error) == 0);
  EXPECT_TEXT("expected the name of a module to start", error);
  EXPECT(troupe_end(host, pid));
  while (troupe_end(host, pid)) continue;
  EXPECT(troupe_find(host, "chief") == 0);
}

/* With a table of one field as args or, if there are some, as options. */
static void does_not_start(struct troupe *host, struct troupe_writer *writer,
                           const char *field, const char *expected) {
  char error[512];
  troupe_writer_reset(writer);
  if (strcmp(field, "link") == 0) troupe_write_nil(writer);
  troupe_write_table(writer, 0, 1);
  troupe_write_text(writer, field);
  troupe_write_text(writer, "today");
  EXPECT(troupe_spawn_wait(host, "clerk", writer, 0, error, sizeof error) ==
         0);
  error[strcspn(error, "\n")] = '\0';
  EXPECT_TEXT(expected, error);
}

static void finds_entities(struct troupe *host, struct troupe_writer *writer) {
  struct troupe_target target = troupe_entity("clerk", "ada");
  struct troupe_result *result;
  char text[100];
  is_in_order(host, writer, target);
  calls_are_in_order(host, writer, target);
  result = troupe_call_wait(host, target, request(writer, "args", NULL), 0);
  EXPECT_TEXT("ada", text_of(&result->values, text));
  troupe_result_free(result);
  result = troupe_call_wait(host, troupe_entity_number("clerk", 17),
                            request(writer, "args", NULL), 0);
  EXPECT(troupe_peek(&result->values) == TROUPE_INTEGER);
  troupe_result_free(result);
}

/* It is found by others while it starts. */
static void waits_for_an_entity(struct troupe *host,
                                struct troupe_writer *writer) {
  struct troupe_target gate = troupe_named("gate");
  struct troupe_target late = troupe_entity("clerk", "late");
  char number[20];
  host_spawn_named(host, "clerk", "gate", NULL);
  for (int i = 1; i <= 300; i++) {
    snprintf(number, sizeof number, "%d", i);
    EXPECT(troupe_cast(host, late, request(writer, "note", number)));
  }
  while (ask_number(host, gate, writer, "waiting") == 0) continue;
  EXPECT(troupe_cast(host, gate, request(writer, "release", NULL)));
  expect_notes(host, writer, late, 300);
}

int main(void) {
  struct troupe *host = host_start(NULL);
  struct troupe_writer *writer = troupe_writer_new();
  uint64_t clerk = host_spawn(host, "clerk");
  answers(host, writer, clerk);
  fails(host, writer);
  is_late(host, writer, clerk);
  is_unknown(host, writer, clerk);
  is_in_order(host, writer, troupe_to(clerk));
  calls_are_in_order(host, writer, troupe_to(clerk));
  is_refused(host, writer, clerk);
  starts(host, writer);
  does_not_start(host, writer, "refuse", "today");
  does_not_start(host, writer, "raise", "exit: today");
  does_not_start(host, writer, "link",
                 "badargument: expected no option link: who starts it is no "
                 "actor");
  finds_entities(host, writer);
  waits_for_an_entity(host, writer);
  troupe_writer_free(writer);
  host_stop(host);
  puts("done");
  return 0;
}
