#include "core/board.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"

#define LINE 64

struct boards {
  struct mutex lock;
  /* Under the lock: */
  struct board *first;
  size_t by_actors, cells_by_actors;
};

struct boards *boards_new(void) {
  struct boards *boards = memory_zalloc(sizeof *boards);
  if (boards != NULL) mutex_init(&boards->lock);
  return boards;
}

void boards_free(struct boards *boards) {
  struct board *board, *next;
  if (boards == NULL) return;
  for (board = boards->first; board != NULL; board = next) {
    next = board->next;
    memory_free(board);
  }
  mutex_deinit(&boards->lock);
  memory_free(boards);
}

static struct board *find_locked(struct boards *boards, const char *name) {
  struct board *board = boards->first;
  while (board != NULL && strcmp(board->name, name) != 0) board = board->next;
  return board;
}

struct board *boards_find(struct boards *boards, const char *name) {
  struct board *board;
  mutex_lock(&boards->lock);
  board = find_locked(boards, name);
  mutex_unlock(&boards->lock);
  return board;
}

static bool is_name(const char *name) {
  size_t size = strlen(name);
  return size > 0 && size <= BOARD_NAME_LARGEST;
}

static bool is_size(size_t rows, size_t columns) {
  return rows > 0 && columns > 0 && rows <= BOARD_CELLS_LARGEST / columns;
}

/* The cells lie in the same block, which calloc need not touch to clear. */
static struct board *board_new(const char *name, size_t rows, size_t columns) {
  size_t head = sizeof(struct board) + strlen(name) + 1;
  size_t cells = rows * columns * sizeof(double);
  struct board *board = memory_zalloc(head + LINE + cells);
  uintptr_t at;
  if (board == NULL) return NULL;
  at = ((uintptr_t)board + head + LINE - 1) / LINE * LINE;
  ASSERT(at + cells <= (uintptr_t)board + head + LINE + cells,
         "the cells lie within their block");
  board->cells = (_Atomic(double) *)at;
  board->rows = rows;
  board->columns = columns;
  memcpy(board->name, name, strlen(name) + 1);
  return board;
}

static bool is_full_locked(const struct boards *boards, size_t cells) {
  return boards->by_actors == BOARDS_BY_ACTORS ||
         cells > BOARDS_CELLS_BY_ACTORS - boards->cells_by_actors;
}

static enum status make_locked(struct boards *boards, const char *name,
                               size_t rows, size_t columns, bool by_actor,
                               struct board **made) {
  struct board *board;
  if (by_actor && is_full_locked(boards, rows * columns)) return STATUS_FULL;
  board = board_new(name, rows, columns);
  if (board == NULL) return STATUS_NOMEM;
  if (by_actor) {
    boards->by_actors++;
    boards->cells_by_actors += rows * columns;
  }
  board->next = boards->first;
  boards->first = board;
  *made = board;
  return STATUS_OK;
}

enum status boards_open(struct boards *boards, const char *name, size_t rows,
                        size_t columns, bool by_actor, struct board **board) {
  struct board *found;
  enum status status = STATUS_OK;
  if (!is_name(name) || !is_size(rows, columns)) return STATUS_INVALID;
  mutex_lock(&boards->lock);
  found = find_locked(boards, name);
  if (found == NULL) {
    status = make_locked(boards, name, rows, columns, by_actor, board);
  } else {
    *board = found;
    if (found->rows != rows || found->columns != columns)
      status = STATUS_EXISTS;
  }
  mutex_unlock(&boards->lock);
  return status;
}
