/*
** Error objects, and the text of values and stacks that goes into them.
**
** A script can change whatever is in an error object, so nothing in one is
** believed: fields are read raw and printed only if they are text.
*/
#include "script/failure.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/quote.h"
#include "script/body.h"
#include "script/class.h"
#include "script/codec.h"
#include "script/finaliser.h"
#include "script/script.h"
#include "script/value.h"
#include "script/words.h"

#define LINES_FIRST 10 /* of a long stack */
#define LINES_LAST 11

static const char *const kinds[] = {
#define FAILURE_TEXT(name, text) text,
    FAILURE_LIST(FAILURE_TEXT)
#undef FAILURE_TEXT
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

/* Its address is the metatable's key in the registry. */
static const char metatable_name[] = "error";

/* --- Text of a value ------------------------------------------------------ */

static void push_quoted(lua_State *L, int index) {
  char text[QUOTE_SIZE];
  size_t size;
  const char *bytes = lua_tolstring(L, index, &size);
  lua_pushstring(L, quote_text(bytes, size, text));
}

static void push_userdata(lua_State *L, int index) {
  if (lua_getmetatable(L, index)) {
    lua_pushliteral(L, "__name");
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_type(L, -1) == LUA_TSTRING) return;
    lua_pop(L, 1);
  }
  lua_pushliteral(L, "userdata");
}

const char *failure_describe(lua_State *L, int index) {
  char text[ID_TEXT_SIZE];
  uint64_t pid = value_pid(L, index);
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
      lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
      break;
    case LUA_TNUMBER: /* a copy: the value itself would become a string */
      lua_pushvalue(L, index);
      lua_tolstring(L, -1, NULL);
      break;
    case LUA_TSTRING: push_quoted(L, index); break;
    case LUA_TUSERDATA: push_userdata(L, index); break;
    default:
      lua_pushstring(L, pid != ID_NONE ? id_text(pid, text)
                                       : luaL_typename(L, index));
  }
  return lua_tostring(L, -1);
}

/* --- Making --------------------------------------------------------------- */

/* Takes the message at the top and pushes the object. */
static void make(lua_State *L, enum failure kind) {
  lua_createtable(L, 0, 4);
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  lua_pushstring(L, kinds[kind]);
  lua_setfield(L, -2, "kind");
  failure_metatable(L);
  finaliser_setmetatable(L, -2);
}

void failure_push(lua_State *L, enum failure kind, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  make(L, kind);
}

/* Is this function one of our own, of lua/troupe? */
static bool is_library(lua_State *L, lua_Debug *frame) {
  lua_getinfo(L, "S", frame);
  return strncmp(frame->source, "=troupe/", 8) == 0;
}

/* Pushes the position that is to blame: of the function that called into the
** host or its library. */
static void push_where(lua_State *L) {
  lua_Debug frame;
  int level = 1;
  while (lua_getstack(L, level, &frame) && is_library(L, &frame)) level++;
  luaL_where(L, level);
}

int failure_raise(lua_State *L, enum failure kind, const char *format, ...) {
  va_list arguments;
  push_where(L);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_concat(L, 2);
  make(L, kind);
  return lua_error(L);
}

int failure_expected(lua_State *L, const char *what, const char *type,
                     int index) {
  const char *got = failure_describe(L, index);
  return failure_raise(L, FAILURE_BADARGUMENT, "expected %s to be %s, got %s",
                       what, type, got);
}

/* --- Looking at ----------------------------------------------------------- */

void *failure_check(lua_State *L, int index, const struct class *class,
                    const char *what) {
  void *block = class_test(L, index, class);
  if (block == NULL) failure_expected(L, what, class->expected, index);
  return block;
}

bool failure_is(lua_State *L, int index) {
  bool same;
  if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
    return false;
  same = lua_rawgetp(L, LUA_REGISTRYINDEX, metatable_name) == LUA_TTABLE &&
         lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

/* Pushes a field of the table at `index`, raw. Returns its type. */
static int push_field(lua_State *L, int index, const char *name) {
  index = lua_absindex(L, index);
  lua_pushstring(L, name);
  return lua_rawget(L, index);
}

/* The same, but pushes nothing unless it is a string. */
static bool push_text(lua_State *L, int index, const char *name) {
  if (push_field(L, index, name) == LUA_TSTRING) return true;
  lua_pop(L, 1);
  return false;
}

/* Takes the value at the top. */
static void set_field(lua_State *L, int index, const char *name) {
  index = lua_absindex(L, index);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  lua_rawset(L, index);
}

enum failure failure_kind(lua_State *L, int index) {
  enum failure kind = FAILURE_EXIT;
  ASSERT(failure_is(L, index), "only error objects have a kind");
  if (!push_text(L, index, "kind")) return kind;
  for (size_t i = 0; i < KIND_COUNT; i++)
    if (strcmp(lua_tostring(L, -1), kinds[i]) == 0) kind = (enum failure)i;
  lua_pop(L, 1);
  return kind;
}

void failure_set_begun(lua_State *L, int index, bool begun) {
  index = lua_absindex(L, index);
  ASSERT(failure_is(L, index), "a request's error is an error object");
  lua_pushboolean(L, begun);
  set_field(L, index, "begun");
}

/* --- From any value ------------------------------------------------------- */

/* Pushes the text of what a script raised. Its __tostring is asked, as by the
** stock interpreter. */
static void push_message(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TSTRING || type == LUA_TNUMBER || value_is_pid(L, index) ||
      luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    luaL_tolstring(L, index, NULL);
    return;
  }
  lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, index));
}

