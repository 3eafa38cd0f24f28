/*
** Codec, the way out: Lua values to bytes.
**
** While a value is walked, nothing is called that can raise: only raw reads
** and lua_checkstack, so no script code comes in between. What cannot be sent
** makes the walk return false all the way up; the memory is given back first
** and the error raised last. On its way up the failed walk notes the stack
** index of the key at each level: the keys are still on the Lua stack, and
** name the path.
**
** A table's items, the values of 1, 2, 3, are written without their keys. As
** far as they lie in the array part they are read by lua_rawgeti, many at a
** time; the rest is walked by lua_next, and the first key that does not come
** in order makes a pair of it and of all after it. Each field is met exactly
** once wherever Lua keeps it. A hole below the length is written as nil while
** most fields before it are there, so that {nil, "x"} keeps its length.
*/
#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "codec/block.h"
#include "codec/format.h"
#include "codec/seen.h"
#include "script/codec.h"
#include "script/codec_array.h"
#include "script/codec_problem.h"
#include "script/codec_text.h"
#include "script/failure.h"
#include "script/handle.h"
#include "script/value.h"

#define HOLES 8 /* a list may have so many holes more than fields */
#define BATCH 8 /* items on the stack at a time */

enum purpose {
  TO_SEND,
  TO_KEEP, /* as bytes: nothing that lives in this host only */
  TO_SHOW  /* whatever cannot be sent becomes a text */
};

struct encoder {
  lua_State *L;
  enum purpose purpose;
  unsigned char flags;
  int depth;
  int top;     /* of the Lua stack, below what the outermost table put there */
  int guarded; /* tables with a metatable, on the way to this value */
  struct block block;
  struct seen seen;
  struct problem problem;
};

/* Its address is the key under which the registry keeps it. */
static const char module_name[] = "__module";

static bool put_value(struct encoder *e, int index);

static void encoder_init(struct encoder *e, lua_State *L,
                         enum purpose purpose) {
  e->L = L;
  e->purpose = purpose;
  e->flags = 0;
  e->depth = 0;
  e->guarded = 0;
  e->problem.kind = PROBLEM_NONE;
  e->problem.step_count = 0;
  block_init(&e->block);
  seen_init(&e->seen);
}

static void encoder_deinit(struct encoder *e) {
  block_deinit(&e->block);
  seen_deinit(&e->seen);
}

static bool fail(struct encoder *e, enum problem_kind kind) {
  e->problem.kind = kind;
  return false;
}

static inline bool room(struct encoder *e, size_t size) {
  return block_room(&e->block, size) || fail(e, PROBLEM_MEMORY);
}

static inline bool put_tag(struct encoder *e, unsigned tag) {
  if (!room(e, 1)) return false;
  *e->block.at++ = (unsigned char)tag;
  return true;
}

/* A tag, a number and `size` bytes more. */
static bool put_bytes(struct encoder *e, unsigned tag, const void *bytes,
                      size_t size) {
  if (!room(e, 1 + VARINT_LARGEST + size)) return false;
  *e->block.at++ = (unsigned char)tag;
  e->block.at = codec_put_varint(e->block.at, size);
  memcpy(e->block.at, bytes, size);
  e->block.at += size;
  return true;
}

/* What cannot be sent is shown as a text. */
static bool put_text(struct encoder *e, int index, const char *culprit) {
  char text[CODEC_TEXT_SIZE];
  if (!lua_checkstack(e->L, 4)) return fail(e, PROBLEM_MEMORY);
  return put_bytes(e, TAG_LONG_STRING, text,
                   codec_text(e->L, index, culprit, text));
}

static bool refuse(struct encoder *e, int index, const char *culprit) {
  if (e->purpose == TO_SHOW) return put_text(e, index, culprit);
  e->problem.culprit = culprit;
  return fail(e, e->purpose == TO_KEEP ? PROBLEM_ENCODE : PROBLEM_SEND);
}

