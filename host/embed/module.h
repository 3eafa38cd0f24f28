/*
** Modules of C, and types of handles (troupe_module, troupe_type): how the
** script layer calls what is in them.
**
** Threads  [main] modules_install
*/
#ifndef TROUPE_EMBED_MODULE_H
#define TROUPE_EMBED_MODULE_H

#include "troupe.h"

/* The script layer is there. */
void modules_install(struct troupe *host);

#endif
