#include "script/frame.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "script/binding.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/handle.h"
#include "script/value.h"

#define TEXT_LARGEST 512
#define STAGED_KEPT 4096 /* bytes that are kept for the next call */

/* What is wrong; first of which argument, then what. */
enum fault {
  FAULT_NONE,
  FAULT_TYPE,     /* culprit: another kind is expected: text */
  FAULT_FRACTION, /* culprit: an integer is expected, and it is a number */
  FAULT_ARGUMENT, /* culprit: text */
  FAULT_SEND,     /* culprit: it cannot be sent */
  FAULT_TEXT
};

enum result_kind {
  RESULT_NIL,
  RESULT_BOOLEAN,
  RESULT_INTEGER,
  RESULT_NUMBER,
  RESULT_PID,
  RESULT_HANDLE,
  RESULT_STRING, /* staged */
  RESULT_VALUES  /* staged, encoded */
};

struct result {
  enum result_kind kind;
  unsigned char flags; /* VALUES */
  uint16_t count;
  const struct binding *type; /* HANDLE */
  union {
    bool boolean;
    int64_t integer;
    double number;
    uint64_t id;
    struct {
      size_t at, size; /* STRING, VALUES: in body->staged */
    };
  };
};

/* A table among the arguments, encoded. */
struct encoded {
  struct encoded *next;
  struct buffer bytes;
};

struct troupe_frame {
  lua_State *L;
  const struct binding_function *function;
  struct encoded *encoded;
  int arguments, results;
  int culprit;
  enum fault fault;
  bool values; /* a result is of VALUES */
  struct result list[FRAME_RESULTS];
  char text[TEXT_LARGEST];
};

const struct binding *frame_binding(const struct troupe_frame *frame) {
  return frame->function->binding;
}

uint64_t frame_pid(const struct troupe_frame *frame) {
  return body_pid(body_of(frame->L));
}

/* --- Errors --------------------------------------------------------------- */

/* False, for who returns that. */
static bool note(struct troupe_frame *frame, enum fault fault, int culprit,
                 const char *text) {
  if (frame->fault != FAULT_NONE) return false;
  frame->fault = fault;
  frame->culprit = culprit;
  snprintf(frame->text, sizeof frame->text, "%s", text);
  return false;
}

void frame_fail(struct troupe_frame *frame, const char *text) {
  note(frame, FAULT_TEXT, 0, text != NULL ? text : "failed");
}

void frame_fail_argument(struct troupe_frame *frame, int number,
                         const char *text) {
  note(frame, FAULT_ARGUMENT, number, text != NULL ? text : "wrong");
}

/* Once more, now that it may be told. */
static int raise_unsendable(lua_State *L, int culprit) {
  struct buffer bytes;
  unsigned char flags;
  const char *what = lua_pushfstring(L, "argument %d", culprit);
  buffer_init(&bytes);
  codec_encode(L, culprit, what, &bytes, &flags);
  buffer_deinit(&bytes);
  return luaL_error(L, "not enough memory");
}

static int raise(lua_State *L, const struct troupe_frame *frame) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  switch (frame->fault) {
    case FAULT_TYPE:
      return luaL_typeerror(L, frame->culprit, frame->text);
    case FAULT_FRACTION:
    case FAULT_ARGUMENT:
      return luaL_argerror(L, frame->culprit, frame->text);
    case FAULT_SEND:
      return raise_unsendable(L, frame->culprit);
    default:
      return luaL_error(L, "%s", frame->text);
  }
}

/* --- Arguments ------------------------------------------------------------ */

int frame_count(const struct troupe_frame *frame) { return frame->arguments; }

static int type_of(const struct troupe_frame *frame, int number) {
  if (number < 1 || number > frame->arguments) return LUA_TNONE;
  return lua_type(frame->L, number);
}

static enum troupe_kind kind_of_userdata(lua_State *L, int number) {
  uint64_t id;
  return handle_test(L, number, &id) != NULL ? TROUPE_HANDLE : TROUPE_OTHER;
}

enum troupe_kind frame_kind(const struct troupe_frame *frame, int number) {
  lua_State *L = frame->L;
  switch (type_of(frame, number)) {
    case LUA_TNONE: return TROUPE_NONE;
    case LUA_TNIL: return TROUPE_NIL;
    case LUA_TBOOLEAN: return TROUPE_BOOLEAN;
    case LUA_TNUMBER:
      return lua_isinteger(L, number) ? TROUPE_INTEGER : TROUPE_NUMBER;
    case LUA_TSTRING: return TROUPE_STRING;
    case LUA_TTABLE: return TROUPE_TABLE;
    case LUA_TLIGHTUSERDATA:
      return value_is_pid(L, number) ? TROUPE_PID : TROUPE_OTHER;
    case LUA_TUSERDATA: return kind_of_userdata(L, number);
    default: return TROUPE_OTHER;
  }
}

