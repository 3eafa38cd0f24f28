#include "script/face_reload.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/class.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/dispatch.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/lazy.h"
#include "script/module.h"
#include "script/module_load.h"
#include "script/reload.h"
#include "script/script.h"
#include "script/supply.h"
#include "script/upgrade.h"
#include "script/value.h"
#include "script/version.h"
#include "script/wait.h"

static const struct class change_class;

static struct reload *check_change(lua_State *L) {
  struct reload *reload = failure_check(L, 1, &change_class, "change");
  if (reload->number == 0) luaL_error(L, "the reload is over");
  return reload;
}

static struct script *script_of(lua_State *L) { return body_of(L)->script; }

/* --- Finding the module --------------------------------------------------- */

/* By its name on the actor's path, by its name wherever else it is loaded, or a
** script by its file. NULL: it is not loaded. */
static struct source *find_source(lua_State *L, const char *name,
                                  const char **path) {
  struct modules *modules = script_of(L)->modules;
  struct path *own = module_path(L);
  struct source *source = modules_found(modules, path_lua(own), name);
  *path = NULL;
  path_drop(own);
  if (source == NULL) source = modules_named(modules, name, path);
  if (source != NULL) return source;
  source = modules_source(modules, lua_pushfstring(L, "@%s", name));
  lua_pop(L, 1);
  return source;
}

static bool is_host_module(lua_State *L, const char *name) {
  return strncmp(name, "troupe.", 7) == 0 || strcmp(name, "troupe") == 0 ||
         modules_embedded(script_of(L)->modules, name) != NULL;
}

/* Why there is nothing to reload. */
static int not_loaded(lua_State *L, const char *name) {
  struct path *path = module_path(L);
  bool there =
      module_search_lua(L, script_of(L)->modules, name, path_lua(path));
  path_drop(path);
  if (!there)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected module to be a file of Lua, got %s, which "
                         "nobody has loaded, nor is it in package.path",
                         failure_describe(L, 1));
  lua_pushnil(L);
  lua_pushliteral(L, "not loaded");
  return 2;
}

static int refuse(lua_State *L, const char *why) {
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

/* --- Opening -------------------------------------------------------------- */

enum how { HOW_NEW, HOW_FORCE, HOW_BACK };
static const char *const hows[] = {"new", "force", "back", NULL};

static bool is_same(const struct unit *one, const struct unit *other) {
  return one->size == other->size &&
         memcmp(one->code, other->code, one->size) == 0;
}

/* Raises what is wrong with the file. */
static void compile(lua_State *L, struct reload *reload, const char *name) {
  reload->unit = module_compile(L, script_of(L)->modules, reload->source);
  if (reload->unit != NULL) return;
  failure_push(L, FAILURE_EXIT, "the new version of %s cannot be loaded: %s",
               name, lua_tostring(L, -1));
  wait_throw(L);
}

/* The version to change to; or why there is none. */
static const char *choose(lua_State *L, struct reload *reload,
                          const char *name, enum how how) {
  struct unit *current, *former;
  const char *why = NULL;
  if (how != HOW_BACK) compile(L, reload, name);
  modules_versions(script_of(L)->modules, reload->source, &current, &former);
  reload->old_version = current->version;
  if (how == HOW_NEW && is_same(current, reload->unit)) why = "unchanged";
  if (how == HOW_BACK && former == NULL) why = "no former version";
  if (how == HOW_BACK && former != NULL) reload->unit = unit_share(former);
  unit_drop(current);
  unit_drop(former);
  return why;
}

static void check_own(lua_State *L, const char *name) {
  if (version_is_own(body_of(L), name))
    failure_raise(L, FAILURE_BADARGUMENT,
                  "an actor cannot reload the module that it runs on: it is in "
                  "one of its handlers");
}

/* That of the file at index 3, or by the name. */
static struct source *choose_source(lua_State *L, const char *name,
                                    const char **path) {
  struct source *source;
  *path = NULL;
  if (lua_isnoneornil(L, 3)) return find_source(L, name, path);
  lua_pushfstring(L, "@%s", luaL_checkstring(L, 3));
  source = modules_source(script_of(L)->modules, lua_tostring(L, -1));
  lua_pop(L, 1);
  return source;
}

/* Its files are the executable's. */
static void check_released(lua_State *L, const struct source *source,
                           const char *name) {
  const char *file = source->chunk + 1;
  struct modules *modules = script_of(L)->modules;
  if (modules_owns(modules, file) &&
      !supply_has(modules_supply(modules), file))
    failure_raise(L, FAILURE_BADARGUMENT,
                  "%s is a part of this release, and stays as it is", name);
}

static int lua_open(lua_State *L) {
  const char *name = luaL_checkstring(L, 1), *path, *why;
  enum how how = (enum how)luaL_checkoption(L, 2, NULL, hows);
  struct reload *reload;
  if (is_host_module(L, name))
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "%s is a part of the host, and stays as it is", name);
  check_own(L, name);
  reload = class_new(L, &change_class, sizeof *reload);
  reload->source = choose_source(L, name, &path);
  reload->path = path;
  reload->self = body_pid(body_of(L));
  if (reload->source == NULL) return not_loaded(L, name);
  check_released(L, reload->source, name);
  why = choose(L, reload, name, how);
  if (why != NULL) return refuse(L, why);
  if (!reload_begin(script_of(L), reload)) return refuse(L, "busy");
  if (how != HOW_BACK)
    modules_number(script_of(L)->modules, reload->source, reload->unit);
  return 1;
}

