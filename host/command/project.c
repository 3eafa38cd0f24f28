#include "command/project.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"

static bool is_rockspec(const char *name) {
  static const char suffix[] = ".rockspec";
  size_t size = strlen(name), tail = sizeof suffix - 1;
  return name[0] != '.' && size > tail &&
         strcmp(name + size - tail, suffix) == 0;
}

static bool has_rockspec(const char *folder) {
  const struct dirent *entry;
  bool found = false;
  DIR *directory = opendir(folder);
  if (directory == NULL) return false;
  while (!found && (entry = readdir(directory)) != NULL)
    found = is_rockspec(entry->d_name);
  closedir(directory);
  return found;
}

/* In front of what the environment says, or of Lua's own. LuaRocks, busted and
** whatever else a command starts find the same modules so. */
static void search_first(const char *variable, const char *former,
                         const char *first) {
  const char *rest = getenv(variable);
  struct buffer path;
  buffer_init(&path);
  if (rest == NULL) rest = getenv(former);
  if (buffer_format(&path, "%s;%s", first, rest != NULL ? rest : ";") &&
      buffer_append(&path, "", 1))
    setenv(variable, buffer_bytes(&path), 1);
  buffer_deinit(&path);
}

static void search_project(void) {
  search_first("LUA_PATH_5_4", "LUA_PATH",
               "lua/?.lua;lua/?/init.lua;lua_modules/share/lua/5.4/?.lua;"
               "lua_modules/share/lua/5.4/?/init.lua");
  search_first("LUA_CPATH_5_4", "LUA_CPATH",
               "lua_modules/lib/lua/5.4/?.so");
}

/* Cuts the last name off; false: there is none. */
static bool go_up(char *folder) {
  char *slash = strrchr(folder, '/');
  if (slash == NULL || slash[1] == '\0') return false;
  slash[slash == folder ? 1 : 0] = '\0';
  return true;
}

/* What is left of `here` below `root`. */
static void tell_place(struct project *project, const char *here,
                       const char *root) {
  size_t size = strlen(root);
  if (root[size - 1] == '/') size--;
  if (here[size] == '/' && here[size + 1] != '\0')
    snprintf(project->from, sizeof project->from, "%s/", here + size + 1);
  else
    snprintf(project->from, sizeof project->from, "./");
}

bool project_enter(struct project *project) {
  char here[PATH_MAX - 1], root[PATH_MAX - 1];
  project->from[0] = '\0';
  if (getcwd(here, sizeof here) == NULL) return false;
  strcpy(root, here);
  while (!has_rockspec(root))
    if (!go_up(root)) return false;
  if (chdir(root) != 0) return false;
  tell_place(project, here, root);
  search_project();
  return true;
}
