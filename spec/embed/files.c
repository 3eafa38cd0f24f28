/*
** Modules in memory, and files that this program reads for its host. Runs the
** script that it is given, and the file pack/main.lua if there is a second
** argument. The behaviour "adder" adds modules: call(pid, name, code) -> true,
** or what is wrong.
*/
#define _POSIX_C_SOURCE 200809L

#include "host.h"

struct pack {
  const char *name, *bytes;
};

static const struct pack packs[] = {
    {"pack/item.lua", "local item = {}\nfunction item.fail() error('no') end\n"
                      "item.cost = 7\nreturn item\n"},
    {"pack/torn.lua", "return {\n  1 +\n}\n"},
    {"pack/main.lua", "local item = require 'item'\n"
                      "assert(item.cost == 7 and ... == 'word')\n"
                      "assert(require 'troupe'.config 'speed' == 3)\n"},
    {"pack/settings.lua", "return {speed = 3}\n"},
    {"assets/map.txt", "#..#"},
};

static int owed;

static bool read_file(void *context, const char *name,
                      struct troupe_file *file) {
  size_t i;
  EXPECT(context == &owed);
  for (i = 0; i < sizeof packs / sizeof *packs; i++) {
    if (strcmp(packs[i].name, name) != 0) continue;
    if (file == NULL) return true;
    file->size = strlen(packs[i].bytes);
    file->handle = malloc(file->size);
    memcpy(file->handle, packs[i].bytes, file->size);
    file->bytes = file->handle;
    __atomic_add_fetch(&owed, 1, __ATOMIC_RELAXED);
    return true;
  }
  return false;
}

static void release_file(void *context, struct troupe_file *file) {
  EXPECT(context == &owed && file->bytes == file->handle);
  free(file->handle);
  __atomic_sub_fetch(&owed, 1, __ATOMIC_RELAXED);
}

/* --- Modules in memory ---------------------------------------------------- */

static bool add(struct troupe *host, const char *name, const char *code) {
  return troupe_add_module(host, name, code, strlen(code));
}

static void handle(struct troupe_actor *self, struct troupe_request *request) {
  struct troupe_writer *writer = troupe_writer_new();
  char *name = calloc(1, request->name_size + 1);
  const char *code = "";
  size_t size = 0;
  memcpy(name, request->name, request->name_size);
  EXPECT(troupe_read_string(&request->arguments, &code, &size));
  if (troupe_add_module(troupe_host(self), name, code, size))
    troupe_write_boolean(writer, true);
  else
    troupe_write_text(writer, troupe_problem());
  EXPECT(troupe_reply(troupe_host(self), request->from, writer));
  troupe_writer_free(writer);
  free(name);
}

static void add_all(struct troupe *host) {
  struct troupe_behaviour adder = {.size = sizeof adder, .name = "adder",
                                   .where = TROUPE_ON_WORKER,
                                   .handle = handle};
  char code[] = "return {number = 1}";
  EXPECT(troupe_register(host, &adder));
  EXPECT(add(host, "game.one", code));
  code[strlen("return {number = ")] = '?'; /* it is copied */
  EXPECT(!add(host, "game.two", "return {\n  number = = 2}\n"));
  EXPECT_TEXT("game/two.lua:2: unexpected symbol near '='", troupe_problem());
  EXPECT(!add(host, "", ""));
  EXPECT_TEXT("expected the name of a module, got none", troupe_problem());
  EXPECT(!add(host, "troupe.pool", ""));
  EXPECT_TEXT("troupe.pool is a part of the host, and stays as it is",
              troupe_problem());
  EXPECT(!add(host, "adder", ""));
  EXPECT_TEXT("there is a behaviour adder already", troupe_problem());
}

static void serve(struct troupe *host) {
  host_status(host);
  EXPECT(troupe_stop(host));
  EXPECT(__atomic_load_n(&owed, __ATOMIC_RELAXED) == 0);
}

int main(int argc, char **argv) {
  static const char *const words[] = {"word"};
  struct troupe_options options = {.size = sizeof options, .workers = 2,
                                   .log_level = "off"};
  struct troupe *host;
  EXPECT(argc >= 2);
  options.path = "pack/?.lua";
  options.read_file = read_file;
  options.release_file = release_file;
  options.context = &owed;
  options.watch = argc > 3;
  if (options.watch) options.log_level = "info";
  host = host_make(&options);
  add_all(host);
  EXPECT(troupe_load_settings(host, "pack/settings.lua"));
  EXPECT(troupe_load_settings(host, "pack/none.lua"));
  EXPECT(troupe_start(host));
  EXPECT(argc > 2 && argv[2][0] != '\0'
             ? troupe_run_file(host, argv[2], 1, words)
             : troupe_run_code(host, argv[1], 0, NULL));
  serve(host);
  troupe_free(host);
  return 0;
}