/* The collector comes late: by then this actor may lead another one. */
static int close_change(lua_State *L) {
  struct reload *reload = failure_check(L, 1, &change_class, "change");
  bool led = reload->number != 0;
  reload_end(script_of(L), reload);
  if (led) upgrade_forget(body_of(L));
  return 0;
}

/* --- Before it begins ----------------------------------------------------- */

/* A script has one once it is a behaviour. */
static bool has_version(struct actor *actor) {
  return atomic_load_explicit(&actor->version, memory_order_relaxed) != 0;
}

/* Is the module what one of its users runs on? */
static bool has_servers(lua_State *L, const struct reload *reload) {
  struct directory *directory = script_of(L)->scheduler->directory;
  struct user *users;
  uint32_t count;
  uint64_t joined;
  bool found = false;
  if (!modules_users(script_of(L)->modules, reload->source, &users, &count,
                     &joined))
    luaL_error(L, "not enough memory");
  for (uint32_t i = 0; !found && i < count; i++) {
    struct actor *actor = directory_find(directory, users[i].pid);
    const char *name = NULL;
    if (actor != NULL)
      name = atomic_load_explicit(&actor->name, memory_order_acquire);
    found = actor != NULL &&
            (name != NULL ? strcmp(name, users[i].name) == 0
                          : *users[i].name == '\0' && has_version(actor));
  }
  memory_free(users);
  return found;
}

static int lua_describe(lua_State *L) {
  const struct reload *reload = check_change(L);
  lua_createtable(L, 0, 5);
  field_integer(L, "number", reload->number);
  field_integer(L, "version", reload->unit->version);
  field_integer(L, "former", reload->old_version);
  field_boolean(L, "behaviour", has_servers(L, reload));
  field_text(L, "path", reload->path);
  return 1;
}

static int lua_candidate(lua_State *L) {
  struct source *source;
  struct unit *unit = reload_unit(
      script_of(L), (uint64_t)luaL_checkinteger(L, 1), &source);
  if (unit == NULL) return luaL_error(L, "the reload is over");
  module_push_unit(L, source, unit);
  return 2;
}

static int lua_check(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  if (lua_type(L, 1) != LUA_TTABLE)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "expected module '%s' to return a table (a "
                         "behaviour), got %s",
                         name, failure_describe(L, 1));
  dispatch_check(L, 1, name);
  return 0;
}

/* --- Leading it ----------------------------------------------------------- */

