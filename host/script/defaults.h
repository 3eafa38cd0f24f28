/*
** Defaults: the limits of a whole project, which are a setting:
**
**   limits = { memory = 64 * 1024 * 1024, cpu = 0.5,
**              mailbox = { size = 1000, bytes = 1048576, full = "wait" } }
**
** and `--set limits.mailbox.size=10` exchanges one of them.
*/
#ifndef TROUPE_SCRIPT_DEFAULTS_H
#define TROUPE_SCRIPT_DEFAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "script/script.h"

/* Takes over what the settings say into script->limits. False: `why` says
** what is wrong with them. [main] before the first actor starts */
bool defaults_read(struct script *script, char *why, size_t why_size);

#endif
