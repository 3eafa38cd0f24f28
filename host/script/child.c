#include "script/child.h"

#include <lauxlib.h>

#include "script/body.h"
#include "script/failure.h"
#include "script/life.h"
#include "script/module.h"
#include "script/natives.h"
#include "script/script.h"

/* What bounds a Lua state bounds nothing here: who relies on it is told. */
static void check_options(lua_State *L, const char *name,
                          const struct option_start *options) {
  const char *given = NULL;
  if (options->memory != 0) given = "memory";
  if (options->cpu_span != 0) given = "cpu";
  if (options->libraries != UINT32_MAX) given = "libraries";
  if (given != NULL)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected no option %s: %s is native, and has no Lua state",
                  given, name);
}

static void check(lua_State *L, const struct native *native, const char *name,
                  const struct option_start *options) {
  const char *problem = body_of(L)->script->natives_face->problem(native);
  if (problem != NULL)
    failure_raise(L, FAILURE_BADARGUMENT, "%s cannot be started: %s", name,
                  problem);
  check_options(L, name, options);
}

struct actor *child_new(lua_State *L, int module,
                        const struct option_start *options) {
  struct body *body = body_of(L);
  struct script *script = body->script;
  const char *name = lua_tostring(L, module);
  const struct native *native = natives_find(script, name);
  struct actor *child;
  if (native != NULL) check(L, native, name, options);
  child = life_new(script, module_path(L), body_pid(body));
  if (child != NULL && native != NULL &&
      !script->natives_face->adopt(native, child->body)) {
    life_discard(script, child);
    child = NULL;
  }
  if (child == NULL) luaL_error(L, "not enough memory");
  return child;
}
