/*
** Code: modules of Lua in memory (troupe_add_module), and what becomes of them.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_EMBED_CODE_H
#define TROUPE_EMBED_CODE_H

#include <stdbool.h>

#include "troupe.h"

#define CODE_NAME 500 /* bytes of a module's name */

/* May a module that the engine gives to its scripts have this name? False:
** problem_set has been told why not. */
bool code_check_name(struct troupe *host, const char *name);
/* The same of a name that is neither NULL nor "", and only whether it is one of
** Troupe's own, or of Lua's. */
bool code_check_theirs(struct troupe *host, const char *name);

#endif