static int lua_join(lua_State *L) {
  int count = reload_join(script_of(L), check_change(L));
  if (count < 0) return luaL_error(L, "not enough memory");
  lua_pushinteger(L, count);
  return 1;
}

static int after_await(lua_State *L, int status, lua_KContext capped) {
  uint32_t busy = reload_busy(script_of(L), check_change(L));
  (void)status;
  if (capped || wait_outcome(L)->outcome != OUTCOME_TIMEOUT)
    wait_raise(L, ID_NONE, "the end of a reload", 0);
  lua_pushinteger(L, (lua_Integer)busy);
  return 1;
}

static int lua_await(lua_State *L) {
  struct reload *reload = check_change(L);
  struct body *body = body_of(L);
  struct waiter waiter = {body_pid(body), 0};
  uint64_t until = tick_add(worker_now(worker_current()),
                            tick_from_seconds(luaL_checknumber(L, 2)));
  bool capped;
  wait_check(L);
  waiter.epoch = wait_open_until(L, WAIT_RELOAD, ID_NONE, until, &capped);
  if (!reload_await(script_of(L), reload, waiter))
    return coroutine_wait(L, HOST_WAIT, capped, after_await);
  wait_cancel(L);
  lua_pushinteger(L, 0);
  return 1;
}

static int lua_follow(lua_State *L) {
  if (!reload_follow(script_of(L), check_change(L)))
    return luaL_error(L, "not enough memory");
  return 0;
}

static int lua_prepare(lua_State *L) {
  reload_prepare(script_of(L), check_change(L));
  return 0;
}

static int lua_commit(lua_State *L) {
  lua_pushboolean(L, reload_commit(script_of(L), check_change(L)));
  return 1;
}

static int lua_release(lua_State *L) {
  reload_release(script_of(L), check_change(L));
  return 0;
}

/* --- The coordinator's own part ------------------------------------------- */

/* Nothing for it to do: `state` is not where it stands. */
static bool is_at(lua_State *L, const struct reload *reload,
                  enum reload_state state, uint32_t *index) {
  (void)L;
  return reload_own(reload, index) && reload->parts[*index].state == state;
}

static int after_own(lua_State *L, int status, lua_KContext state) {
  struct body *body = body_of(L);
  (void)status;
  reload_tell(body->script, body->upgrade->number, body->upgrade->index,
              (enum reload_state)state);
  return 0;
}

static int run_own(lua_State *L, enum reload_state from,
                   enum reload_state to, lua_CFunction run) {
  const struct reload *reload = check_change(L);
  uint32_t index;
  if (!is_at(L, reload, from, &index)) return 0;
  upgrade_self(body_of(L), reload->number, index, reload->parts[index].name);
  lua_pushcfunction(L, run);
  lua_callk(L, 0, 0, (lua_KContext)to, after_own);
  return after_own(L, LUA_OK, (lua_KContext)to);
}

static int lua_prepare_own(lua_State *L) {
  return run_own(L, RELOAD_PREPARING, RELOAD_READY, version_prepare);
}

static int install_own(lua_State *L) {
  version_install(L);
  version_drop(L);
  return 0;
}

static int lua_install_own(lua_State *L) {
  return run_own(L, RELOAD_RELEASED, RELOAD_DONE, install_own);
}

/* --- How it goes ---------------------------------------------------------- */

static int lua_failure(lua_State *L) {
  const struct reload *reload = check_change(L);
  if (!reload_has_failed(script_of(L), reload)) return 0;
  value_push_pid(L, reload->failed);
  if (reload->failure == NULL)
    failure_push(L, FAILURE_EXIT, "not enough memory");
  else
    codec_unpack(L, reload->failure);
  failure_from(L); /* it is none if it could not be told */
  return 2;
}

static int lua_laggard(lua_State *L) {
  uint64_t pid = reload_laggard(script_of(L), check_change(L));
  if (pid == ID_NONE) return 0;
  value_push_pid(L, pid);
  return 1;
}

static int lua_count(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)reload_count(script_of(L),
                                               check_change(L)));
  return 1;
}

