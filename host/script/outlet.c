#define _GNU_SOURCE /* fopencookie, memrchr */

#include "script/outlet.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/flavour.h"
#include "base/memory.h"
#include "script/body.h"
#include "script/script.h"

#define LINE_LARGEST 4096 /* a longer one comes in pieces */

struct outlet {
  struct body *body;
  struct buffer line; /* that has no end yet */
  FILE *file;         /* NULL: the io library has not been opened */
};

static struct outlet *outlet_of(struct body *body) {
  if (body->outlet == NULL) {
    struct outlet *outlet = memory_zalloc(sizeof *outlet);
    if (outlet == NULL) return NULL;
    outlet->body = body;
    buffer_init(&outlet->line);
    body->outlet = outlet;
  }
  return body->outlet;
}

/* --- Lines ---------------------------------------------------------------- */

static void emit(struct body *body, const char *bytes, size_t size) {
  const struct script *script = body->script;
  char who[WORDS_WHO_SIZE];
  if (size == 0) return;
  if (script->output != NULL) {
    script->output(script->output_context, body_pid(body), bytes, size);
    return;
  }
  body_who(body, who);
  log_text(script->log, LOG_INFO, who, bytes, size);
}

static void emit_kept(struct outlet *outlet) {
  emit(outlet->body, buffer_bytes(&outlet->line), buffer_size(&outlet->line));
  buffer_deinit(&outlet->line);
}

static void keep(struct body *body, const char *bytes, size_t size) {
  struct outlet *outlet = outlet_of(body);
  if (outlet == NULL || !buffer_append(&outlet->line, bytes, size)) {
    if (outlet != NULL) emit_kept(outlet);
    emit(body, bytes, size);
  } else if (buffer_size(&outlet->line) >= LINE_LARGEST) {
    emit_kept(outlet);
  }
}

void outlet_write(struct body *body, const char *bytes, size_t size) {
  const char *end = size != 0 ? memrchr(bytes, '\n', size) : NULL;
  size_t whole = end != NULL ? (size_t)(end - bytes) + 1 : 0;
  if (whole != 0 && body->outlet != NULL &&
      buffer_size(&body->outlet->line) != 0) {
    keep(body, bytes, whole);
    emit_kept(body->outlet);
  } else if (whole != 0) {
    emit(body, bytes, whole);
  }
  if (whole < size) keep(body, bytes + whole, size - whole);
}

/* --- print ---------------------------------------------------------------- */

int outlet_print(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer text;
  size_t size;
  luaL_buffinit(L, &text);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&text, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&text);
  }
  luaL_addchar(&text, '\n');
  luaL_pushresult(&text);
  const char *bytes = lua_tolstring(L, -1, &size);
  outlet_write(body_of(L), bytes, size);
  return 0;
}

/* --- io ------------------------------------------------------------------- */

static ssize_t write_cookie(void *cookie, const char *bytes, size_t size) {
  struct outlet *outlet = cookie;
  outlet_write(outlet->body, bytes, size);
  return (ssize_t)size;
}

/* Nothing is kept in the stream, unless the script wants it. */
static FILE *open_file(struct outlet *outlet) {
  cookie_io_functions_t functions = {.write = write_cookie};
  FILE *file = fopencookie(outlet, "w", functions);
  if (file != NULL) setvbuf(file, NULL, _IONBF, 0);
  return file;
}

static void lead(lua_State *L, const char *name, FILE *file) {
  luaL_Stream *stream;
  lua_getfield(L, -1, name);
  stream = luaL_checkudata(L, -1, LUA_FILEHANDLE);
  stream->f = file;
  lua_pop(L, 1);
}

void outlet_open(lua_State *L) {
  struct outlet *outlet;
  if (!flavour_is_library()) return;
  outlet = outlet_of(body_of(L));
  if (outlet != NULL && outlet->file == NULL) outlet->file = open_file(outlet);
  if (outlet == NULL || outlet->file == NULL)
    luaL_error(L, "not enough memory");
  lead(L, "stdout", outlet->file);
  lead(L, "stderr", outlet->file);
}

void outlet_close(struct body *body) {
  struct outlet *outlet = body->outlet;
  if (outlet == NULL) return;
  if (outlet->file != NULL) fclose(outlet->file);
  emit_kept(outlet);
  memory_free(outlet);
  body->outlet = NULL;
}