bool frame_read_boolean(struct troupe_frame *frame, int number, bool *value) {
  if (type_of(frame, number) != LUA_TBOOLEAN)
    return note(frame, FAULT_TYPE, number, "boolean");
  *value = lua_toboolean(frame->L, number);
  return true;
}

bool frame_read_number(struct troupe_frame *frame, int number,
                       double *value) {
  if (unlikely(type_of(frame, number) != LUA_TNUMBER))
    return note(frame, FAULT_TYPE, number, "number");
  *value = lua_tonumberx(frame->L, number, NULL);
  return true;
}

bool frame_read_integer(struct troupe_frame *frame, int number,
                        int64_t *value) {
  lua_Integer read;
  int whole;
  if (unlikely(type_of(frame, number) != LUA_TNUMBER))
    return note(frame, FAULT_TYPE, number, "number");
  read = lua_tointegerx(frame->L, number, &whole);
  if (!whole)
    return note(frame, FAULT_FRACTION, number,
                "number has no integer representation");
  *value = read;
  return true;
}

bool frame_read_string(struct troupe_frame *frame, int number,
                       const char **bytes, size_t *size) {
  if (type_of(frame, number) != LUA_TSTRING)
    return note(frame, FAULT_TYPE, number, "string");
  *bytes = lua_tolstring(frame->L, number, size);
  return true;
}

bool frame_read_pid(struct troupe_frame *frame, int number, uint64_t *pid) {
  uint64_t read = ID_NONE;
  if (type_of(frame, number) == LUA_TLIGHTUSERDATA)
    read = value_pid(frame->L, number);
  if (read == ID_NONE) return note(frame, FAULT_TYPE, number, "pid");
  *pid = read;
  return true;
}

bool frame_read_handle(struct troupe_frame *frame, int number,
                       const char *type, uint64_t *id) {
  const struct binding *found = NULL;
  uint64_t read;
  if (type_of(frame, number) == LUA_TUSERDATA)
    found = handle_test(frame->L, number, &read);
  if (found == NULL || type == NULL || strcmp(found->name, type) != 0)
    return note(frame, FAULT_TYPE, number, type != NULL ? type : "no handle");
  *id = read;
  return true;
}

bool frame_read(struct troupe_frame *frame, int number,
                struct troupe_reader *reader) {
  struct encoded *encoded;
  unsigned char flags;
  values_read(reader, "", 0, 0);
  if (type_of(frame, number) == LUA_TNONE)
    return note(frame, FAULT_ARGUMENT, number, "value expected");
  encoded = memory_zalloc(sizeof *encoded);
  if (encoded == NULL)
    return note(frame, FAULT_TEXT, 0, "not enough memory");
  encoded->next = frame->encoded;
  frame->encoded = encoded;
  if (!codec_try(frame->L, number, &encoded->bytes, &flags))
    return note(frame, FAULT_SEND, number, "");
  values_read(reader, buffer_bytes(&encoded->bytes),
              buffer_size(&encoded->bytes), 1);
  return true;
}

static void free_encoded(struct troupe_frame *frame) {
  while (frame->encoded != NULL) {
    struct encoded *encoded = frame->encoded;
    frame->encoded = encoded->next;
    buffer_deinit(&encoded->bytes);
    memory_free(encoded);
  }
}

/* --- Results -------------------------------------------------------------- */

/* NULL: there are too many. */
static struct result *add(struct troupe_frame *frame, enum result_kind kind) {
  struct result *result;
  if (unlikely(frame->results == FRAME_RESULTS)) {
    note(frame, FAULT_TEXT, 0, "too many results of a function of C");
    return NULL;
  }
  result = &frame->list[frame->results++];
  result->kind = kind;
  return result;
}

void frame_return_nil(struct troupe_frame *frame) { add(frame, RESULT_NIL); }

void frame_return_boolean(struct troupe_frame *frame, bool value) {
  struct result *result = add(frame, RESULT_BOOLEAN);
  if (result != NULL) result->boolean = value;
}

void frame_return_integer(struct troupe_frame *frame, int64_t value) {
  struct result *result = add(frame, RESULT_INTEGER);
  if (result != NULL) result->integer = value;
}

void frame_return_number(struct troupe_frame *frame, double value) {
  struct result *result = add(frame, RESULT_NUMBER);
  if (result != NULL) result->number = value;
}

void frame_return_pid(struct troupe_frame *frame, uint64_t pid) {
  struct result *result;
  if (pid != ID_NONE && !id_valid(pid)) {
    note(frame, FAULT_TEXT, 0, "what a function of C returns is no pid");
    return;
  }
  result = add(frame, RESULT_PID);
  if (result != NULL) result->id = pid;
}

