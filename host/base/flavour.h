/*
** Flavour: whose process is this? The command's is ours: signals, standard
** output and C modules are for us to use. An engine's, into which the library
** was linked, is not: there we take nothing that belongs to the process. Who
** must know asks here.
**
** The two are the same sources; flavour.c alone is compiled for the one or the
** other (TROUPE_LIBRARY), and base/shim.c belongs to the library only.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_FLAVOUR_H
#define TROUPE_BASE_FLAVOUR_H

#include <stdbool.h>

bool flavour_is_library(void);

#endif
