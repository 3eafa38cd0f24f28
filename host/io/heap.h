/*
** Heap: libuv takes its memory from where the host does.
**
** Threads  [main] before anything else of io/
*/
#ifndef TROUPE_IO_HEAP_H
#define TROUPE_IO_HEAP_H

void heap_share(void);

#endif
