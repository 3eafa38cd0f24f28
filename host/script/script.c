#include "script/script.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "script/codec.h"
#include "script/face_lease.h"
#include "script/settings.h"
#include "script/start.h"
#include "script/timer.h"

/* Frees a message that nobody will handle, with what it owns. */
static void discard(struct scheduler *scheduler, struct message *message) {
  (void)scheduler;
  if (message->kind == MESSAGE_TIMER) timer_release(message);
  message_free(message);
}

/* --- Values encoded outside of any actor -------------------------------------- */

struct packing {
  struct message *message;
  const char *file;
  int argc;
  const char *const *argv;
};

static int pack_start(lua_State *L) {
  struct packing *packing = lua_touserdata(L, 1);
  lua_settop(L, 0);
  luaL_checkstack(L, packing->argc + 1, "too many arguments");
  lua_pushstring(L, packing->file);
  for (int i = 0; i < packing->argc; i++) lua_pushstring(L, packing->argv[i]);
  packing->message = codec_pack(L, 1, packing->argc + 1, MESSAGE_START);
  return 0;
}

static struct message *start_message(const char *file, int argc,
                                     const char *const *argv) {
  struct packing packing = {NULL, file, argc, argv};
  lua_State *L = luaL_newstate();
  if (L == NULL) return NULL;
  lua_pushcfunction(L, pack_start);
  lua_pushlightuserdata(L, &packing);
  lua_pcall(L, 1, 0, 0);
  lua_close(L);
  return packing.message;
}

static bool fix(struct fixed_reason *reason, const char *text) {
  struct message *message = start_message(text, 0, NULL);
  bool fits = message != NULL && message->size <= sizeof reason->bytes;
  if (fits) {
    memcpy(reason->bytes, message->bytes, message->size);
    reason->size = message->size;
  }
  message_free(message);
  return fits;
}

/* --- Life ------------------------------------------------------------------------ */

struct script *script_new(struct scheduler *scheduler,
                          const struct script_options *options) {
  struct script *script = memory_zalloc(sizeof *script);
  if (script == NULL) return NULL;
  script->scheduler = scheduler;
  script->log = options->log;
  script->ended = options->ended;
  script->context = options->context;
  script->modules = modules_new(options->embedded);
  script->path = path_new(options->path, options->cpath);
  if (script->modules == NULL || script->path == NULL ||
      !fix(&script->normal, "normal") || !fix(&script->shutdown, "shutdown") ||
      !fix(&script->killed, "killed") || !fix(&script->noactor, "noactor") ||
      !fix(&script->nomem, "not enough memory")) {
    script_free(script);
    return NULL;
  }
  scheduler->owner = script;
  scheduler->discard = discard;
  scheduler->settle = lease_settle;
  return script;
}

void script_free(struct script *script) {
  if (script == NULL) return;
  settings_free(script);
  modules_free(script->modules);
  path_drop(script->path);
  memory_free(script);
}

uint64_t script_run(struct script *script, const char *file, bool code,
                    int argc, const char *const *argv) {
  struct message *message = start_message(file, argc, argv);
  struct actor *actor;
  struct body *body;
  uint64_t pid;
  if (message == NULL) return ID_NONE;
  actor = start_new(script, path_share(script->path), ID_NONE);
  if (actor == NULL) {
    message_free(message);
    return ID_NONE;
  }
  body = actor->body;
  body->start.kind = code ? START_CODE : START_FILE;
  pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  scheduler_prepare(actor, message);
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
  return pid;
}

static enum status send_signal(struct script *script, uint64_t pid,
                               enum message_kind kind, uint8_t flags,
                               const struct fixed_reason *reason) {
  struct message *message = message_new(kind, reason->size);
  enum status status;
  if (message == NULL) return STATUS_NOMEM;
  memcpy(message->bytes, reason->bytes, reason->size);
  message->target = pid;
  message->count = 1;
  message->flags = flags;
  status = scheduler_post(script->scheduler, message, READY_AFTER);
  if (status != STATUS_OK) message_free(message);
  return status;
}

enum status script_shutdown(struct script *script, uint64_t pid) {
  return send_signal(script, pid, MESSAGE_EXIT,
                     MESSAGE_SHUTDOWN | MESSAGE_NORMAL, &script->shutdown);
}

enum status script_kill(struct script *script, uint64_t pid, bool late) {
  return send_signal(script, pid, MESSAGE_KILL, late ? MESSAGE_SHUTDOWN : 0,
                     &script->killed);
}