/*
** A string that is noted, not copied, must live until the walk is over. So it
** does, though growing the Lua stack may run an emergency collection: all is
** reachable from the values that are sent. But what a weak table has may go
** then, and a table with a metatable may be weak: no string below one is
** noted.
*/
static bool put_long_string(struct encoder *e, const char *bytes,
                            size_t size) {
  if (e->purpose == TO_SHOW && block_size(&e->block) + size > CODEC_SHOWN)
    return fail(e, PROBLEM_SIZE);
  if (size < BLOCK_LONG || e->guarded > 0)
    return put_bytes(e, TAG_LONG_STRING, bytes, size);
  if (!room(e, 1 + VARINT_LARGEST)) return false;
  *e->block.at++ = TAG_LONG_STRING;
  e->block.at = codec_put_varint(e->block.at, size);
  return block_note(&e->block, bytes, size) || fail(e, PROBLEM_MEMORY);
}

static inline bool put_string(struct encoder *e, int index) {
  size_t size;
  const char *bytes = lua_tolstring(e->L, index, &size);
  if (size >= TAG_STRING_LIMIT) return put_long_string(e, bytes, size);
  if (!room(e, TAG_STRING_LIMIT)) return false;
  *e->block.at++ = (unsigned char)(TAG_STRING + size);
  memcpy(e->block.at, bytes, size);
  e->block.at += size;
  return true;
}

static inline bool put_number(struct encoder *e, int index) {
  if (!room(e, 9)) return false;
  if (lua_isinteger(e->L, index)) {
    lua_Integer value = lua_tointegerx(e->L, index, NULL);
    e->block.at = codec_put_integer(e->block.at, value);
  } else {
    lua_Number value = lua_tonumberx(e->L, index, NULL);
    *e->block.at++ = TAG_FLOAT;
    memcpy(e->block.at, &value, 8);
    e->block.at += 8;
  }
  return true;
}

/* --- Userdata ------------------------------------------------------------- */

static bool put_light(struct encoder *e, int index) {
  uint64_t pid = value_pid(e->L, index);
  if (pid == ID_NONE) return refuse(e, index, "light userdata");
  if (e->purpose == TO_KEEP) return refuse(e, index, "pid");
  if (!room(e, 9)) return false;
  *e->block.at++ = TAG_PID;
  memcpy(e->block.at, &pid, 8);
  e->block.at += 8;
  return true;
}

