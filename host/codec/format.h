/*
** Codec format: the tags, and how numbers and lengths are laid out. For the
** two codecs that speak it, of Lua values (script/codec.h) and of a host's
** (codec/values.h), and for the userdata that travel (script/value.c).
**
** A value is a tag and what the tag says:
**
**   00..9f         the integer tag - 32
**   a0..bf         a string of tag & 31 bytes, which follow
**   c0..df         a table: varint n, n values for the keys 1..n, and unless
**                  tag & 31 is 0, pairs of key and value up to TAG_END.
**                  tag & 31 is codec_pairs_class of the number of pairs, so
**                  the reader makes room for all of them at once
**   INTEGER_1..8   that many bytes, two's complement
**   FLOAT          8 bytes, every bit as it was
**   LONG_STRING    varint size, bytes
**   REFERENCE      varint: the table with that number, from 1
**   PID            8 bytes
**   MODULE         varint size, name; then the table
**   ERROR          the table of an error object
**   FROM ...       a userdata: varint size, bytes
**   HANDLE         so too: 8 bytes that say which, and its type's name
*/
#ifndef TROUPE_CODEC_FORMAT_H
#define TROUPE_CODEC_FORMAT_H

#include <stddef.h>
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "numbers are copied as they lie in memory");

enum codec_tag {
  TAG_INTEGER = 0x00,
  TAG_STRING = 0xa0,
  TAG_TABLE = 0xc0,
  TAG_NIL = 0xe0,
  TAG_FALSE,
  TAG_TRUE,
  TAG_INTEGER_1,
  TAG_INTEGER_2,
  TAG_INTEGER_4,
  TAG_INTEGER_8,
  TAG_FLOAT,
  TAG_LONG_STRING,
  TAG_REFERENCE,
  TAG_PID,
  TAG_MODULE,
  TAG_ERROR,
  TAG_END,
  TAG_FROM, /* userdata from here on */
  TAG_ADDRESS,
  TAG_HANDLE, /* what belongs to the program that embeds the host */
  TAG_LIMIT
};

#define TAG_INTEGER_LEAST (-32)
#define TAG_INTEGER_COUNT (TAG_STRING - TAG_INTEGER)
#define TAG_STRING_LIMIT (TAG_TABLE - TAG_STRING)
#define TAG_PAIRS_MASK 31u

#define VARINT_LARGEST 10 /* bytes */
#define CODEC_VERSION 1   /* first byte of troupe.encode's strings */
#define CODEC_DEPTH 100   /* tables in tables */

/* Seven bits a byte, low ones first; the top bit says that more follow. */
static inline unsigned char *codec_put_varint(unsigned char *at,
                                              uint64_t value) {
  for (; value > 127; value >>= 7) *at++ = (unsigned char)(value | 128);
  *at++ = (unsigned char)value;
  return at;
}

static inline size_t codec_varint_size(uint64_t value) {
  size_t size = 1;
  for (; value > 127; value >>= 7) size++;
  return size;
}

/* At most 9 bytes. */
static inline unsigned char *codec_put_integer(unsigned char *at,
                                               int64_t value) {
  unsigned width;
  unsigned char tag;
  if ((uint64_t)value - (uint64_t)TAG_INTEGER_LEAST < TAG_INTEGER_COUNT) {
    *at++ = (unsigned char)(value - TAG_INTEGER_LEAST);
    return at;
  }
  if (value == (int8_t)value)
    tag = TAG_INTEGER_1, width = 1;
  else if (value == (int16_t)value)
    tag = TAG_INTEGER_2, width = 2;
  else if (value == (int32_t)value)
    tag = TAG_INTEGER_4, width = 4;
  else
    tag = TAG_INTEGER_8, width = 8;
  *at++ = tag;
  __builtin_memcpy(at, &value, 8);
  return at + width;
}

/* 0 for none, else 1 + the logarithm of the next power of two: 1, 2, 3, 3,
** 4, 4, 4, 4, ... */
static inline unsigned codec_pairs_class(uint64_t pairs) {
  unsigned bits;
  if (pairs < 2) return (unsigned)pairs;
  bits = 65u - (unsigned)__builtin_clzll(pairs - 1);
  return bits < TAG_PAIRS_MASK ? bits : TAG_PAIRS_MASK;
}

#endif
