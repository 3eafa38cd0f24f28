/*
** Files: what the engine reads for its host instead of the disk
** (options.read_file), as the script layer asks for it (script/supply.h).
**
** Threads  [main] files_install
*/
#ifndef TROUPE_EMBED_FILES_H
#define TROUPE_EMBED_FILES_H

#include "script/script.h"
#include "troupe.h"

/* What the options say; constant. */
struct engine_files {
  bool (*read)(void *context, const char *name, struct troupe_file *file);
  void (*release)(void *context, struct troupe_file *file);
  void *context;
};

/* Nothing without options.read_file. `files` stays where it is. */
void files_install(struct engine_files *files,
                   const struct troupe_options *options,
                   struct script *script);

#endif
