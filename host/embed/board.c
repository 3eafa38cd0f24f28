#include "core/board.h"

#include "embed/host.h"
#include "embed/problem.h"

static const char *why(enum status status) {
  switch (status) {
    case STATUS_INVALID:
      return "a board has a name of 1 to 255 bytes and 1 to 2^30 cells";
    case STATUS_EXISTS:
      return "the board is there, and of another size";
    default:
      return "not enough memory";
  }
}

double *troupe_board(struct troupe *host, const char *name, size_t rows,
                     size_t columns) {
  struct board *board;
  enum status status = boards_open(host->script->boards,
                                   name != NULL ? name : "", rows, columns,
                                   false, &board);
  if (status == STATUS_OK) return (double *)board->cells;
  problem_set("%s", why(status));
  return NULL;
}
