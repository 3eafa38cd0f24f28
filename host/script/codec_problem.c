#include "script/codec_problem.h"

#include <lauxlib.h>
#include <string.h>

#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"


#define DEEP_PATH 3 /* steps shown at each end of a path that is too deep */

static bool add_step(struct problem *problem, int key, bool in_key,
                     lua_Integer item) {
  problem->steps[problem->step_count++] =
      (struct path_step){key, in_key, item};
  return false;
}

bool problem_at(struct problem *problem, int key) {
  return add_step(problem, key, false, 0);
}

bool problem_at_item(struct problem *problem, lua_Integer item) {
  return add_step(problem, 0, false, item);
}

bool problem_in_key(struct problem *problem, int key) {
  return add_step(problem, key, true, 0);
}

static bool is_name(const char *text, size_t size) {
  if (size == 0 || (*text >= '0' && *text <= '9')) return false;
  for (size_t i = 0; i < size; i++) {
    char c = text[i];
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
        !(c >= '0' && c <= '9') && c != '_')
      return false;
  }
  return true;
}

/* Joins a step to the path at the top: .name, [3], ["a b"]. */
static void push_step(lua_State *L, const struct path_step *step) {
  int key = step->key;
  if (key == 0) {
    lua_pushfstring(L, "[%I]", (LUAI_UACINT)step->item);
    lua_concat(L, 2);
    return;
  }
  if (lua_type(L, key) == LUA_TSTRING) {
    size_t size;
    const char *text = lua_tolstring(L, key, &size);
    if (is_name(text, size)) {
      lua_pushfstring(L, ".%s", text);
      lua_concat(L, 2);
      return;
    }
  }
  lua_pushliteral(L, "[");
  failure_describe(L, key);
  lua_pushliteral(L, "]");
  lua_concat(L, 4);
}

/* Pushes where it is: `argument 2.items[3]`, `key of argument 2.items`. What
** lies inside a key is not told. */
static const char *push_path(const struct problem *problem, lua_State *L,
                             const char *what) {
  lua_pushstring(L, what);
  for (int i = problem->step_count - 1; i >= 0; i--) {
    if (problem->kind == PROBLEM_DEPTH && i == problem->step_count - 1 -
                                                   DEEP_PATH) {
      lua_pushliteral(L, "...");
      lua_concat(L, 2);
      i = DEEP_PATH - 1;
    }
    if (problem->steps[i].in_key) {
      lua_pushfstring(L, "key of %s", lua_tostring(L, -1));
      break;
    }
    push_step(L, &problem->steps[i]);
  }
  return lua_tostring(L, -1);
}

int problem_raise_memory(lua_State *L) {
  lua_pushliteral(L, "not enough memory");
  return lua_error(L);
}

int problem_raise(struct problem *problem, lua_State *L, const char *what) {
  const char *path;
  if (problem->kind == PROBLEM_MEMORY) return problem_raise_memory(L);
  luaL_checkstack(L, 10, NULL);
  path = push_path(problem, L, what);
  if (problem->kind == PROBLEM_METATABLE)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "%s: a table with a metatable that has no __module "
                         "cannot be sent", path);
  if (problem->kind == PROBLEM_SIZE)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "%s: more than %d MiB are not shown, and the actor "
                         "has %d MiB in all", path, (int)(CODEC_SHOWN >> 20),
                         (int)(body_of(L)->memory >> 20));
  if (problem->kind == PROBLEM_DEPTH)
    return failure_raise(L, FAILURE_BADARGUMENT,
                         "%s: tables are nested deeper than %d", path,
                         CODEC_DEPTH);
  return failure_raise(L, FAILURE_BADARGUMENT, "%s: %s %s cannot be %s", path,
                       *problem->culprit == 'a' ? "an" : "a",
                       problem->culprit,
                       problem->kind == PROBLEM_SEND ? "sent" : "encoded");
}
