/*
** Codec peek: what a message begins with, in words, without a Lua state.
**
** Threads  [any thread] whoever owns the message
*/
#ifndef TROUPE_SCRIPT_CODEC_PEEK_H
#define TROUPE_SCRIPT_CODEC_PEEK_H

#include "base/quote.h"
#include "core/message.h"

#define CODEC_PEEK_SIZE QUOTE_SIZE

/* Its first value as failure_describe shows it; "no value" if it has none.
** Returns `text`. */
const char *codec_peek(const struct message *message,
                       char text[CODEC_PEEK_SIZE]);

#endif
