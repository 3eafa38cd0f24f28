/*
** For the small programs of the specs: a host whose modules are
** spec/fixtures/, and requests in one line.
*/
#ifndef EMBED_HOST_H
#define EMBED_HOST_H

#include <troupe.h>

#include "expect.h"

/* Started, with two workers, or what `options` says. */
static inline struct troupe *host_start(struct troupe_options *options) {
  struct troupe_options two = {0};
  char error[512];
  struct troupe *host;
  if (options == NULL) options = &two;
  options->size = sizeof *options;
  if (options->workers == 0) options->workers = 2;
  options->engine = true;
  options->path = "spec/fixtures/?.lua";
  host = troupe_new(options, error, sizeof error);
  if (host == NULL) fprintf(stderr, "%s\n", error);
  EXPECT(host != NULL);
  EXPECT(troupe_start(host));
  return host;
}

static inline void host_stop(struct troupe *host) {
  EXPECT(troupe_stop(host));
  troupe_free(host);
}

static inline uint64_t host_spawn(struct troupe *host, const char *module) {
  char error[512];
  uint64_t pid =
      troupe_spawn_wait(host, module, NULL, 0, error, sizeof error);
  if (pid == 0) fprintf(stderr, "%s\n", error);
  EXPECT(pid != 0);
  return pid;
}

/* Resets the writer: a request of this name and, unless it is NULL, a text. */
static inline const struct troupe_writer *request(struct troupe_writer *writer,
                                                  const char *name,
                                                  const char *text) {
  troupe_writer_reset(writer);
  troupe_write_text(writer, name);
  if (text != NULL) troupe_write_text(writer, text);
  return writer;
}

/* The string in front, with a NUL; "-" if it is none. */
static inline const char *text_of(struct troupe_reader *reader, char text[100]) {
  const char *bytes = "-";
  size_t size = 1;
  troupe_read_string(reader, &bytes, &size);
  snprintf(text, 100, "%.*s", (int)size, bytes);
  return text;
}

#endif
