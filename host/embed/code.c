#include "embed/code.h"

#include <string.h>

#include "embed/entry.h"
#include "embed/host.h"
#include "embed/problem.h"
#include "script/binding.h"
#include "script/library.h"
#include "script/module_load.h"
#include "script/module_store.h"
#include "script/natives.h"
#include "script/supply.h"

bool code_check_theirs(struct troupe *host, const char *name) {
  struct modules *modules = host->script->modules;
  if (strcmp(name, "troupe") != 0 && strncmp(name, "troupe.", 7) != 0 &&
      library_bit(name) == 0 && modules_embedded(modules, name) == NULL)
    return true;
  return problem_set("%s is a part of the host, and stays as it is", name);
}

static bool is_elsewhere(struct modules *modules, const char *name,
                         const char *file) {
  const char *path;
  const struct source *source = modules_named(modules, name, &path);
  return source != NULL && strcmp(source->chunk + 1, file) != 0;
}

bool code_check_name(struct troupe *host, const char *name) {
  const struct script *script = host->script;
  if (name == NULL || name[0] == '\0')
    return problem_set("expected the name of a module, got none");
  if (strlen(name) > CODE_NAME)
    return problem_set("expected the name of a module to have at most %d "
                       "bytes, got %zu", CODE_NAME, strlen(name));
  if (!code_check_theirs(host, name)) return false;
  if (natives_find(script, name) != NULL)
    return problem_set("there is a behaviour %s already", name);
  return bindings_find(script->bindings, BINDING_MODULE, name,
                       strlen(name)) == NULL ||
         problem_set("there is a module %s of C already", name);
}

/* Its file's name. */
static bool read_name(struct troupe *host, const char *name, char *file,
                      size_t size) {
  struct modules *modules = host->script->modules;
  if (!code_check_name(host, name)) return false;
  module_supply_name(name, file, size);
  return !is_elsewhere(modules, name, file) ||
         problem_set("the module %s has been loaded from elsewhere", name);
}

static bool add(struct troupe *host, const char *file, const char *code,
                size_t size) {
  char chunk[MODULE_SUPPLY_NAME + 1] = "@", why[400];
  strcpy(chunk + 1, file);
  if (!module_check(chunk, code, size, why, sizeof why))
    return problem_set("%s", why);
  return supply_put(modules_supply(host->script->modules), file, code, size) ||
         problem_set("not enough memory");
}

bool troupe_add_module(struct troupe *host, const char *name, const char *code,
                       size_t size) {
  char file[MODULE_SUPPLY_NAME];
  struct entry entry;
  bool added;
  if (!read_name(host, name, file, sizeof file)) return false;
  if (code == NULL && size > 0)
    return problem_set("expected the code of %s, got NULL", name);
  if (!entry_open(&host->entries, &entry)) return false;
  added = add(host, file, code != NULL ? code : "", size);
  entry_close(&host->entries, &entry);
  return added;
}

bool troupe_reload(struct troupe *host, const char *module,
                   uint64_t deadline_ms, troupe_callback *callback,
                   void *context) {
  struct troupe_target desk = troupe_entity("troupe.reload.desk", "host");
  struct troupe_writer *request;
  bool asked;
  if (module == NULL)
    return problem_set("expected the name of a module, got none");
  request = troupe_writer_new();
  troupe_write_text(request, "reload");
  troupe_write_text(request, module);
  asked = troupe_call(host, desk, request, deadline_ms, callback, context);
  troupe_writer_free(request);
  return asked;
}
