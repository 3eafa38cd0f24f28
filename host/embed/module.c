/*
** Modules of C: what of a frame (script/frame.h) the engine sees. That is below
** Lua, which this layer does not know.
*/
#include "embed/module.h"

#include <string.h>

#include "embed/code.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/problem.h"
#include "embed/sized.h"
#include "script/binding.h"
#include "script/frame.h"

static void run(const struct binding_function *function,
                struct troupe_frame *frame) {
  inside_enter();
  function->run(frame);
  inside_leave();
}

static bool describe(const struct binding *type, uint64_t id, char *text,
                     size_t size) {
  bool there;
  inside_enter();
  there = type->describe(type->context, id, text, size);
  inside_leave();
  text[size - 1] = '\0';
  return there;
}

static const struct bindings_face face = {run, describe};

void modules_install(struct troupe *host) {
  host->script->bindings->host = host;
  host->script->bindings->face = &face;
}

/* --- Registering ---------------------------------------------------------- */

static bool check_functions(const struct troupe_method *functions) {
  for (; functions != NULL && functions->name != NULL; functions++)
    if (functions->run == NULL)
      return problem_set("expected a function for %s, got none",
                         functions->name);
  return true;
}

static bool add(struct troupe *host, const struct binding *binding,
                const struct troupe_method *functions) {
  if (!check_functions(functions)) return false;
  switch (bindings_add(host->script->bindings, binding, functions)) {
    case STATUS_OK:
      return true;
    case STATUS_EXISTS:
      return problem_set("there is a %s %s already",
                         binding->kind == BINDING_TYPE ? "type" : "module",
                         binding->name);
    default:
      return problem_set("not enough memory");
  }
}

bool troupe_module(struct troupe *host, const struct troupe_module *given) {
  struct troupe_module module;
  struct binding binding = {.kind = BINDING_MODULE};
  if (!sized_take(given, &module, sizeof module, "troupe_module") ||
      !code_check_name(host, module.name))
    return false;
  binding.name = module.name;
  binding.context = module.context;
  return add(host, &binding, module.functions);
}

bool troupe_type(struct troupe *host, const struct troupe_type *given) {
  struct troupe_type type;
  struct binding binding = {.kind = BINDING_TYPE};
  if (!sized_take(given, &type, sizeof type, "troupe_type")) return false;
  if (type.name == NULL || type.name[0] == '\0' ||
      strlen(type.name) > CODE_NAME)
    return problem_set("expected the name of a type, of at most %d bytes",
                       CODE_NAME);
  binding.name = type.name;
  binding.context = type.context;
  binding.describe = type.describe;
  return add(host, &binding, type.methods);
}

/* --- Frames --------------------------------------------------------------- */

void *troupe_frame_context(const struct troupe_frame *frame) {
  return frame_binding(frame)->context;
}

struct troupe *troupe_frame_host(const struct troupe_frame *frame) {
  return frame_binding(frame)->bindings->host;
}

uint64_t troupe_frame_caller(const struct troupe_frame *frame) {
  return frame_pid(frame);
}

int troupe_argument_count(const struct troupe_frame *frame) {
  return frame_count(frame);
}

enum troupe_kind troupe_argument_kind(const struct troupe_frame *frame,
                                      int number) {
  return frame_kind(frame, number);
}

bool troupe_argument_boolean(struct troupe_frame *frame, int number,
                             bool *value) {
  return frame_read_boolean(frame, number, value);
}

bool troupe_argument_integer(struct troupe_frame *frame, int number,
                             int64_t *value) {
  return frame_read_integer(frame, number, value);
}

bool troupe_argument_number(struct troupe_frame *frame, int number,
                            double *value) {
  return frame_read_number(frame, number, value);
}

bool troupe_argument_string(struct troupe_frame *frame, int number,
                            const char **bytes, size_t *size) {
  return frame_read_string(frame, number, bytes, size);
}

bool troupe_argument_pid(struct troupe_frame *frame, int number,
                         uint64_t *pid) {
  return frame_read_pid(frame, number, pid);
}

bool troupe_argument_handle(struct troupe_frame *frame, int number,
                            const char *type, uint64_t *id) {
  return frame_read_handle(frame, number, type, id);
}

bool troupe_argument_reader(struct troupe_frame *frame, int number,
                            struct troupe_reader *reader) {
  return frame_read(frame, number, reader);
}

void troupe_return_nil(struct troupe_frame *frame) { frame_return_nil(frame); }

void troupe_return_boolean(struct troupe_frame *frame, bool value) {
  frame_return_boolean(frame, value);
}

void troupe_return_integer(struct troupe_frame *frame, int64_t value) {
  frame_return_integer(frame, value);
}

void troupe_return_number(struct troupe_frame *frame, double value) {
  frame_return_number(frame, value);
}

void troupe_return_string(struct troupe_frame *frame, const char *bytes,
                          size_t size) {
  frame_return_string(frame, bytes, size);
}

void troupe_return_pid(struct troupe_frame *frame, uint64_t pid) {
  frame_return_pid(frame, pid);
}

void troupe_return_handle(struct troupe_frame *frame, const char *type,
                          uint64_t id) {
  frame_return_handle(frame, type, id);
}

void troupe_return_values(struct troupe_frame *frame,
                          const struct troupe_writer *values) {
  frame_return_values(frame, values);
}

void troupe_fail(struct troupe_frame *frame, const char *text) {
  frame_fail(frame, text);
}

void troupe_fail_argument(struct troupe_frame *frame, int number,
                          const char *text) {
  frame_fail_argument(frame, number, text);
}
