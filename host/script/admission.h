/*
** Admission: who may have a session with this host's console.
**
** Who can connect at all is decided by the directory that its socket is in
** (base/rendezvous.h); this is asked once more, and of the kernel: whoever is
** connected can run anything here.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_SCRIPT_ADMISSION_H
#define TROUPE_SCRIPT_ADMISSION_H

#include <stdbool.h>

/* May the peer of this unix socket have one? If not it is told, and `fd` is
** closed. `others` have one already, of `most`. */
bool admission_grant(int fd, int others, int most);

#endif
