/*
** An actor that reads a file holds up its worker, as with io.open: in a release
** the bytes are there, and a project is read by one who works on it.
*/
#include "script/face_asset.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/folder.h"
#include "script/body.h"
#include "script/class.h"
#include "script/failure.h"
#include "script/lazy.h"
#include "script/module_store.h"
#include "script/script.h"
#include "script/supply.h"

static const struct archive *archive_of(lua_State *L) {
  return modules_archive(body_of(L)->script->modules);
}

static const char *folder_of(lua_State *L) {
  return body_of(L)->script->assets;
}

/* Parts with slashes between them, none of which leads elsewhere. */
static bool is_name(const char *name, size_t size) {
  const char *part = name, *end;
  if (size != strlen(name)) return false;
  for (;; part = end + 1) {
    end = part + strcspn(part, "/");
    if (end == part || (end - part == 1 && part[0] == '.') ||
        (end - part == 2 && part[0] == '.' && part[1] == '.'))
      return false;
    if (*end == '\0') return true;
  }
}

/* --- Reading -------------------------------------------------------------- */

static int refuse(lua_State *L, const char *path, const char *why) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", path, why);
  return 2;
}

static int no_asset(lua_State *L, const char *path) {
  return refuse(L, path, "no such asset");
}

/* As many of its bytes as fit; -1: see errno. */
static ssize_t read_file(const char *path, char *bytes, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC), error;
  size_t done = 0;
  ssize_t got = 1;
  if (fd < 0) return -1;
  while (got > 0 && done < size) {
    got = read(fd, bytes + done, size - done);
    if (got > 0) done += (size_t)got;
    if (got < 0 && errno == EINTR) got = 1;
  }
  error = errno;
  close(fd);
  errno = error;
  return got < 0 ? -1 : (ssize_t)done;
}

/* Nothing but the state's own is held where it may raise. It is read again
** should it have grown meanwhile. */
static int push_file(lua_State *L, const char *path) {
  struct stat status;
  size_t room = 0;
  ssize_t size;
  char *bytes;
  do {
    if (stat(path, &status) != 0)
      return errno == ENOENT || errno == ENOTDIR
                 ? no_asset(L, path)
                 : refuse(L, path, strerror(errno));
    if (!S_ISREG(status.st_mode)) return no_asset(L, path);
    room = (size_t)status.st_size + 1;
    bytes = lua_newuserdatauv(L, room, 0);
    size = read_file(path, bytes, room);
  } while (size >= 0 && (size_t)size == room);
  if (size < 0) return refuse(L, path, strerror(errno));
  lua_pushlstring(L, bytes, (size_t)size);
  return 1;
}

static const struct class supplied_class;

static int free_supplied(lua_State *L) {
  supply_release(failure_check(L, 1, &supplied_class, "asset"));
  return 0;
}

static const luaL_Reg supplied_events[] = {{"__gc", free_supplied},
                                           {"__close", free_supplied},
                                           {NULL, NULL}};
static const struct class supplied_class = {
    "asset", "an asset", supplied_events, NULL, NULL, false};

/* From the program that embeds the host. */
static bool push_supplied(lua_State *L, const char *path) {
  struct supply *supply = modules_supply(body_of(L)->script->modules);
  struct supplied *supplied;
  if (!supply_has_hook(supply)) return false;
  supplied = class_new(L, &supplied_class, sizeof *supplied);
  lua_toclose(L, -1);
  if (!supply_read(supply, path, supplied)) return false;
  lua_pushlstring(L, supplied->bytes, supplied->size);
  return true;
}

static int lua_read(lua_State *L) {
  const struct archive *archive = archive_of(L);
  struct archive_file file;
  const char *name, *path;
  size_t size;
  lua_settop(L, 1);
  name = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &size) : NULL;
  if (name == NULL || !is_name(name, size))
    return failure_expected(L, "name", "the name of an asset", 1);
  path = lua_pushfstring(L, "%s/%s", folder_of(L), name);
  if (push_supplied(L, path)) return 1;
  if (archive == NULL) return push_file(L, path);
  if (!archive_find(archive, path, &file)) return no_asset(L, path);
  lua_pushlstring(L, file.bytes, file.size);
  return 1;
}

/* --- Listing -------------------------------------------------------------- */

static int list_archived(lua_State *L, const struct archive *archive,
                         const char *prefix) {
  size_t folder = strlen(folder_of(L)) + 1;
  const char *first = lua_pushfstring(L, "%s/%s", folder_of(L), prefix);
  lua_Integer count = 0;
  lua_newtable(L);
  for (uint32_t at = archive_from(archive, first);
       at < archive_count(archive); at++) {
    const char *name = archive_at(archive, at).name;
    if (strncmp(name, first, strlen(first)) != 0) break;
    lua_pushstring(L, name + folder);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

static const struct class folder_class;

static int free_folder(lua_State *L) {
  folder_deinit(failure_check(L, 1, &folder_class, "assets"));
  return 0;
}

static const luaL_Reg folder_events[] = {{"__gc", free_folder},
                                         {"__close", free_folder},
                                         {NULL, NULL}};
static const struct class folder_class = {"assets", "a list of assets",
                                          folder_events, NULL, NULL, false};

static int list_folder(lua_State *L, const char *prefix) {
  struct folder *folder = class_new(L, &folder_class, sizeof *folder);
  lua_Integer count = 0;
  lua_toclose(L, -1);
  if (!folder_read(folder, folder_of(L)))
    return luaL_error(L, "not enough memory");
  lua_newtable(L);
  for (uint32_t i = 0; i < folder->count; i++) {
    if (strncmp(folder->names[i], prefix, strlen(prefix)) != 0) continue;
    lua_pushstring(L, folder->names[i]);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

static int lua_list(lua_State *L) {
  const struct archive *archive = archive_of(L);
  const char *prefix = "";
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING)
    prefix = lua_tostring(L, 1);
  else if (!lua_isnil(L, 1))
    return failure_expected(L, "prefix", "a string", 1);
  if (archive != NULL) return list_archived(L, archive, prefix);
  return list_folder(L, prefix);
}

static const struct lazy_field fields[] = {
    {"read", lua_read, NULL}, {"list", lua_list, NULL}, {NULL, NULL, NULL}};

static const struct lazy_table table = {"troupe.asset", fields};

void asset_open(lua_State *L) { lazy_push(L, &table); }
