/*
** Codec, registry keys: a key's bytes are the encoding of its value, made
** canonical: a list has items and no pairs, and a float is an integer or it
** is no key. Two keys are equal if their bytes are.
*/
#include <lauxlib.h>

#include "codec/format.h"
#include "script/codec.h"


static void add_string(luaL_Buffer *out, const char *bytes, size_t size) {
  unsigned char head[1 + VARINT_LARGEST];
  unsigned char *at = head;
  if (size < TAG_STRING_LIMIT) {
    *at++ = (unsigned char)(TAG_STRING + size);
  } else {
    *at++ = TAG_LONG_STRING;
    at = codec_put_varint(at, size);
  }
  luaL_addlstring(out, (char *)head, (size_t)(at - head));
  luaL_addlstring(out, bytes, size);
}

static void add_integer(luaL_Buffer *out, lua_Integer value) {
  unsigned char bytes[9];
  unsigned char *end = codec_put_integer(bytes, value);
  luaL_addlstring(out, (char *)bytes, (size_t)(end - bytes));
}

/* Takes the value at the top, which is held somewhere else too: the buffer
** may want the top for itself. False: it is no string and no integer. */
static bool add_part(lua_State *L, luaL_Buffer *out) {
  int type = lua_type(L, -1), exact;
  size_t size;
  const char *bytes;
  lua_Integer value;
  if (type == LUA_TSTRING) {
    bytes = lua_tolstring(L, -1, &size);
    lua_pop(L, 1);
    add_string(out, bytes, size);
    return true;
  }
  if (type != LUA_TNUMBER) return false;
  value = lua_tointegerx(L, -1, &exact);
  lua_pop(L, 1);
  if (exact) add_integer(out, value);
  return exact;
}

/* The length of a table that has items 1..n and nothing else; else 0. */
static lua_Unsigned list_length(lua_State *L, int index) {
  lua_Unsigned length = lua_rawlen(L, index), fields = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    if (!lua_isinteger(L, -1) ||
        (lua_Unsigned)lua_tointeger(L, -1) - 1 >= length) {
      lua_pop(L, 1);
      return 0;
    }
    fields++;
  }
  return fields == length ? length : 0;
}

static bool add_list(lua_State *L, int index, luaL_Buffer *out) {
  unsigned char head[1 + VARINT_LARGEST] = {TAG_TABLE};
  lua_Unsigned length = list_length(L, index);
  unsigned char *end = codec_put_varint(head + 1, length);
  if (length == 0) return false;
  luaL_addlstring(out, (char *)head, (size_t)(end - head));
  for (lua_Unsigned i = 1; i <= length; i++) {
    lua_rawgeti(L, index, (lua_Integer)i);
    if (!add_part(L, out)) return false;
  }
  return true;
}

bool codec_key(lua_State *L, int index) {
  int top = lua_gettop(L);
  luaL_Buffer out;
  bool added;
  index = lua_absindex(L, index);
  luaL_checkstack(L, 6, NULL);
  luaL_buffinit(L, &out);
  if (lua_type(L, index) == LUA_TTABLE) {
    added = add_list(L, index, &out);
  } else {
    lua_pushvalue(L, index);
    added = add_part(L, &out);
  }
  if (added)
    luaL_pushresult(&out);
  else
    lua_settop(L, top);
  return added;
}

void codec_push_key(lua_State *L, const void *bytes, size_t size) {
  codec_decode(L, bytes, size, 0);
}
