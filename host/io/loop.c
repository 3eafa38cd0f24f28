#include "io/loop.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"

struct loop {
  uv_loop_t uv;
  uv_async_t async; /* wake; also what keeps uv_run from returning at once */
  uv_timer_t timer; /* the end of a poll; active only inside poll */
  struct loop_item *items;
  unsigned requests; /* begun and not ended */
  char *receive;
};

/* Whoever polls looks around itself. */
static void woken(uv_async_t *async) { (void)async; }

/* libuv runs timers before it polls, too: a timer that is over by then (the
** thread was not running for a while) would be used up, and the poll after
** it would have no end. */
static void expired(uv_timer_t *timer) { uv_stop(timer->loop); }

static void poll(void *self, uint64_t timeout) {
  struct loop *loop = self;
  if (timeout == 0) {
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    return;
  }
  if (timeout != TICK_NEVER) {
    /* The timer counts from the loop's own time, which is as old as the
    ** last run. Rounded up: to wake early would only mean to come again. */
    uint64_t milliseconds = timeout / 1000000 + (timeout % 1000000 != 0);
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->timer, expired, milliseconds, 0);
  }
  uv_run(&loop->uv, UV_RUN_ONCE);
  uv_timer_stop(&loop->timer);
}

static bool is_busy(void *self) {
  const struct loop *loop = self;
  return loop->requests != 0;
}

/* But for what wakes it, which is always there. */
static bool is_open(void *self) {
  struct loop *loop = self;
  bool alive;
  uv_unref((uv_handle_t *)&loop->async);
  alive = uv_loop_alive(&loop->uv) != 0;
  uv_ref((uv_handle_t *)&loop->async);
  return alive;
}

static void wake(void *self) {
  struct loop *loop = self;
  uv_async_send(&loop->async);
}

static void close_left(uv_handle_t *handle, void *context) {
  (void)context;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

/* Closes every handle and lets go of libuv's loop. */
static void end_loop(struct loop *loop) {
  uv_walk(&loop->uv, close_left, NULL);
  while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) continue;
  CHECK(uv_loop_close(&loop->uv) == 0, "a loop without handles closes");
}

static void free_loop(void *self) {
  struct loop *loop = self;
  while (loop->items != NULL) {
    struct loop_item *item = loop->items;
    loop_leave(item);
    item->abandon(item);
  }
  end_loop(loop);
  memory_free(loop->receive);
  memory_free(loop);
}

bool loop_poller(void *context, int index, struct poller *poller) {
  struct loop *loop = memory_zalloc(sizeof *loop);
  (void)context;
  (void)index;
  if (loop == NULL) return false;
  loop->receive = memory_alloc(LOOP_RECEIVE_SIZE);
  if (loop->receive == NULL) goto fail_receive;
  if (uv_loop_init(&loop->uv) != 0) goto fail_loop;
  if (uv_async_init(&loop->uv, &loop->async, woken) != 0) goto fail_async;
  if (uv_timer_init(&loop->uv, &loop->timer) != 0) goto fail_async;
  poller->self = loop;
  poller->poll = poll;
  poller->busy = is_busy;
  poller->open = is_open;
  poller->wake = wake;
  poller->free = free_loop;
  return true;
fail_async:
  end_loop(loop);
fail_loop:
  memory_free(loop->receive);
fail_receive:
  memory_free(loop);
  return false;
}

struct loop *loop_current(void) {
  struct worker *worker = worker_current();
  CHECK(worker != NULL, "only a worker has a loop");
  return worker_poller(worker);
}

uv_loop_t *loop_uv(struct loop *loop) { return &loop->uv; }

char *loop_receive_buffer(struct loop *loop) { return loop->receive; }

void loop_begin(struct loop *loop) { loop->requests++; }

void loop_end(struct loop *loop) {
  CHECK(loop->requests > 0, "what ends has begun");
  loop->requests--;
}

void loop_join(struct loop *loop, struct loop_item *item) {
  ASSERT(item->link == NULL, "an item is on one loop");
  item->next = loop->items;
  item->link = &loop->items;
  if (item->next != NULL) item->next->link = &item->next;
  loop->items = item;
}

void loop_leave(struct loop_item *item) {
  if (item->link == NULL) return;
  *item->link = item->next;
  if (item->next != NULL) item->next->link = item->link;
  item->next = NULL;
  item->link = NULL;
}
