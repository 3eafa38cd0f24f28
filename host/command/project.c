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

/* The project's places, seen from the working directory. */
static bool add_places(struct buffer *path, const char *up,
                       const char *places) {
  size_t size;
  for (; *places != '\0'; places += size) {
    size = strcspn(places, ";");
    size += places[size] == ';';
    if (!buffer_format(path, "%s%.*s", up, (int)size, places)) return false;
  }
  return buffer_append(path, "", 1);
}

static void search_project(const struct project *project) {
  struct buffer path;
  buffer_init(&path);
  if (add_places(&path, project->up, PROJECT_PATH))
    search_first("LUA_PATH_5_4", "LUA_PATH", buffer_bytes(&path));
  buffer_clear(&path);
  if (add_places(&path, project->up, PROJECT_CPATH))
    search_first("LUA_CPATH_5_4", "LUA_CPATH", buffer_bytes(&path));
  buffer_deinit(&path);
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

/* `root`, of PATH_MAX - 1 bytes, becomes the project's folder. */
static bool find(struct project *project, char *root) {
  char here[PATH_MAX - 1];
  project->from[0] = project->up[0] = '\0';
  if (getcwd(here, sizeof here) == NULL) return false;
  strcpy(root, here);
  while (!has_rockspec(root))
    if (!go_up(root)) return false;
  tell_place(project, here, root);
  return true;
}

bool project_enter(struct project *project) {
  char root[PATH_MAX - 1];
  if (!find(project, root)) return false;
  if (chdir(root) != 0) {
    project->from[0] = '\0';
    return false;
  }
  search_project(project);
  return true;
}

/* A folder's name is a letter and a slash at least, "../" three of them. */
static void tell_way_up(struct project *project) {
  if (strcmp(project->from, "./") == 0) return;
  for (const char *at = project->from; (at = strchr(at, '/')) != NULL; at++)
    strcat(project->up, "../");
}

bool project_look(struct project *project) {
  char root[PATH_MAX - 1];
  if (!find(project, root)) return false;
  tell_way_up(project);
  search_project(project);
  return true;
}
