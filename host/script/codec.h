/*
** Codec: Lua values to flat bytes and back.
**
** Sends nil, booleans, integers, floats (bit for bit), strings, tables, pids,
** `from`s, addresses and error objects. Shared references and cycles inside
** one message are kept. A table whose metatable has a string `__module`
** arrives with the metatable that require(__module) returns; any other
** metatable, a function, a thread and a plain userdata cannot be sent. A
** userdata can if its metatable is what the registry has under the address
** of a struct codec_userdata (lua_rawsetp) that codec_decode.c lists: no
** script can make anything else pass for it.
**
** Format, one tag byte per value, little-endian, not aligned; an integer of
** -32..127-ish is its tag. Lengths and counts as varints. A table is its
** items 1..n, then key-value pairs. Where the message has shared tables
** (MESSAGE_TABLES in its flags) tables are numbered in order of appearance
** and a later appearance is a reference. Details: codec/format.h.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CODEC_H
#define TROUPE_SCRIPT_CODEC_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/check.h"
#include "core/message.h"
#include "core/scheduler.h"

/* How a userdata travels: bytes of its own. */
struct codec_userdata {
  unsigned char tag; /* one of enum codec_tag's last ones (codec/format.h),
                     ** and the same place in codec_decode.c's list */
  /* Appends to `out`; false: no memory. May not raise. */
  bool (*pack)(lua_State *L, int index, struct buffer *out);
  /* Pushes the value. May raise. */
  void (*unpack)(lua_State *L, const void *bytes, size_t size);
};

/* The one whose tag this is, or NULL. */
const struct codec_userdata *codec_userdata_of(unsigned tag);

/*
** A new message of `kind` with the `count` values at stack indices first,
** first + 1, ... Raises `badargument` naming the path to what cannot be sent
** (`request.items[3].callback: a function cannot be sent`). The kind says what
** the values are called: `request`, `argument 1`, ...; `module`, `args` of a
** START; `result 1`, ... of an OUTCOME; `reason` of a STOP. Raises a memory
** error when there is none. Calls no script code. Returns owned.
*/
struct message *codec_pack(lua_State *L, int first, int count,
                           enum message_kind kind);

/*
** The same for somebody who only looks at the values, an OUTCOME: what cannot
** be sent becomes a text ("<function account.lua:12>"), a metatable is left
** out, unless it makes an error object. Raises badargument for more than
** CODEC_SHOWN bytes.
*/
#define CODEC_SHOWN ((size_t)16 << 20)
struct message *codec_pack_shown(lua_State *L, int first, int count);

/* Pushes all values of the message; returns how many. Raises on no memory, a
** __module that cannot be required, and bytes that are no encoding. The
** message stays the caller's. */
int codec_unpack(lua_State *L, const struct message *message);
/* Its last `count` values, which begin `skip` bytes into the payload: the
** caller knows the ones before, and that they are no tables. */
int codec_unpack_rest(lua_State *L, const struct message *message, size_t skip,
                      int count);
/* Bytes that a string of `size` takes at the front of a payload, if it is one
** of the short ones; 0 if it is not. */
size_t codec_short_string(size_t size);

/* Would codec_pack take the value? May raise (memory). */
bool codec_can_send(lua_State *L, int index);

/* One value to bytes at the end of `out`. As codec_pack; *flags becomes
** MESSAGE_TABLES or 0. `what` names the value in errors; they leave `out` as
** it was. */
void codec_encode(lua_State *L, int index, const char *what,
                  struct buffer *out, unsigned char *flags);
/* Bytes to one value; raises `badargument` if they are no encoding. `flags`
** as codec_encode gave them. */
void codec_decode(lua_State *L, const void *bytes, size_t size,
                  unsigned char flags);

/* Pushes `count` values, as codec_decode. */
void codec_decode_values(lua_State *L, const void *bytes, size_t size,
                         int count, unsigned char flags);

/* As codec_encode, but never raises: false, if that would, or if the state is
** not ready yet (codec_ready); `out`, which was empty, is then to be freed. */
bool codec_try(lua_State *L, int index, struct buffer *out,
               unsigned char *flags);
/* Makes what codec_try needs in a state. May raise (memory). */
void codec_ready(lua_State *L);

/* troupe.encode(value) -> string, troupe.decode(string) -> value: a version
** byte and a flags byte, then as above; pids, froms and addresses are refused
** on both ways. */
int codec_lua_encode(lua_State *L);
int codec_lua_decode(lua_State *L);

/*
** The canonical bytes of a registry key: a string, an integer (a float with an
** integer value counts), or a list of these, nested lists not allowed. Pushes
** a string and returns true; false leaves the stack as it was. A pid is never
** a key.
*/
bool codec_key(lua_State *L, int index);
/* The way back: pushes the key that these bytes are. */
void codec_push_key(lua_State *L, const void *bytes, size_t size);

/* So many bytes have been written or read. In a stepped host that counts. */
static inline void codec_count(size_t size) {
  if (unlikely(size > 1024)) slice_count(size / 4);
}

#endif
