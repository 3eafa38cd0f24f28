/*
** Fault: what a negative error code of this layer is called and means.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_IO_FAULT_H
#define TROUPE_IO_FAULT_H

#include <errno.h>

#define FAULT_CLOSED (-EBADF)  /* it has been closed here */
#define FAULT_AGAIN (-EAGAIN)  /* not now */

const char *fault_name(int error); /* "ECONNRESET" */
const char *fault_text(int error); /* "connection reset by peer" */

#endif
