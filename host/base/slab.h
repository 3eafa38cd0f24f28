/*
** Slab: small blocks by size class, cached per thread.
**
** A message is made on one worker and freed on another; a Lua state moves
** between workers and grows and shrinks all the time. Each thread holds a
** stack of free blocks per class and trades whole batches with a depot that
** all threads share (magazines, after Bonwick & Adams, "Magazines and Vmem",
** USENIX 2001): one lock for every SLAB_BATCH blocks, no header on a block.
** Classes are 8 bytes apart up to SLAB_LARGEST; beyond it the C heap serves.
**
** Threads
**   [any thread]  slab_new, slab_free, slab_live, slab_is_bound
**   [bound]       slab_take, slab_give, slab_resize: a thread that has a
**                 cache bound (slab_bind)
** Ownership
**   The depot keeps every chunk until slab_free; a cache belongs to the
**   thread that it is bound to. Blocks may be given back by any thread.
** Sanitizers
**   Under ASan, and with TROUPE_STRESS, every block is a heap block.
*/
#ifndef TROUPE_BASE_SLAB_H
#define TROUPE_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slab;
struct slab_cache;

#define SLAB_LARGEST ((size_t)2048)
#define SLAB_CHUNK ((size_t)65536) /* what the depot gets from the heap */

/* NULL for no memory. `based`: who takes and gives the same gets the same
** addresses, as far as base/arena.h has it, and does without if need be. */
struct slab *slab_new(bool based);
/* Takes NULL. No cache may be left, nor a block. */
void slab_free(struct slab *slab);

struct slab_cache *slab_cache_new(struct slab *slab); /* NULL: no memory */
/* Gives all to the depot. Takes NULL. A cache that is bound to the calling
** thread is unbound first; one bound to another must not be freed. */
void slab_cache_free(struct slab_cache *cache);

/* Makes `cache` (or NULL: none) the calling thread's; returns the former. */
struct slab_cache *slab_bind(struct slab_cache *cache);

/* Has the calling thread a cache of this slab bound? */
bool slab_is_bound(const struct slab *slab);

void *slab_take(size_t size);              /* 8-aligned; NULL: no memory */
/* The size it was taken with; not NULL. (A smaller size is safe as long as
** both are within SLAB_LARGEST or both beyond it.) */
void slab_give(void *block, size_t size);

/*
** Takes a block of `size`, copies what fits, gives the old one back; the
** same block where the class does not change. NULL leaves the old block as
** it was. A shrink can fail too when a smaller block cannot be had; a
** caller that must not fail (Lua's) then keeps the old block in the larger
** class by never shrinking across classes: see script/alloc.c.
*/
void *slab_resize(void *block, size_t old_size, size_t size);

/* Blocks taken and not given back; exact when all threads are quiet. */
int64_t slab_live(struct slab *slab);

/* Bytes of chunks held from the heap. */
size_t slab_held(struct slab *slab);

#endif
