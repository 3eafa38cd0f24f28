/*
** Memory: the C heap of the host, counted, and made to fail on demand.
**
** Everything that is not a Lua object or a message comes from here. Lua
** objects and messages come from slab.h, which sits on top.
**
** Threads
**   [any thread]  all functions
** Errors
**   NULL for no memory. memory_free takes NULL.
*/
#ifndef TROUPE_BASE_MEMORY_H
#define TROUPE_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memory_alloc(size_t size);               /* not cleared */
void *memory_zalloc(size_t size);              /* cleared */
void *memory_aligned(size_t alignment, size_t size); /* cleared; cache lines */
void *memory_resize(void *block, size_t size); /* as realloc, size > 0 */
/* A list of `count` entries of `size` bytes that is to have one more: itself,
** or a larger block, *capacity set. NULL: it stays as it is. */
void *memory_grown(void *list, uint32_t count, uint32_t *capacity,
                   size_t size);
void memory_free(void *block);
void memory_free_aligned(void *block); /* of memory_aligned */
char *memory_strdup(const char *text);

/*
** For what must not fail, as somebody waits for it: try, and call this with
** 0, 1, 2, ... after each failure. It sleeps a little, so that others may give
** something back; after a second in all the process ends.
*/
void memory_await(int attempt);

/*
** Another heap in place of the C library's: `source` is as realloc, gives back
** what is resized to 0, and aligns as malloc does; [any thread]. For the whole
** process; false once memory_settle has been called: what is taken from one
** heap cannot go to another. NULL: the C library's.
*/
typedef void *memory_source(void *context, void *block, size_t size);
bool memory_use(memory_source *source, void *context);
void memory_settle(void); /* [any thread] a host is being made */

/* From the same heap, but neither counted nor made to fail: for libraries that
** have an allocator of their own. As a memory_source. */
void *memory_pass(void *block, size_t size);

/* Blocks taken and not given back, in this process. */
int64_t memory_live(void);

/*
** Test builds: from now on `count` acquisitions succeed and the next one
** fails (once); a negative count turns this off. Counts slab_take too.
** True from memory_should_fail means "this acquisition fails".
**
** And: one acquisition in `one_in` fails, the seed says which; 0: none does.
** Failures come four at a time, as Lua collects garbage and tries again.
**
** And: from now on nothing fails on this thread, which acts for `whom`; NULL:
** for nobody who is to be spared. So what checks is not itself broken.
*/
#ifdef TROUPE_ASSERTS
void memory_fail_after(int64_t count);
void memory_fail_rate(uint64_t seed, uint64_t one_in);
void memory_spare(const void *whom);
bool memory_should_fail(void);
#else
static inline void memory_fail_after(int64_t count) { (void)count; }
static inline void memory_fail_rate(uint64_t seed, uint64_t one_in) {
  (void)seed;
  (void)one_in;
}
static inline void memory_spare(const void *whom) { (void)whom; }
static inline bool memory_should_fail(void) { return false; }
#endif

#endif
