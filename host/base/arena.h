/*
** Arena: memory that lies the same way each time, whatever the process has been
** up to and wherever the loader has put things.
**
** Lua finds a table, a function or a userdata as the key of a table by the low
** 32 bits of its address, and so pairs goes by them. An arena begins at a
** multiple of 2^32, and hands out one piece after the other: so those bits are
** the same in any run, and in two hosts of one process.
**
** Threads    The caller sees to it that one thread at a time is in an arena.
** Ownership  What is taken is the arena's, until all of it goes.
*/
#ifndef TROUPE_BASE_ARENA_H
#define TROUPE_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* Takes no memory, but 4 GiB of the address space. NULL: there is none to be
** had; or this is a build for a sanitizer, which keeps a shadow of it. */
struct arena *arena_new(void);
void arena_free(struct arena *arena); /* takes NULL */

/* Cleared; 64-aligned. Of up to ARENA_PIECE bytes. NULL: no memory. */
void *arena_take(struct arena *arena, size_t size);
#define ARENA_PIECE ((size_t)1 << 20)

#endif