/* The codec whose metatable this userdata has, or NULL. */
static const struct codec_userdata *find_codec(lua_State *L, int index) {
  const struct codec_userdata *codec = NULL;
  bool found = false;
  uint64_t id;
  if (!lua_getmetatable(L, index)) return NULL;
  for (unsigned tag = TAG_FROM; !found; tag++) {
    codec = codec_userdata_of(tag);
    if (codec == NULL) break;
    lua_rawgetp(L, LUA_REGISTRYINDEX, codec);
    found = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (codec == NULL && handle_test(L, index, &id) != NULL)
    codec = &handle_codec;
  return codec;
}

static bool put_userdata(struct encoder *e, int index) {
  static const char *const names[] = {"from", "address", "handle"};
  const struct codec_userdata *codec;
  struct buffer bytes;
  bool packed;
  if (!lua_checkstack(e->L, 4)) return fail(e, PROBLEM_MEMORY);
  codec = find_codec(e->L, index);
  if (codec == NULL) return refuse(e, index, "userdata");
  if (e->purpose == TO_KEEP)
    return refuse(e, index, names[codec->tag - TAG_FROM]);
  buffer_init(&bytes);
  packed = codec->pack(e->L, index, &bytes) || fail(e, PROBLEM_MEMORY);
  if (packed)
    packed = put_bytes(e, codec->tag, buffer_bytes(&bytes),
                       buffer_size(&bytes));
  buffer_deinit(&bytes);
  return packed;
}

/* --- Tables --------------------------------------------------------------- */

/* Takes the metatable at the top off the stack. */
static bool put_metatable(struct encoder *e, int index) {
  size_t size;
  const char *name;
  if (failure_is(e->L, index)) {
    lua_pop(e->L, 1);
    return put_tag(e, TAG_ERROR);
  }
  if (e->purpose == TO_SHOW) {
    lua_pop(e->L, 1);
    return true;
  }
  if (lua_rawgetp(e->L, LUA_REGISTRYINDEX, module_name) == LUA_TNIL)
    return fail(e, PROBLEM_NAME);
  lua_rawget(e->L, -2);
  if (lua_type(e->L, -1) != LUA_TSTRING) return fail(e, PROBLEM_METATABLE);
  name = lua_tolstring(e->L, -1, &size);
  if (!put_bytes(e, TAG_MODULE, name, size)) return false;
  lua_pop(e->L, 2);
  return true;
}

/* The values of the keys 1..count. `base`: the first free stack index. */
static bool put_array(struct encoder *e, int table, int base,
                      lua_Unsigned count) {
  lua_State *L = e->L;
  for (lua_Unsigned item = 1; item <= count; item += BATCH) {
    int types[BATCH];
    int batch = count - item < BATCH ? (int)(count - item) + 1 : BATCH;
    for (int i = 0; i < batch; i++)
      types[i] = lua_rawgeti(L, table, (lua_Integer)item + i);
    for (int i = 0; i < batch; i++) {
      bool put = types[i] == LUA_TNUMBER ? put_number(e, base + i)
                                         : put_value(e, base + i);
      if (!put) return problem_at_item(&e->problem, (lua_Integer)item + i);
    }
    lua_settop(L, base - 1);
  }
  return true;
}

/* Nil for each key from `next` up to `key`, if that is worth it. */
static bool put_holes(struct encoder *e, lua_Unsigned next, lua_Unsigned key,
                      lua_Unsigned fields) {
  if (key < next || key - 1 - fields > fields + HOLES) return false;
  if (!block_room(&e->block, key - next)) return false;
  memset(e->block.at, TAG_NIL, key - next);
  e->block.at += key - next;
  return true;
}

/*
** The values of `last` + 1, ... up to `length`, as far as lua_next gives them
** in this order. Returns the last one written; *more: the next key and its
** value are on the stack. Sets e->problem if a value failed.
*/
static lua_Unsigned put_items(struct encoder *e, int table, int key,
                              lua_Unsigned last, lua_Unsigned length,
                              bool *more) {
  lua_Unsigned fields = last;
  if (last == 0)
    lua_pushnil(e->L);
  else
    lua_pushinteger(e->L, (lua_Integer)last);
  while ((*more = lua_next(e->L, table))) {
    lua_Unsigned at;
    if (last >= length || !lua_isinteger(e->L, key)) break;
    at = (lua_Unsigned)lua_tointegerx(e->L, key, NULL);
    if (at - 1 >= length) break;
    if (at != last + 1 && !put_holes(e, last + 1, at, fields)) break;
    if (!put_value(e, key + 1)) {
      problem_at(&e->problem, key);
      break;
    }
    lua_settop(e->L, key);
    last = at;
    fields++;
  }
  return last;
}

/* The pair on the stack and all that follow it. */
static bool put_pairs(struct encoder *e, int table, int key,
                      lua_Unsigned *pairs) {
  do {
    if (!put_value(e, key)) return problem_in_key(&e->problem, key);
    if (!put_value(e, key + 1)) return problem_at(&e->problem, key);
    lua_settop(e->L, key);
    ++*pairs;
  } while (lua_next(e->L, table));
  return put_tag(e, TAG_END);
}

/* The number of values is known only when they have been written: room for
** the greatest it can be is left, and filled with a varint of that width. */
static void patch_table(unsigned char *at, size_t width, lua_Unsigned items,
                        lua_Unsigned pairs) {
  *at++ = (unsigned char)(TAG_TABLE + codec_pairs_class(pairs));
  for (; width > 1; width--, items >>= 7)
    *at++ = (unsigned char)(items | 128);
  *at = (unsigned char)items;
}

static bool put_fields(struct encoder *e, int table, const void *pointer,
                       int key) {
  lua_Unsigned length = lua_rawlen(e->L, table);
  lua_Unsigned items = array_part(pointer);
  lua_Unsigned pairs = 0;
  size_t width = codec_varint_size(length);
  size_t head;
  bool more;
  if (!room(e, 1 + VARINT_LARGEST)) return false;
  head = block_offset(&e->block);
  e->block.at += 1 + width;
  if (items > length) items = length;
  if (!put_array(e, table, key, items)) return false;
  items = put_items(e, table, key, items, length, &more);
  if (e->problem.kind != PROBLEM_NONE) return false;
  if (more && !put_pairs(e, table, key, &pairs)) return false;
  patch_table(e->block.data + head, width, items, pairs);
  return true;
}

/* Not inlined: a plain value should not pay for a table's registers. */
static __attribute__((noinline)) bool put_table(struct encoder *e,
                                                int index) {
  const void *pointer = lua_topointer(e->L, index);
  int top, guarded;
  size_t number;
  if (unlikely(e->depth == CODEC_DEPTH) && e->purpose == TO_SHOW)
    return put_text(e, index, "table, nested too deep");
  if (!seen_meet(&e->seen, pointer, &number))
    return fail(e, PROBLEM_MEMORY);
  if (number != 0) {
    if (!room(e, 1 + VARINT_LARGEST)) return false;
    *e->block.at++ = TAG_REFERENCE;
    e->block.at = codec_put_varint(e->block.at, number);
    e->flags = MESSAGE_TABLES;
    return true;
  }
  if (e->depth == CODEC_DEPTH) return fail(e, PROBLEM_DEPTH);
  if (e->purpose == TO_SHOW && block_size(&e->block) > CODEC_SHOWN)
    return fail(e, PROBLEM_SIZE);
  if (!lua_checkstack(e->L, BATCH + 2)) return fail(e, PROBLEM_MEMORY);
  top = lua_gettop(e->L);
  if (e->depth == 0) e->top = top;
  guarded = lua_getmetatable(e->L, index);
  if (guarded && !put_metatable(e, index)) return false;
  e->depth++;
  e->guarded += guarded;
  if (!put_fields(e, index, pointer, top + 1)) return false;
  e->guarded -= guarded;
  e->depth--;
  return true;
}

static bool put_value(struct encoder *e, int index) {
  switch (lua_type(e->L, index)) {
    case LUA_TNUMBER: return put_number(e, index);
    case LUA_TSTRING: return put_string(e, index);
    case LUA_TTABLE: return put_table(e, index);
    case LUA_TBOOLEAN:
      return put_tag(e, lua_toboolean(e->L, index) ? TAG_TRUE : TAG_FALSE);
    case LUA_TNIL: return put_tag(e, TAG_NIL);
    case LUA_TLIGHTUSERDATA: return put_light(e, index);
    case LUA_TUSERDATA: return put_userdata(e, index);
    case LUA_TFUNCTION: return refuse(e, index, "function");
    default: return refuse(e, index, "thread");
  }
}

/* --- The ways in ---------------------------------------------------------- */

/* How many of the `count` values were encoded: if not all, e->problem tells
** of the next, and the stack has the keys that lead into it. */
static inline int walk(struct encoder *e, int first, int count) {
  int i = 0;
  while (i < count && likely(put_value(e, first + i))) i++;
  return i;
}

void codec_ready(lua_State *L) {
  lua_pushstring(L, module_name);
  lua_rawsetp(L, LUA_REGISTRYINDEX, module_name);
}

/* The first walk of a state that needs the name gives up, and begins anew
** with nothing in hand once the name is there: making it may raise. */
static __attribute__((noinline)) int walk_again(struct encoder *e, int first,
                                                int count) {
  lua_State *L = e->L;
  encoder_deinit(e);
  lua_settop(L, e->top);
  codec_ready(L);
  encoder_init(e, L, e->purpose);
  return walk(e, first, count);
}

static inline int encode(struct encoder *e, lua_State *L, int first,
                         int count, enum purpose purpose) {
  int done;
  encoder_init(e, L, purpose);
  done = walk(e, first, count);
  if (unlikely(e->problem.kind == PROBLEM_NAME))
    done = walk_again(e, first, count);
  codec_count(block_size(&e->block));
  return done;
}

/* What the script calls the values of such a message, counted from 0. */
static const char *push_name(lua_State *L, enum message_kind kind, int at) {
  switch (kind) {
    case MESSAGE_START: return lua_pushstring(L, at == 0 ? "module" : "args");
    case MESSAGE_STOP: return lua_pushliteral(L, "reason");
    case MESSAGE_OUTCOME: return lua_pushfstring(L, "result %d", at + 1);
    default:
      if (at == 0) return lua_pushliteral(L, "request");
      return lua_pushfstring(L, "argument %d", at);
  }
}

/* codec_pack has no message, and nothing else in hand. */
static int raise_unpacked(struct encoder *e, enum message_kind kind,
                          int count, int done) {
  lua_State *L = e->L;
  luaL_checkstack(L, 4, NULL);
  if (done < count)
    return problem_raise(&e->problem, L, push_name(L, kind, done));
  if (count > UINT16_MAX)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "%d values cannot be sent at once", count);
  if (block_size(&e->block) > MESSAGE_LARGEST)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "more than 4 GiB cannot be sent at once");
  return problem_raise_memory(L);
}

