/*
** For the small programs of the specs: a host whose modules are
** spec/fixtures/, and requests in one line.
*/
#ifndef EMBED_HOST_H
#define EMBED_HOST_H

#include <troupe.h>

#include "expect.h"

#include <poll.h>

/* Of just these options. */
static inline struct troupe *host_make(const struct troupe_options *options) {
  char error[512];
  struct troupe *host = troupe_new(options, error, sizeof error);
  if (host == NULL) fprintf(stderr, "%s\n", error);
  EXPECT(host != NULL);
  return host;
}

/* Started, with two workers, or what `options` says. */
static inline struct troupe *host_start(struct troupe_options *options) {
  struct troupe_options two = {0};
  struct troupe *host;
  if (options == NULL) options = &two;
  options->size = sizeof *options;
  if (options->workers == 0) options->workers = 2;
  options->engine = true;
  options->path = "spec/fixtures/?.lua";
  host = host_make(options);
  EXPECT(troupe_start(host));
  return host;
}

/* Of its script, once that has ended; why it failed goes to standard error. */
static inline int host_status(struct troupe *host) {
  struct pollfd end;
  end.fd = troupe_end_fd(host);
  end.events = POLLIN;
  while (poll(&end, 1, -1) < 1) continue;
  if (troupe_failed(host)) fprintf(stderr, "%s\n", troupe_error(host));
  return troupe_status(host);
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

/* With the options {name = name} or, unless `full` is NULL, also {mailbox =
** {size = 2, full = full}}. */
static inline uint64_t host_spawn_named(struct troupe *host,
                                        const char *module, const char *name,
                                        const char *full) {
  struct troupe_writer *writer = troupe_writer_new();
  char error[512];
  uint64_t pid;
  troupe_write_nil(writer);
  troupe_write_table(writer, 0, full != NULL ? 2 : 1);
  troupe_write_text(writer, "name");
  troupe_write_text(writer, name);
  if (full != NULL) {
    troupe_write_text(writer, "mailbox");
    troupe_write_table(writer, 0, 2);
    troupe_write_text(writer, "size");
    troupe_write_integer(writer, 2);
    troupe_write_text(writer, "full");
    troupe_write_text(writer, full);
  }
  pid = troupe_spawn_wait(host, module, writer, 0, error, sizeof error);
  if (pid == 0) fprintf(stderr, "%s\n", error);
  EXPECT(pid != 0);
  troupe_writer_free(writer);
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

/* What that answers, an integer. */
static inline int64_t ask_number(struct troupe *host,
                                 struct troupe_target target,
                                 struct troupe_writer *writer,
                                 const char *name) {
  struct troupe_result *result =
      troupe_call_wait(host, target, request(writer, name, NULL), 0);
  int64_t number = 0;
  EXPECT(result != NULL && result->ok);
  EXPECT(troupe_read_integer(&result->values, &number));
  troupe_result_free(result);
  return number;
}

/* The string in front, with a NUL; "-" if it is none. */
static inline const char *text_of(struct troupe_reader *reader,
                                  char text[100]) {
  const char *bytes = "-";
  size_t size = 1;
  troupe_read_string(reader, &bytes, &size);
  snprintf(text, 100, "%.*s", (int)size, bytes);
  return text;
}

#endif
