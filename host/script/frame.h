/*
** Frame: a call of one of the engine's functions (script/binding.h). The engine
** looks at the arguments and says what is returned, or what is wrong, through
** what follows. Nothing of this raises: a longjmp through the engine's frames
** would leave out what those have to do. What is wrong is noted, the first time
** only, and raised when the function has returned; what is returned becomes
** Lua's then.
**
** Threads    [owner] all functions
** Ownership  What is read is borrowed until the function returns; what is
**            returned is copied.
** Errors     A frame_read_* that answers false has noted that the argument is
**            of the wrong kind.
*/
#ifndef TROUPE_SCRIPT_FRAME_H
#define TROUPE_SCRIPT_FRAME_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/values.h"

struct binding; /* script/binding.h */

/* A C function; its upvalue is a struct binding_function. */
int frame_call(lua_State *L);

const struct binding *frame_binding(const struct troupe_frame *frame);
uint64_t frame_pid(const struct troupe_frame *frame);

/* --- Arguments, from 1 ---------------------------------------------------- */

int frame_count(const struct troupe_frame *frame);
enum troupe_kind frame_kind(const struct troupe_frame *frame, int number);
bool frame_read_boolean(struct troupe_frame *frame, int number, bool *value);
bool frame_read_integer(struct troupe_frame *frame, int number,
                        int64_t *value);
bool frame_read_number(struct troupe_frame *frame, int number, double *value);
bool frame_read_string(struct troupe_frame *frame, int number,
                       const char **bytes, size_t *size);
bool frame_read_pid(struct troupe_frame *frame, int number, uint64_t *pid);
bool frame_read_handle(struct troupe_frame *frame, int number,
                       const char *type, uint64_t *id);
bool frame_read(struct troupe_frame *frame, int number,
                struct troupe_reader *reader);

/* --- Results -------------------------------------------------------------- */

#define FRAME_RESULTS 16

void frame_return_nil(struct troupe_frame *frame);
void frame_return_boolean(struct troupe_frame *frame, bool value);
void frame_return_integer(struct troupe_frame *frame, int64_t value);
void frame_return_number(struct troupe_frame *frame, double value);
void frame_return_string(struct troupe_frame *frame, const char *bytes,
                         size_t size);
void frame_return_pid(struct troupe_frame *frame, uint64_t pid);
void frame_return_handle(struct troupe_frame *frame, const char *type,
                         uint64_t id);
void frame_return_values(struct troupe_frame *frame,
                         const struct troupe_writer *values);

/* --- Errors --------------------------------------------------------------- */

/* Both cut the text at some hundred bytes. */
void frame_fail(struct troupe_frame *frame, const char *text);
void frame_fail_argument(struct troupe_frame *frame, int number,
                         const char *text);

#endif