static inline struct message *pack(lua_State *L, int first, int count,
                                   enum message_kind kind,
                                   enum purpose purpose) {
  struct encoder e;
  struct message *message = NULL;
  int done = encode(&e, L, lua_absindex(L, first), count, purpose);
  if (likely(done == count) && likely(count <= UINT16_MAX))
    message = message_new(kind, block_size(&e.block));
  if (unlikely(message == NULL)) {
    encoder_deinit(&e);
    raise_unpacked(&e, kind, count, done);
    return NULL;
  }
  block_copy(&e.block, message->bytes);
  message->count = (uint16_t)count;
  message->flags = e.flags;
  encoder_deinit(&e);
  return message;
}

struct message *codec_pack(lua_State *L, int first, int count,
                           enum message_kind kind) {
  return pack(L, first, count, kind, TO_SEND);
}

struct message *codec_pack_shown(lua_State *L, int first, int count) {
  return pack(L, first, count, MESSAGE_OUTCOME, TO_SHOW);
}

bool codec_can_send(lua_State *L, int index) {
  struct encoder e;
  int top = lua_gettop(L);
  bool can = encode(&e, L, lua_absindex(L, index), 1, TO_SEND) == 1;
  encoder_deinit(&e);
  lua_settop(L, top);
  return can;
}

