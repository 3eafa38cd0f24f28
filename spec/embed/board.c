/* Boards: what actors write is read here where it lies, and the reverse. */
#include "host.h"

#include <poll.h>

#define ROWS 100

static const char script[] =
    "local troupe = require 'troupe'\n"
    "local board = assert(troupe.board 'places')\n"
    "for row = 1, #board do\n"
    "  local mine = board:get(row, 1)\n"
    "  board:set(row, nil, mine * 2, -row)\n"
    "end\n"
    "troupe.board('own', { rows = 2, columns = 2 }):set(2, nil, 7)\n";

static struct troupe *new_host(void) {
  struct troupe_options options = {.size = sizeof options, .workers = 1};
  return host_make(&options);
}

/* Looks on while the script writes: a cell is whole at any time. */
static void watch(struct troupe *host, double *cells) {
  struct pollfd end;
  double seen;
  end.fd = troupe_end_fd(host);
  end.events = POLLIN;
  while (poll(&end, 1, 0) < 1) {
    __atomic_load(&cells[3 * ROWS - 1], &seen, __ATOMIC_RELAXED);
    EXPECT(seen == 0 || seen == -ROWS);
  }
  EXPECT(troupe_ended(host));
  if (troupe_failed(host)) fprintf(stderr, "%s\n", troupe_error(host));
  EXPECT(!troupe_failed(host));
}

static void refuse(struct troupe *host) {
  static const char limits[] =
      "a board has a name of 1 to 255 bytes and 1 to 2^30 cells";
  EXPECT(troupe_board(host, "places", 3, ROWS) == NULL);
  EXPECT_TEXT("the board is there, and of another size", troupe_problem());
  EXPECT(troupe_board(host, "none", 0, 3) == NULL);
  EXPECT_TEXT(limits, troupe_problem());
  EXPECT(troupe_board(host, "none", (size_t)-1, 3) == NULL);
  EXPECT_TEXT(limits, troupe_problem());
  EXPECT(troupe_board(host, "", 1, 3) == NULL);
  EXPECT_TEXT(limits, troupe_problem());
}

int main(void) {
  struct troupe *host = new_host(), *other = new_host();
  double *cells = troupe_board(host, "places", ROWS, 3), *own;
  int row;
  EXPECT(cells != NULL && (size_t)cells % 64 == 0);
  EXPECT(troupe_board(host, "places", ROWS, 3) == cells);
  EXPECT(troupe_board(other, "places", 5, 5) != cells);
  refuse(host);
  for (row = 0; row < ROWS; row++) cells[3 * row] = row + 0.5;
  EXPECT(troupe_start(host));
  EXPECT(troupe_run_code(host, script, 0, NULL));
  watch(host, cells);
  for (row = 0; row < ROWS; row++) {
    EXPECT(cells[3 * row] == row + 0.5);
    EXPECT(cells[3 * row + 1] == 2 * row + 1);
    EXPECT(cells[3 * row + 2] == -row - 1);
  }
  own = troupe_board(host, "own", 2, 2);
  EXPECT(own != NULL && own[0] == 0 && own[2] == 0 && own[3] == 7);
  host_stop(host);
  troupe_free(other);
  return 0;
}
