/*
** Codec text: how what cannot be sent reads.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CODEC_TEXT_H
#define TROUPE_SCRIPT_CODEC_TEXT_H

#include <lua.h>
#include <stddef.h>

#define CODEC_TEXT_SIZE 128

/* "<function account.lua:12>", "<userdata FILE*>", "<thread>"; `kind` says what
** it is. Returns the length; not NUL-terminated. Calls no script code, does not
** raise; wants room for 4 values on the stack. */
size_t codec_text(lua_State *L, int index, const char *kind,
                  char text[CODEC_TEXT_SIZE]);

#endif
