#define _GNU_SOURCE /* fopencookie */

#include "base/shim.h"

#include <stddef.h>

#include "base/check.h"

FILE *shim_stdin, *shim_stdout, *shim_stderr;
const struct in6_addr shim_in6addr_any = IN6ADDR_ANY_INIT;
char *const shim_environ[] = {NULL};

/* --- Streams -------------------------------------------------------------- */

static ssize_t read_nothing(void *cookie, char *bytes, size_t size) {
  (void)cookie, (void)bytes, (void)size;
  return 0;
}

static ssize_t write_nowhere(void *cookie, const char *bytes, size_t size) {
  (void)cookie, (void)bytes;
  return (ssize_t)size;
}

__attribute__((constructor(101))) static void open_stream(void) {
  cookie_io_functions_t functions = {.read = read_nothing,
                                     .write = write_nowhere};
  FILE *stream = fopencookie(NULL, "r+", functions);
  CHECK(stream != NULL, "a stream that leads nowhere");
  setvbuf(stream, NULL, _IONBF, 0);
  shim_stdin = shim_stdout = shim_stderr = stream;
}

__attribute__((destructor(101))) static void close_stream(void) {
  fclose(shim_stdin);
}

/* --- Ends ----------------------------------------------------------------- */

_Noreturn void shim_abort(void) {
  check_failed(__FILE__, __LINE__, "abort", "a library in it has given up");
}

_Noreturn void shim_exit(int status) {
  (void)status;
  check_failed(__FILE__, __LINE__, "exit", "nobody here ends the process");
}

_Noreturn void shim_quit(int status) { shim_exit(status); }

_Noreturn void shim_assert_fail(const char *condition, const char *file,
                                unsigned line, const char *function) {
  check_failed(file, (int)line, condition, function);
}

/* --- Loading -------------------------------------------------------------- */

void *shim_dlopen(const char *file, int mode) {
  (void)file, (void)mode;
  return NULL;
}

void *shim_dlsym(void *handle, const char *name) {
  (void)handle, (void)name;
  return NULL;
}

int shim_dlclose(void *handle) {
  (void)handle;
  return -1;
}

char *shim_dlerror(void) {
  return (char *)"libtroupe loads no libraries";
}
