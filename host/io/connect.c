/*
** One attempt is a non-blocking connect watched by a uv_poll_t; its handle
** must be closed before the next attempt or the end, so each attempt ends in
** its close callback. A unix socket whose backlog is full does not wait as
** TCP does but says so at once; the attempt is repeated a little later.
*/
#include "io/connect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "io/loop.h"

#define AGAIN_SPAN (TICK_SECOND / 100) /* between looks at a full backlog */

enum stage {
  STAGE_LOOKUP,  /* libuv's thread pool has `lookup` */
  STAGE_ATTEMPT, /* `poll` watches `fd` */
  STAGE_CLOSING, /* `poll` is being closed; `fd` is connected, or -1 */
  STAGE_PAUSE    /* `again` is in the wheel */
};

struct connecting {
  struct loop *loop;
  struct worker *worker;
  connecting_done *done; /* NULL: cancelled */
  void *context;
  enum stage stage;
  int fd;
  int error;                  /* of the first attempt that failed */
  const struct addrinfo *next; /* in `found`: to be tried yet */
  struct addrinfo *found;
  struct addrinfo single; /* an address that needed no looking up */
  struct address address;
  uv_getaddrinfo_t lookup;
  uv_poll_t poll;
  struct wheel_node again;
};

static void free_connecting(struct connecting *connecting) {
  if (connecting->fd >= 0) close(connecting->fd);
  uv_freeaddrinfo(connecting->found);
  memory_free(connecting);
}

static void finish(struct connecting *connecting) {
  connecting_done *done = connecting->done;
  void *context = connecting->context;
  int fd = connecting->fd, error = connecting->error;
  connecting->fd = -1;
  free_connecting(connecting);
  if (done != NULL)
    done(context, fd, fd >= 0 ? 0 : error);
  else if (fd >= 0)
    close(fd);
}

static void note(struct connecting *connecting, int error) {
  if (connecting->error == 0) connecting->error = error;
}

static void advance(struct connecting *connecting);

static void poll_closed(uv_handle_t *handle) {
  struct connecting *connecting = handle->data;
  if (connecting->done == NULL || connecting->fd >= 0)
    finish(connecting);
  else
    advance(connecting);
}

/* The handle first: libuv wants to tell the kernel which descriptor it lets go
** of, and a closed one may be another thread's by then. */
static void end_attempt(struct connecting *connecting, int error) {
  connecting->stage = STAGE_CLOSING;
  uv_close((uv_handle_t *)&connecting->poll, poll_closed);
  if (error == 0) return;
  note(connecting, error);
  close(connecting->fd);
  connecting->fd = -1;
}

static void writable(uv_poll_t *poll, int status, int events) {
  struct connecting *connecting = poll->data;
  int error = 0;
  socklen_t size = sizeof error;
  (void)status; /* an error of the socket's, which it tells better itself */
  (void)events;
  if (getsockopt(connecting->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    error = errno;
  end_attempt(connecting, uv_translate_sys_error(error));
}

static void pause_over(struct wheel_node *node) {
  struct connecting *connecting =
      (void *)((char *)node - offsetof(struct connecting, again));
  advance(connecting);
}

static int watch(struct connecting *connecting) {
  int error = uv_poll_init(loop_uv(connecting->loop), &connecting->poll,
                           connecting->fd);
  if (error != 0) return error;
  connecting->poll.data = connecting;
  connecting->stage = STAGE_ATTEMPT;
  error = uv_poll_start(&connecting->poll, UV_WRITABLE, writable);
  CHECK(error == 0, "an open handle polls");
  return 0;
}

static void pause_attempts(struct connecting *connecting) {
  connecting->stage = STAGE_PAUSE;
  connecting->again.due =
      tick_add(scheduler_now(worker_scheduler(connecting->worker)),
               AGAIN_SPAN);
  connecting->again.fire = pause_over;
  wheel_add(worker_wheel(connecting->worker), &connecting->again);
}

/* 0: under way. */
static int attempt(struct connecting *connecting, const struct addrinfo *to) {
  int error;
  connecting->fd =
      socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connecting->fd < 0) return uv_translate_sys_error(errno);
  if (connect(connecting->fd, to->ai_addr, to->ai_addrlen) == 0 ||
      errno == EINPROGRESS || errno == EINTR)
    error = watch(connecting);
  else
    error = uv_translate_sys_error(errno);
  if (error == 0) return 0;
  close(connecting->fd);
  connecting->fd = -1;
  return error;
}

/* Tries one address after the other until one is under way. */
static bool try_next(struct connecting *connecting) {
  while (connecting->next != NULL) {
    const struct addrinfo *to = connecting->next;
    int error = attempt(connecting, to);
    if (error == 0) {
      connecting->next = to->ai_next;
      return true;
    }
    if (error == UV_EAGAIN) {
      pause_attempts(connecting);
      return true;
    }
    connecting->next = to->ai_next;
    note(connecting, error);
  }
  return false;
}

static void advance(struct connecting *connecting) {
  if (!try_next(connecting)) finish(connecting);
}

/* An address that needs, or needed, no looking up. */
static void take_single(struct connecting *connecting) {
  struct sockaddr *to = (struct sockaddr *)&connecting->address.storage;
  connecting->single.ai_family = to->sa_family;
  connecting->single.ai_addr = to;
  connecting->single.ai_addrlen = connecting->address.size;
  connecting->next = &connecting->single;
}

static void looked_up(uv_getaddrinfo_t *lookup, int status,
                      struct addrinfo *found) {
  struct connecting *connecting = lookup->data;
  loop_end(connecting->loop);
  connecting->found = found;
  connecting->next = found;
  if (status != 0 && address_loopback(&connecting->address))
    take_single(connecting);
  else if (status != 0)
    note(connecting, status);
  if (connecting->done == NULL)
    free_connecting(connecting);
  else
    advance(connecting);
}

static int look_up(struct connecting *connecting) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  int error;
  connecting->stage = STAGE_LOOKUP;
  connecting->lookup.data = connecting;
  error = uv_getaddrinfo(loop_uv(connecting->loop), &connecting->lookup,
                         looked_up, connecting->address.host,
                         connecting->address.port, &hints);
  if (error == 0) loop_begin(connecting->loop);
  return error;
}

static int connect_single(struct connecting *connecting) {
  take_single(connecting);
  return try_next(connecting) ? 0 : connecting->error;
}

struct connecting *connecting_start(const struct address *address,
                                    connecting_done *done, void *context,
                                    int *error) {
  struct connecting *connecting = memory_zalloc(sizeof *connecting);
  *error = UV_ENOMEM;
  if (connecting == NULL) return NULL;
  connecting->loop = loop_current();
  connecting->worker = worker_current();
  connecting->done = done;
  connecting->context = context;
  connecting->fd = -1;
  connecting->address = *address;
  *error = address->numeric ? connect_single(connecting) : look_up(connecting);
  if (*error == 0) return connecting;
  free_connecting(connecting);
  return NULL;
}

void connecting_cancel(struct connecting *connecting) {
  connecting->done = NULL;
  switch (connecting->stage) {
    case STAGE_LOOKUP:
      /* Too late for one that a thread is at; its callback comes anyway. */
      uv_cancel((uv_req_t *)&connecting->lookup);
      break;
    case STAGE_ATTEMPT:
      end_attempt(connecting, UV_ECANCELED);
      break;
    case STAGE_CLOSING:
      break;
    case STAGE_PAUSE:
      wheel_remove(worker_wheel(connecting->worker), &connecting->again);
      free_connecting(connecting);
      break;
  }
}
