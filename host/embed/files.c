#include "embed/files.h"

#include "embed/inside.h"
#include "script/module_store.h"
#include "script/supply.h"

static bool ask(const struct engine_files *files, const char *name,
                struct troupe_file *file) {
  bool there;
  inside_enter();
  there = files->read(files->context, name, file);
  inside_leave();
  return there;
}

static bool read(void *context, const char *name, struct supplied *supplied) {
  struct troupe_file file = {.bytes = NULL};
  if (supplied == NULL) return ask(context, name, NULL);
  if (!ask(context, name, &file)) return false;
  supplied->bytes = file.bytes;
  supplied->size = file.size;
  supplied->handle = file.handle;
  return true;
}

static void release(void *context, struct supplied *supplied) {
  const struct engine_files *files = context;
  struct troupe_file file = {.bytes = supplied->bytes,
                             .size = supplied->size,
                             .handle = supplied->handle};
  inside_enter();
  files->release(files->context, &file);
  inside_leave();
}

void files_install(struct engine_files *files,
                   const struct troupe_options *options,
                   struct script *script) {
  struct supply_hook hook = {read, NULL, files};
  if (options->read_file == NULL) return;
  *files = (struct engine_files){options->read_file, options->release_file,
                                 options->context};
  if (files->release != NULL) hook.release = release;
  supply_set_hook(modules_supply(script->modules), &hook);
}
