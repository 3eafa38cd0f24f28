#include "script/runtime.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/flavour.h"
#include "base/memory.h"
#include "base/native.h"
#include "core/board.h"
#include "script/binding.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/console.h"
#include "script/coverage.h"
#include "script/doing.h"
#include "script/dossier.h"
#include "script/face.h"
#include "script/face_lease.h"
#include "script/face_schedule.h"
#include "script/frame.h"
#include "script/gateway.h"
#include "script/interrupt.h"
#include "script/library.h"
#include "script/life.h"
#include "script/module.h"
#include "script/overload.h"
#include "script/overtime.h"
#include "script/reload.h"
#include "script/report.h"
#include "script/script.h"
#include "script/seed.h"
#include "script/settings.h"
#include "script/timer.h"
#include "script/tracing.h"
#include "script/turn.h"
#include "script/visit_table.h"

static void release(struct message *message) {
  if (message->kind == MESSAGE_TIMER)
    timer_release(message);
  else
    tracing_order_drop(message);
}

/* Frees a message that nobody will handle, with what it owns. */
static void discard(struct scheduler *scheduler, struct message *message) {
  (void)scheduler;
  if (unlikely(message->flags & MESSAGE_OWNS)) release(message);
  message_free(message);
}

/* --- Values encoded outside of any actor ---------------------------------- */

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

static void pack(lua_CFunction function, void *packing) {
  lua_State *L = seed_new_state();
  if (L == NULL) return;
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, packing);
  lua_pcall(L, 1, 0, 0);
  lua_close(L);
}

static struct message *start_message(const char *file, int argc,
                                     const char *const *argv) {
  struct packing packing = {NULL, file, argc, argv};
  pack(pack_start, &packing);
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

/* --- Life ----------------------------------------------------------------- */

/* What it hands down, and what belongs to others. */
static void wire(struct script *script, const struct runtime_options *options) {
  script->log = options->log;
  script->tests = options->tests;
  script->begun = options->begun;
  script->ended = options->ended;
  script->context = options->context;
  script->output = options->output;
  script->output_context = options->output_context;
  script->actor_type = &turn_type;
  script->exit = face_exit;
  script->push_request = doing_push;
  script->answer_stuck = interrupt_look;
  script->interrupt_fits = interrupt_fits;
  script->visits = visit_table;
  script->make_way = schedule_make_way;
  script->dossier = dossier_outcome;
  limits_init(&script->limits);
}

static bool make_files(struct script *script,
                       const struct runtime_options *options) {
  const char *assets = options->assets != NULL ? options->assets : "assets";
  script->modules = modules_new(options->embedded, options->archive);
  script->path = path_new(options->path,
                          flavour_is_library() ? "" : options->cpath);
  script->assets = memory_strdup(assets);
  if (options->archive != NULL) script->native = native_new(options->archive);
  return script->modules != NULL && script->path != NULL &&
         script->assets != NULL &&
         (options->archive == NULL || script->native != NULL);
}

static bool fix_reasons(struct script *script) {
  return fix(&script->normal, "normal") && fix(&script->shutdown, "shutdown") &&
         fix(&script->killed, "killed") && fix(&script->noactor, "noactor") &&
         fix(&script->nomem, "not enough memory");
}

struct script *runtime_new(struct scheduler *scheduler,
                          const struct runtime_options *options) {
  struct script *script = memory_zalloc(sizeof *script);
  if (script == NULL) return NULL;
  script->scheduler = scheduler;
  wire(script, options);
  script->stock = library_new_stock();
  script->reloads = reloads_new();
  script->overtime = overtime_new(script);
  script->coverage = coverage_new();
  script->boards = boards_new();
  script->bindings = bindings_new(frame_call);
  if (script->stock == NULL || script->reloads == NULL ||
      script->overtime == NULL || script->coverage == NULL ||
      script->boards == NULL || script->bindings == NULL ||
      !make_files(script, options) || !fix_reasons(script)) {
    runtime_free(script);
    return NULL;
  }
  scheduler->owner = script;
  scheduler->discard = discard;
  scheduler->settle = lease_settle;
  scheduler->crowded = overload_tell;
  if (scheduler->schedule != NULL)
    schedule_set_script(scheduler->schedule, scheduler, schedule_describe,
                        schedule_is_unseen);
  return script;
}

void runtime_free(struct script *script) {
  if (script == NULL) return;
  overtime_free(script->overtime);
  coverage_free(script->coverage);
  boards_free(script->boards);
  bindings_free(script->bindings);
  settings_free(script);
  console_free(script->console);
  gateway_free(script->gateway);
  reloads_free(script->reloads);
  modules_free(script->modules);
  native_free(script->native);
  memory_free(script->assets);
  library_free_stock(script->stock);
  path_drop(script->path);
  memory_free(script);
}

bool runtime_start_watcher(struct script *script) {
  struct message *message = start_message("troupe.watcher", 0, NULL);
  struct actor *actor = NULL;
  if (message != NULL)
    actor = life_new(script, path_share(script->path), ID_NONE);
  if (actor == NULL) {
    message_free(message);
    return false;
  }
  scheduler_prepare(actor, message);
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
  return true;
}

uint64_t runtime_run(struct script *script, const char *file, bool code,
                    int argc, const char *const *argv) {
  struct message *message = start_message(file, argc, argv);
  struct actor *actor;
  struct body *body;
  uint64_t pid;
  if (message == NULL) return ID_NONE;
  actor = life_new(script, path_share(script->path), ID_NONE);
  if (actor == NULL) {
    message_free(message);
    return ID_NONE;
  }
  body = actor->body;
  body->start.kind = code ? START_CODE : START_FILE;
  pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  atomic_store_explicit(&script->scheduler->main_actor, pid,
                        memory_order_relaxed);
  scheduler_prepare(actor, message);
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
  return pid;
}

/* --- The console ---------------------------------------------------------- */

struct console_packing {
  struct message *message;
  const char *name, *path;
};

static int pack_console(lua_State *L) {
  struct console_packing *packing = lua_touserdata(L, 1);
  lua_settop(L, 0);
  lua_pushliteral(L, "troupe.console");
  lua_newtable(L);
  lua_pushstring(L, packing->name); /* NULL is nil */
  lua_setfield(L, 2, "name");
  lua_pushstring(L, packing->path);
  lua_setfield(L, 2, "path");
  packing->message = codec_pack(L, 1, 2, MESSAGE_START);
  return 0;
}

bool runtime_start_console(struct script *script, const char *name,
                           const char *path) {
  struct console_packing packing = {NULL, name, path};
  struct actor *actor = NULL;
  struct body *body;
  pack(pack_console, &packing);
  if (packing.message != NULL && fix(&script->console->adopt, "adopt"))
    actor = life_new(script, path_share(script->path), ID_NONE);
  if (actor == NULL) {
    message_free(packing.message);
    return false;
  }
  life_exempt(actor);
  body = actor->body;
  body->start.console = true;
  script->console->pid = body_pid(body);
  scheduler_prepare(actor, packing.message);
  actor_settle_private(actor, scheduler_private(script->scheduler));
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
  return console_wait(script->console);
}