void failure_from(lua_State *L) {
  int value = lua_gettop(L);
  luaL_checkstack(L, 8, NULL);
  if (failure_is(L, value)) return;
  push_message(L, value);
  make(L, FAILURE_EXIT);
  if (codec_can_send(L, value)) {
    lua_pushvalue(L, value);
    set_field(L, -2, "reason");
  }
  lua_replace(L, value);
  lua_settop(L, value);
}

/* --- Names ---------------------------------------------------------------- */

void failure_set_name(lua_State *L, uint64_t pid) {
  char text[WORDS_KEY_SIZE];
  if (!words_key_of(body_of(L)->script->scheduler, pid, text)) return;
  lua_pushstring(L, text);
  set_field(L, -2, "name");
}

/* --- Hops ----------------------------------------------------------------- */

/* Pushes obj.trace, made if there is none. */
static void push_trace(lua_State *L, int object) {
  if (push_field(L, object, "trace") == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, -1);
  set_field(L, object, "trace");
}

void failure_add_hop(lua_State *L, int index, const char *request,
                     const char *stack, size_t size) {
  struct body *body = body_of(L);
  luaL_checkstack(L, 6, NULL);
  index = lua_absindex(L, index);
  ASSERT(failure_is(L, index), "hops are added to error objects");
  push_trace(L, index);
  lua_createtable(L, 0, 4);
  value_push_pid(L, body_pid(body));
  set_field(L, -2, "pid");
  lua_pushstring(L, body->behaviour); /* nil for NULL */
  set_field(L, -2, "behaviour");
  failure_set_name(L, body_pid(body));
  lua_pushstring(L, request);
  set_field(L, -2, "request");
  lua_pushlstring(L, stack, size);
  set_field(L, -2, "stack");
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 1);
}

bool failure_is_own(lua_State *L, int index) {
  bool own;
  lua_getfield(L, index, "trace");
  if (lua_type(L, -1) != LUA_TTABLE) {
    lua_pop(L, 1);
    return false;
  }
  lua_rawgeti(L, -1, (lua_Integer)lua_rawlen(L, -1));
  own = false;
  if (lua_type(L, -1) == LUA_TTABLE) {
    lua_getfield(L, -1, "pid");
    own = lua_touserdata(L, -1) ==
          (void *)(uintptr_t)body_pid(body_of(L));
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
  return own;
}

/* --- __tostring ----------------------------------------------------------- */

/* `before` and the text in a field, if there is one. */
static void add_field(lua_State *L, luaL_Buffer *out, int index,
                      const char *name, const char *before) {
  if (!push_text(L, index, name)) return;
  lua_pushstring(L, before);
  lua_insert(L, -2);
  lua_concat(L, 2);
  luaL_addvalue(out);
}

/* "<0.9.1> disk ("disk1")" */
static void add_who(lua_State *L, luaL_Buffer *out, int entry,
                    const char *nobody) {
  char text[ID_TEXT_SIZE];
  uint64_t pid;
  push_field(L, entry, "pid");
  pid = value_pid(L, -1);
  lua_pop(L, 1);
  luaL_addstring(out, pid != ID_NONE ? id_text(pid, text) : nobody);
  add_field(L, out, entry, "behaviour", " ");
  if (!push_text(L, entry, "name")) return;
  lua_pushfstring(L, " (%s)", lua_tostring(L, -1));
  lua_remove(L, -2);
  luaL_addvalue(out);
}

/* Each line of the stack on a line of its own. */
static void add_stack(lua_State *L, luaL_Buffer *out, int hop) {
  if (!push_text(L, hop, "stack")) return;
  luaL_gsub(L, lua_tostring(L, -1), "\n", "\n    ");
  lua_remove(L, -2);
  if (lua_rawlen(L, -1) == 0) {
    lua_pop(L, 1);
    return;
  }
  lua_pushliteral(L, "\n    ");
  lua_insert(L, -2);
  lua_concat(L, 2);
  luaL_addvalue(out);
}

static void add_hop(lua_State *L, luaL_Buffer *out, int hop, bool first) {
  luaL_addstring(out, first ? "\n  in " : "\n  called by ");
  add_who(L, out, hop, "outside");
  add_field(L, out, hop, "request", ", ");
  add_stack(L, out, hop);
}

/* Somebody else who had to do with it, and what he was doing. */
static void add_other(lua_State *L, luaL_Buffer *out, int entry, bool first) {
  (void)first;
  luaL_addstring(out, "\n  ");
  add_who(L, out, entry, "somebody");
  add_field(L, out, entry, "doing", " ");
  add_stack(L, out, entry);
}

/* Whoever closed a circle is in the trace. */
static void add_member(lua_State *L, luaL_Buffer *out, int entry, bool first) {
  if (!first) add_other(L, out, entry, false);
}

/* All that is a table in the list that is a field of the object. The stack:
** the object, the list, an entry, and what the buffer needs. */
static void add_list(lua_State *L, luaL_Buffer *out, const char *name,
                     void (*add)(lua_State *L, luaL_Buffer *out, int entry,
                                 bool first)) {
  lua_Unsigned count = 0;
  lua_pushstring(L, name);
  if (lua_rawget(L, 1) == LUA_TTABLE) count = lua_rawlen(L, -1);
  lua_replace(L, 2);
  for (lua_Unsigned i = 1; i <= count; i++) {
    bool is_entry = lua_rawgeti(L, 2, (lua_Integer)i) == LUA_TTABLE;
    lua_replace(L, 3);
    if (is_entry) add(L, out, 3, i == 1);
  }
}

int failure_tostring(lua_State *L) {
  luaL_Buffer out;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  luaL_buffinit(L, &out);
  add_field(L, &out, 1, "kind", "");
  add_field(L, &out, 1, "message", ": ");
  add_list(L, &out, "culprit", add_other);
  add_list(L, &out, "circle", add_member);
  add_list(L, &out, "trace", add_hop);
  luaL_pushresult(&out);
  return 1;
}

/* "failed: " .. err */
static int concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

void failure_metatable(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, metatable_name) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, failure_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushcfunction(L, concat);
  lua_setfield(L, -2, "__concat");
  lua_pushliteral(L, "error");
  lua_setfield(L, -2, "__name");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, metatable_name);
}