void frame_return_handle(struct troupe_frame *frame, const char *type,
                         uint64_t id) {
  const struct binding *found = bindings_find(
      frame_binding(frame)->bindings, BINDING_TYPE, type,
      type != NULL ? strlen(type) : 0);
  struct result *result;
  if (found == NULL) {
    note(frame, FAULT_TEXT, 0, "a function of C returns a handle of a type "
                               "that this host does not know");
    return;
  }
  result = add(frame, RESULT_HANDLE);
  if (result == NULL) return;
  result->type = found;
  result->id = id;
}

static void stage(struct troupe_frame *frame, struct result *result,
                  const void *bytes, size_t size) {
  struct buffer *staged = &body_of(frame->L)->staged;
  if (result == NULL) return;
  result->at = buffer_size(staged);
  result->size = size;
  if (size > 0 && !buffer_append(staged, bytes, size))
    note(frame, FAULT_TEXT, 0, "not enough memory");
}

void frame_return_string(struct troupe_frame *frame, const char *bytes,
                         size_t size) {
  if (bytes == NULL && size > 0)
    note(frame, FAULT_TEXT, 0, "a string is NULL");
  else
    stage(frame, add(frame, RESULT_STRING), bytes, size);
}

void frame_return_values(struct troupe_frame *frame,
                         const struct troupe_writer *writer) {
  struct result *result;
  struct values values;
  if (!values_written(writer, &values)) {
    note(frame, FAULT_TEXT, 0,
         writer != NULL ? troupe_writer_error(writer) : "not enough memory");
    return;
  }
  result = add(frame, RESULT_VALUES);
  stage(frame, result, values.bytes, values.size);
  if (result == NULL) return;
  result->count = values.count;
  result->flags = values.flags;
  frame->values = true;
}

static void push_result(lua_State *L, const struct result *result,
                        const struct buffer *staged) {
  switch (result->kind) {
    case RESULT_NIL: lua_pushnil(L); return;
    case RESULT_BOOLEAN: lua_pushboolean(L, result->boolean); return;
    case RESULT_INTEGER: lua_pushinteger(L, result->integer); return;
    case RESULT_NUMBER: lua_pushnumber(L, result->number); return;
    case RESULT_PID: value_push_pid(L, result->id); return;
    case RESULT_HANDLE: handle_push(L, result->type, result->id); return;
    default:
      lua_pushlstring(L, buffer_bytes(staged) + result->at, result->size);
  }
}

/* Values are pushed in two steps: what they decode to may run code of a script,
** and that call a function of C, which stages in the same place. */
static int push_values(lua_State *L, const struct troupe_frame *frame,
                       const struct buffer *staged) {
  int base = lua_gettop(L);
  luaL_checkstack(L, 2 * FRAME_RESULTS, NULL);
  for (int i = 0; i < frame->results; i++)
    push_result(L, &frame->list[i], staged);
  for (int i = 0; i < frame->results; i++) {
    const struct result *result = &frame->list[i];
    luaL_checkstack(L, 1 + FRAME_RESULTS, NULL);
    if (result->kind == RESULT_VALUES)
      codec_decode_values(L, lua_tostring(L, base + 1 + i), result->size,
                          result->count, result->flags);
    else
      lua_pushvalue(L, base + 1 + i);
  }
  return lua_gettop(L) - base - frame->results;
}

static int push_results(lua_State *L, const struct troupe_frame *frame) {
  const struct buffer *staged = &body_of(L)->staged;
  if (unlikely(frame->values)) return push_values(L, frame, staged);
  luaL_checkstack(L, FRAME_RESULTS + 4, NULL);
  for (int i = 0; i < frame->results; i++)
    push_result(L, &frame->list[i], staged);
  return frame->results;
}

/* --- The call ------------------------------------------------------------- */

/* What an earlier call has left, of which the results were pushed, or which was
** left by an error. */
static void clear_staged(struct buffer *staged) {
  if (staged->capacity > STAGED_KEPT)
    buffer_deinit(staged);
  else
    buffer_clear(staged);
}

int frame_call(lua_State *L) {
  const struct binding_function *function =
      lua_touserdata(L, lua_upvalueindex(1));
  struct buffer *staged = &body_of(L)->staged;
  struct troupe_frame frame;
  frame.L = L;
  frame.function = function;
  frame.encoded = NULL;
  frame.arguments = lua_gettop(L);
  frame.results = 0;
  frame.fault = FAULT_NONE;
  frame.values = false;
  if (staged->capacity != 0) clear_staged(staged);
  function->binding->bindings->face->run(function, &frame);
  if (unlikely(frame.encoded != NULL)) free_encoded(&frame);
  if (unlikely(frame.fault != FAULT_NONE)) return raise(L, &frame);
  return push_results(L, &frame);
}
