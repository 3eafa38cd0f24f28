#include <lauxlib.h>
#include <lualib.h>
#include <stdatomic.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "script/module.h"
#include "script/seed.h"

struct path {
  atomic_size_t owners;
  size_t cpath;  /* where it begins in `text` */
  char text[];   /* path, NUL, cpath, NUL */
};

static struct path *join(const char *path, const char *cpath) {
  size_t size = strlen(path) + 1, csize = strlen(cpath) + 1;
  struct path *joined = memory_alloc(sizeof *joined + size + csize);
  if (!joined) return NULL;
  atomic_init(&joined->owners, 1);
  joined->cpath = size;
  memcpy(joined->text, path, size);
  memcpy(joined->text + size, cpath, csize);
  return joined;
}

/* Leaves package.path and package.cpath of a stock Lua on the stack. */
static int defaults(lua_State *L) {
  luaL_requiref(L, LUA_LOADLIBNAME, luaopen_package, 0);
  lua_getfield(L, 1, "path");
  lua_getfield(L, 1, "cpath");
  return 2;
}

struct path *path_new(const char *path, const char *cpath) {
  struct path *joined = NULL;
  lua_State *L;
  if (path && cpath) return join(path, cpath);
  L = seed_new_state();
  if (!L) return NULL;
  lua_pushcfunction(L, defaults);
  if (lua_pcall(L, 0, 2, 0) == LUA_OK)
    joined = join(path ? path : lua_tostring(L, 1),
                  cpath ? cpath : lua_tostring(L, 2));
  lua_close(L);
  return joined;
}

struct path *path_share(struct path *path) {
  atomic_fetch_add_explicit(&path->owners, 1, memory_order_relaxed);
  return path;
}

void path_drop(struct path *path) {
  size_t owners;
  if (!path) return;
  owners = atomic_fetch_sub_explicit(&path->owners, 1, memory_order_acq_rel);
  ASSERT(owners > 0, "a path that is dropped was owned");
  if (owners == 1) memory_free(path);
}

const char *path_lua(const struct path *path) { return path->text; }

const char *path_c(const struct path *path) {
  return path->text + path->cpath;
}
