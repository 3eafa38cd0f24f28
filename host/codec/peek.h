/*
** Codec peek: what a message says, in words, without a Lua state.
**
** Threads  [any thread] whoever owns the message, or the key
*/
#ifndef TROUPE_CODEC_PEEK_H
#define TROUPE_CODEC_PEEK_H

#include "base/quote.h"
#include "core/message.h"

#define CODEC_PEEK_SIZE QUOTE_SIZE

/* Its first value as failure_describe shows it; "no value" if it has none.
** Returns `text`. */
const char *codec_peek(const struct message *message,
                       char text[CODEC_PEEK_SIZE]);

/* A registry key as one would write it, `"disk1"`, `{"room", 7}`, cut where
** there is no more room. Returns `text`. */
const char *codec_peek_key(const void *bytes, size_t size, char *text,
                           size_t text_size);

/*
** `count` encoded values: "deposit" 50, {note = "cash"}. `between` stands
** behind the first, a comma behind the others. Strings are cut as above, an
** error object is its kind and message, and what does not fit into `room` (at
** least 8 bytes, with the NUL) ends in "...". Takes a time that depends on
** `room`, not on `size`.
*/
void codec_words(const void *bytes, size_t size, unsigned count,
                 const char *between, char *text, size_t room);

#endif