static void encode_to(lua_State *L, int index, const char *what,
                      enum purpose purpose, struct buffer *out,
                      unsigned char *flags) {
  struct encoder e;
  char *to = NULL;
  bool encoded = encode(&e, L, lua_absindex(L, index), 1, purpose) == 1;
  if (encoded) to = buffer_reserve(out, block_size(&e.block));
  if (to == NULL) {
    encoder_deinit(&e);
    if (encoded) problem_raise_memory(L);
    problem_raise(&e.problem, L, what);
  }
  block_copy(&e.block, (unsigned char *)to);
  buffer_grow(out, block_size(&e.block));
  *flags = e.flags;
  encoder_deinit(&e);
}

void codec_encode(lua_State *L, int index, const char *what,
                  struct buffer *out, unsigned char *flags) {
  encode_to(L, index, what, TO_SEND, out, flags);
}

bool codec_try(lua_State *L, int index, struct buffer *out,
               unsigned char *flags) {
  struct encoder e;
  int top = lua_gettop(L);
  char *to = NULL;
  encoder_init(&e, L, TO_SEND);
  if (walk(&e, lua_absindex(L, index), 1) == 1)
    to = buffer_reserve(out, block_size(&e.block));
  if (to != NULL) {
    block_copy(&e.block, (unsigned char *)to);
    buffer_grow(out, block_size(&e.block));
    *flags = e.flags;
  }
  encoder_deinit(&e);
  lua_settop(L, top);
  return to != NULL;
}

/* --- troupe.encode -------------------------------------------------------- */

static int free_box(lua_State *L) {
  buffer_deinit(lua_touserdata(L, 1));
  return 0;
}

/* Pushes a userdata that frees the buffer in it when this function is left,
** also by an error. */
static struct buffer *push_box(lua_State *L) {
  struct buffer *box = lua_newuserdatauv(L, sizeof *box, 0);
  buffer_init(box);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &free_box) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, free_box);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, free_box);
    lua_setfield(L, -2, "__close");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &free_box);
  }
  lua_setmetatable(L, -2);
  lua_toclose(L, -1);
  return box;
}

int codec_lua_encode(lua_State *L) {
  unsigned char head[2] = {CODEC_VERSION, 0};
  struct buffer *box;
  lua_settop(L, 1);
  box = push_box(L);
  if (!buffer_append(box, head, sizeof head)) return problem_raise_memory(L);
  encode_to(L, 1, "value", TO_KEEP, box, &head[1]);
  buffer_bytes(box)[1] = (char)head[1];
  lua_pushlstring(L, buffer_bytes(box), buffer_size(box));
  return 1;
}
