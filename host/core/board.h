/*
** Board: rows x columns of numbers under a name, which actors write without a
** message and an engine reads where they lie. Once made, a board stays until
** its host goes; how many rows and columns it has never changes.
**
** Threads
**   [main]        boards_new, boards_free
**   [any thread]  the rest
** Order
**   A cell is read and written whole, relaxed: nothing says when another thread
**   sees it, nor that it sees two cells in the order in which they were
**   written, so a row may be seen half old and half new. What was written
**   before a message was sent is there for who handles the message, as that has
**   been pushed (release) and popped (acquire) in between.
*/
#ifndef TROUPE_CORE_BOARD_H
#define TROUPE_CORE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define BOARD_NAME_LARGEST 255 /* bytes */
/* Of one board: 8 GiB. */
#define BOARD_CELLS_LARGEST ((size_t)1 << 30)
/* Of all that actors have made, so that they cannot fill the machine. */
#define BOARDS_BY_ACTORS 1024
#define BOARDS_CELLS_BY_ACTORS ((size_t)1 << 24)

struct board {
  struct board *next;
  size_t rows, columns;
  _Atomic(double) *cells; /* row after row; on a cache line of their own */
  char name[];
};

struct boards;

struct boards *boards_new(void); /* NULL: no memory */
void boards_free(struct boards *boards);

/* NULL: none has this name. */
struct board *boards_find(struct boards *boards, const char *name);

/*
** The board of this name and size: it is made, all 0, if there is none.
** `by_actor`: for one that an actor asks for.
** INVALID: no board can have such a name or size. EXISTS: it is there, and has
** another size; *board is that. FULL: actors have made as many as they may.
** NOMEM. Else than by EXISTS *board is set only if there is one.
*/
enum status boards_open(struct boards *boards, const char *name, size_t rows,
                        size_t columns, bool by_actor, struct board **board);

static inline double board_get(const struct board *board, size_t cell) {
  return atomic_load_explicit(&board->cells[cell], memory_order_relaxed);
}

static inline void board_set(const struct board *board, size_t cell,
                             double value) {
  atomic_store_explicit(&board->cells[cell], value, memory_order_relaxed);
}

#endif