/* --- The Lua stack -------------------------------------------------------- */

/* One past the outermost level. */
static int count_levels(lua_State *L) {
  lua_Debug frame;
  int low = 0, high = 1; /* low exists or is 0, high does not at the end */
  while (lua_getstack(L, high, &frame)) {
    low = high;
    high *= 2;
  }
  while (low < high) {
    int middle = (low + high) / 2;
    if (lua_getstack(L, middle, &frame))
      low = middle + 1;
    else
      high = middle;
  }
  return high;
}

/* The host's own function, from which the handler was called, says nothing. */
static bool is_host_frame(lua_State *L, int level) {
  lua_Debug frame;
  return lua_getstack(L, level, &frame) && lua_getinfo(L, "Sn", &frame) &&
         *frame.what == 'C' && *frame.namewhat == '\0';
}

static bool add_function(const lua_Debug *frame, struct buffer *out) {
  if (strcmp(frame->namewhat, "global") == 0)
    return buffer_format(out, "function '%s'", frame->name);
  if (*frame->namewhat != '\0')
    return buffer_format(out, "%s '%s'", frame->namewhat, frame->name);
  if (*frame->what == 'm') return buffer_format(out, "main chunk");
  if (*frame->what == 'C') return buffer_format(out, "?");
  return buffer_format(out, "function <%s:%d>", frame->short_src,
                       frame->linedefined);
}

static bool add_frame(lua_State *L, int level, struct buffer *out) {
  lua_Debug frame;
  bool added;
  if (!lua_getstack(L, level, &frame)) return true;
  lua_getinfo(L, "Slnt", &frame);
  if (frame.currentline > 0)
    added = buffer_format(out, "%s:%d: in ", frame.short_src,
                          frame.currentline);
  else
    added = buffer_format(out, "%s: in ", frame.short_src);
  return added && add_function(&frame, out) &&
         (!frame.istailcall || buffer_format(out, " (...tail calls...)"));
}

/* Where it ends: what of our library has called the script's function, a
** task's, say, is none of the script's business. */
static int without_library(lua_State *L, int level, int end) {
  lua_Debug frame;
  int left = end;
  if (end == level || !lua_getstack(L, end - 1, &frame) ||
      !is_library(L, &frame))
    return end;
  while (left > level && lua_getstack(L, left - 1, &frame) &&
         (is_library(L, &frame) || frame.what[0] == 'C'))
    left--;
  return left > level ? left : end;
}

bool failure_stack(lua_State *L, int level, struct buffer *out) {
  int end = count_levels(L);
  int first = level;
  while (end > level && is_host_frame(L, end - 1)) end--;
  end = without_library(L, level, end);
  for (; level < end; level++) {
    if (level > first && !buffer_append(out, "\n", 1)) return false;
    if (level == first + LINES_FIRST &&
        end - level > LINES_LAST + 1) {
      int skipped = end - level - LINES_LAST;
      if (!buffer_format(out, "...(skipping %d levels)\n", skipped))
        return false;
      level += skipped;
    }
    if (!add_frame(L, level, out)) return false;
  }
  return true;
}
