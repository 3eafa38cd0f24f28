/* A host is made where there is memory for so many blocks and no more: 0, 1, 2,
** ... until there is enough. What was made by then is given back. Only libuv
** gives up in between, so each is a process of its own. */
#define _POSIX_C_SOURCE 200809L

#include <troupe.h>

#include "expect.h"

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

struct heap {
  long left; /* blocks that it gives out yet; < 0: any number */
  long live;
};

static void *allocate(void *context, void *block, size_t size) {
  struct heap *heap = context;
  void *resized;
  if (size == 0) {
    heap->live -= block != NULL;
    free(block);
    return NULL;
  }
  if (heap->left == 0) return NULL;
  if (heap->left > 0) heap->left--;
  resized = realloc(block, size);
  heap->live += block == NULL && resized != NULL;
  return resized;
}

/* True: there was enough. */
static bool make(struct heap *heap, long blocks) {
  struct troupe_options options = {.size = sizeof options, .workers = 2};
  char error[256] = "";
  struct troupe *host;
  options.engine = true;
  options.console = true;
  heap->left = blocks;
  host = troupe_new(&options, error, sizeof error);
  heap->left = -1;
  troupe_free(host);
  if (host == NULL) EXPECT(strstr(error, "memory") != NULL);
  if (heap->live != 0) fprintf(stderr, "with %ld: %ld left\n", blocks,
                               heap->live);
  EXPECT(heap->live == 0);
  return host != NULL;
}

enum { ENOUGH = 3, GIVEN_UP = 4 };

static void give_up(void *context, const char *text) {
  (void)context;
  EXPECT(strstr(text, "a library in it has given up") != NULL);
  _exit(GIVEN_UP);
}

/* How a process with memory for so many blocks fares. */
static int try(long blocks) {
  struct heap heap = {-1, 0};
  int status;
  pid_t child = fork();
  EXPECT(child >= 0);
  if (child == 0) {
    EXPECT(troupe_set_allocator(allocate, &heap));
    troupe_set_fatal(give_up, NULL);
    _exit(make(&heap, blocks) ? ENOUGH : 0);
  }
  EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* Most of them are one Lua state's, which a few stand for. If libuv had memory
** from elsewhere, it would never give up. */
int main(void) {
  long blocks = 0;
  int tries = 0, given_up = 0, status;
  while ((status = try(blocks)) != ENOUGH) {
    EXPECT(status == 0 || status == GIVEN_UP);
    given_up += status == GIVEN_UP;
    tries++;
    blocks += blocks < 100 ? 1 : 13;
  }
  EXPECT(tries > 100 && given_up > 0 && given_up < 10);
  return 0;
}
