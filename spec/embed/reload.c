/* A module in memory, edited while actors run it. */
#define _POSIX_C_SOURCE 200809L

#include "host.h"

#include <poll.h>

struct answer {
  bool came, ok;
  int64_t version, actors;
  char text[400];
};

static void answered(void *context, const struct troupe_result *result) {
  struct answer *answer = context;
  struct troupe_reader values = result->values, field;
  char text[100];
  EXPECT(!answer->came);
  answer->came = true;
  answer->ok = result->ok;
  if (!result->ok) {
    snprintf(answer->text, sizeof answer->text, "%s", result->error);
  } else if (troupe_peek(&values) == TROUPE_TABLE) {
    EXPECT(troupe_field(&values, "version", &field) &&
           troupe_read_integer(&field, &answer->version));
    EXPECT(troupe_field(&values, "actors", &field) &&
           troupe_read_integer(&field, &answer->actors));
  } else {
    EXPECT(troupe_skip(&values));
    strcpy(answer->text, text_of(&values, text));
  }
}

static struct answer reload(struct troupe *host, const char *module) {
  struct answer answer = {0};
  struct pollfd wake = {.events = POLLIN};
  wake.fd = troupe_wake_fd(host);
  EXPECT(troupe_reload(host, module, 0, answered, &answer));
  while (!answer.came) {
    while (poll(&wake, 1, -1) < 1) continue;
    troupe_poll(host, 1000);
  }
  return answer;
}

static void put(struct troupe *host, const char *says) {
  char code[200];
  snprintf(code, sizeof code,
           "local imp = {call = {}}\n"
           "function imp.init() return {count = 0} end\n"
           "function imp.call.count(state)\n"
           "  state.count = state.count + 1\n"
           "  return '%s ' .. state.count\n"
           "end\n"
           "return imp\n",
           says);
  EXPECT(troupe_add_module(host, "game.imp", code, strlen(code)));
}

static void counts(struct troupe *host, uint64_t pid, const char *expected) {
  struct troupe_writer *writer = troupe_writer_new();
  struct troupe_result *result = troupe_call_wait(
      host, troupe_to(pid), request(writer, "count", NULL), 0);
  char text[100];
  EXPECT(result != NULL && result->ok);
  EXPECT_TEXT(expected, text_of(&result->values, text));
  troupe_result_free(result);
  troupe_writer_free(writer);
}

int main(void) {
  struct troupe_options options = {.log_level = "off"};
  struct troupe *host = host_start(&options);
  struct answer answer;
  uint64_t pid, other;
  put(host, "old");
  EXPECT_TEXT("not loaded", reload(host, "game.imp").text);
  pid = host_spawn(host, "game.imp");
  other = host_spawn(host, "game.imp");
  counts(host, pid, "old 1");
  EXPECT_TEXT("unchanged", reload(host, "game.imp").text);
  put(host, "new");
  counts(host, pid, "old 2");
  answer = reload(host, "game.imp");
  EXPECT(answer.ok && answer.version == 2 && answer.actors == 2);
  counts(host, pid, "new 3");
  counts(host, other, "new 1");
  EXPECT(troupe_add_module(host, "game.imp", "error 'torn'", 12));
  answer = reload(host, "game.imp");
  EXPECT(!answer.ok && strstr(answer.text, "game/imp.lua:1: torn") != NULL);
  counts(host, pid, "new 4");
  EXPECT(!reload(host, "game.none").ok);
  EXPECT(!troupe_reload(host, NULL, 0, answered, &answer));
  host_stop(host);
  return 0;
}