static int lua_versions(lua_State *L) {
  const char *name = luaL_checkstring(L, 1), *path;
  struct source *source = find_source(L, name, &path);
  struct unit *current, *former;
  uint32_t number, before;
  if (source == NULL) return 0;
  modules_versions(script_of(L)->modules, source, &current, &former);
  number = current->version;
  before = former != NULL ? former->version : 0;
  unit_drop(current);
  unit_drop(former);
  lua_pushinteger(L, number);
  if (before == 0) return 1;
  lua_pushinteger(L, before);
  return 2;
}

/* --- Files ---------------------------------------------------------------- */

/* Pushes the file's stamp, or nil: it is not there or, while it is being
** written, empty. */
static void push_stamp(lua_State *L, const char *file) {
  uint64_t put = supply_count(modules_supply(script_of(L)->modules), file);
  struct stat status;
  if (put != 0)
    lua_pushfstring(L, "%I", (LUAI_UACINT)put);
  else if (stat(file, &status) != 0 || status.st_size == 0)
    lua_pushnil(L);
  else
    lua_pushfstring(L, "%I.%I:%I:%I", (LUAI_UACINT)status.st_mtim.tv_sec,
                    (LUAI_UACINT)status.st_mtim.tv_nsec,
                    (LUAI_UACINT)status.st_size, (LUAI_UACINT)status.st_ino);
}

/* The files are those of a box, freed with it whatever is raised here. */
static void push_files(lua_State *L, const struct module_file *list,
                       uint32_t count) {
  lua_newtable(L);
  for (uint32_t i = 0; i < count; i++) {
    if (lua_getfield(L, -1, list[i].file) == LUA_TNIL) {
      lua_createtable(L, 2, 0);
      lua_pushstring(L, list[i].name);
      lua_rawseti(L, -2, 1);
      push_stamp(L, list[i].file);
      lua_rawseti(L, -2, 2);
      lua_setfield(L, -3, list[i].file);
    }
    lua_pop(L, 1);
  }
}

struct box {
  struct module_file *list;
};

static const struct class box_class;

static int free_box(lua_State *L) {
  struct box *box = failure_check(L, 1, &box_class, "files");
  memory_free(box->list);
  box->list = NULL;
  return 0;
}

static const luaL_Reg box_events[] = {{"__gc", free_box},
                                      {"__close", free_box},
                                      {NULL, NULL}};
static const struct class box_class = {"files", "a list of files", box_events,
                                       NULL, NULL, false};

static int lua_files(lua_State *L) {
  struct script *script = script_of(L);
  struct box *box = class_new(L, &box_class, sizeof *box);
  uint32_t count;
  lua_toclose(L, -1);
  if (!modules_files(script->modules, script->scheduler->directory, &box->list,
                     &count))
    return luaL_error(L, "not enough memory");
  push_files(L, box->list, count);
  return 1;
}

static const luaL_Reg events[] = {{"__gc", close_change},
                                  {"__close", close_change},
                                  {NULL, NULL}};

static const luaL_Reg methods[] = {{"describe", lua_describe},
                                   {"join", lua_join},
                                   {"await", lua_await},
                                   {"follow", lua_follow},
                                   {"prepare", lua_prepare},
                                   {"prepare_own", lua_prepare_own},
                                   {"commit", lua_commit},
                                   {"release", lua_release},
                                   {"install_own", lua_install_own},
                                   {"failure", lua_failure},
                                   {"laggard", lua_laggard},
                                   {"count", lua_count},
                                   {NULL, NULL}};

static const struct class change_class = {
    "change", "a change of version", events, methods, NULL, false};

static const struct lazy_field fields[] = {{"open", lua_open, NULL},
                                           {"versions", lua_versions, NULL},
                                           {"files", lua_files, NULL},
                                           {"candidate", lua_candidate, NULL},
                                           {"check", lua_check, NULL},
                                           {NULL, NULL, NULL}};

static const struct lazy_table table = {"troupe.exchange", fields};

void reload_open(lua_State *L) { lazy_push(L, &table); }
