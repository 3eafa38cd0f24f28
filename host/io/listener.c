/*
** The socket is watched while there is room for a connection. Who frees the
** last place of a full listener may be any thread, so the two meet in
** `paused`:
**
**   1. The listener stops watching, sets `paused`, and only then counts.
**   2. A connection that ends subtracts itself, and only then takes `paused`.
**   3. Whichever of the two takes it (one exchange) has to resume: the
**      listener at once, the other by a job on the listener's worker. The
**      job inherits that connection's hold on the memory.
**
** While `paused` has been taken but not resumed nobody sets it, so there is
** at most one job, and it may live in the listener.
*/
#define _GNU_SOURCE /* accept4 */
#include "io/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "io/loop.h"
#include "io/stream.h"

#define BACKLOG_DEFAULT 511
#define ACCEPTS_AT_ONCE 64               /* then the others get a look */
#define BACK_OFF_SPAN (TICK_SECOND / 10) /* out of descriptors or memory */

struct listener {
  struct loop_item item;
  struct job job; /* resume */
  struct worker *worker;
  struct actor *owner; /* NULL once it has closed the listener */
  struct listener_options options;
  uv_poll_t poll;
  struct wheel_node back_off;
  int fd; /* -1: closed */
  /* Whoever may still touch the memory: the poll handle, each connection. */
  _Atomic uint32_t holders;
  _Atomic int connections;
  _Atomic bool paused;
  struct sockaddr_un path; /* AF_UNIX: the file that was made */
  dev_t device;
  ino_t inode;
};

static int last_error(void) { return uv_translate_sys_error(errno); }

static void release(struct listener *listener) {
  if (atomic_fetch_sub(&listener->holders, 1) != 1) return;
  memory_free(listener);
  stream_counted(-1);
}

/* --- Accepting ------------------------------------------------------------ */

static void readable(uv_poll_t *poll, int status, int events);

static bool has_room(struct listener *listener) {
  return listener->options.max == 0 ||
         atomic_load(&listener->connections) < listener->options.max;
}

static void watch(struct listener *listener) {
  int error = uv_poll_start(&listener->poll, UV_READABLE, readable);
  CHECK(error == 0, "an open handle polls");
}

static void pause_accepting(struct listener *listener) {
  uv_poll_stop(&listener->poll);
  atomic_store(&listener->paused, true);
  if (has_room(listener) && atomic_exchange(&listener->paused, false))
    watch(listener);
}

static void resume(struct job *job) {
  struct listener *listener =
      (void *)((char *)job - offsetof(struct listener, job));
  if (listener->fd >= 0) watch(listener);
  release(listener);
}

void listener_freed(struct listener *listener) {
  atomic_fetch_sub(&listener->connections, 1);
  if (listener->options.max != 0 && atomic_exchange(&listener->paused, false))
    worker_post_job(listener->worker, &listener->job);
  else
    release(listener);
}

int listener_connections(struct listener *listener) {
  return atomic_load(&listener->connections);
}

static void backed_off(struct wheel_node *node) {
  watch((void *)((char *)node - offsetof(struct listener, back_off)));
}

static void back_off(struct listener *listener) {
  uv_poll_stop(&listener->poll);
  listener->back_off.due =
      tick_add(scheduler_now(worker_scheduler(listener->worker)),
               BACK_OFF_SPAN);
  wheel_add(worker_wheel(listener->worker), &listener->back_off);
}

/* It ended before it was accepted; the next one may do better. */
static bool connection_failed(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
      return true;
    default:
      return false;
  }
}

/* False: no more for now. */
static bool accept_one(struct listener *listener) {
  int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    atomic_fetch_add(&listener->holders, 1);
    atomic_fetch_add(&listener->connections, 1);
    listener->options.accepted(listener->options.context, fd);
    return true;
  }
  if (errno == EAGAIN) return false;
  if (connection_failed(errno)) return true;
  back_off(listener);
  return false;
}

static void readable(uv_poll_t *poll, int status, int events) {
  struct listener *listener = poll->data;
  (void)events;
  if (status != 0) {
    back_off(listener);
    return;
  }
  for (int i = 0; i < ACCEPTS_AT_ONCE && has_room(listener); i++)
    if (!accept_one(listener) || listener->fd < 0) break;
  if (listener->fd >= 0 && !has_room(listener)) pause_accepting(listener);
}

/* --- Binding -------------------------------------------------------------- */

static int new_socket(int family, int *error) {
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) *error = last_error();
  return fd;
}

static int close_failed(int fd) {
  close(fd);
  return -1;
}

/* Does anybody accept on that path? In doubt yes: only what surely is left
** over may be removed. */
static bool answered(const struct sockaddr_un *path) {
  struct stat file;
  int error = 0, fd;
  bool refused;
  if (lstat(path->sun_path, &file) != 0) return errno != ENOENT;
  if (!S_ISSOCK(file.st_mode)) return true;
  fd = new_socket(AF_UNIX, &error);
  if (fd < 0) return true;
  refused = connect(fd, (const struct sockaddr *)path, sizeof *path) != 0 &&
            errno == ECONNREFUSED;
  close(fd);
  return !refused;
}

/* Looks which file it is, so as not to remove somebody else's later. */
static void remember_file(struct listener *listener,
                          const struct sockaddr_un *path) {
  struct stat file;
  if (lstat(path->sun_path, &file) != 0) return;
  listener->path = *path;
  listener->device = file.st_dev;
  listener->inode = file.st_ino;
}

static void remove_file(struct listener *listener) {
  struct stat file;
  if (listener->path.sun_family != AF_UNIX) return;
  if (lstat(listener->path.sun_path, &file) != 0 ||
      file.st_dev != listener->device || file.st_ino != listener->inode)
    return;
  unlink(listener->path.sun_path);
}

static int bind_unix(struct listener *listener, const struct address *address,
                     int *error) {
  struct sockaddr_un path;
  int fd = new_socket(AF_UNIX, error);
  if (fd < 0) return -1;
  memcpy(&path, &address->storage, sizeof path);
  *error = 0;
  if (bind(fd, (struct sockaddr *)&path, sizeof path) != 0)
    *error = last_error();
  if (*error == UV_EADDRINUSE && !answered(&path)) {
    unlink(path.sun_path);
    *error = bind(fd, (struct sockaddr *)&path, sizeof path) == 0
                 ? 0
                 : last_error();
  }
  if (*error != 0) return close_failed(fd);
  remember_file(listener, &path);
  if (listener->options.mode == 0 ||
      chmod(path.sun_path, listener->options.mode) == 0)
    return fd;
  *error = last_error();
  remove_file(listener);
  return close_failed(fd);
}

/* `dual`: IPv4 clients too, on a socket for IPv6. */
static int bind_internet(const struct sockaddr *name, socklen_t size,
                         bool dual, int *error) {
  int on = 1, only = !dual, fd = new_socket(name->sa_family, error);
  if (fd < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      (name->sa_family == AF_INET6 &&
       setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) != 0) ||
      bind(fd, name, size) != 0) {
    *error = last_error();
    return close_failed(fd);
  }
  return fd;
}

/* "*": both families on one socket, or IPv4 where there is no IPv6. */
static int bind_all(const struct address *address, int *error) {
  struct sockaddr_in6 six;
  struct sockaddr_in four = {.sin_family = AF_INET};
  int fd;
  memcpy(&six, &address->storage, sizeof six);
  fd = bind_internet((struct sockaddr *)&six, sizeof six, true, error);
  if (fd >= 0 || (*error != UV_EAFNOSUPPORT && *error != UV_EADDRNOTAVAIL))
    return fd;
  four.sin_port = six.sin6_port;
  return bind_internet((struct sockaddr *)&four, sizeof four, false, error);
}

/* IPv4 first: people who write "localhost" mean 127.0.0.1, and clients that
** try IPv6 first go on to it. */
static int bind_name(struct loop *loop, const struct address *address,
                     int *error) {
  static const int families[] = {AF_INET, AF_INET6};
  for (int i = 0; i < 2; i++) {
    struct addrinfo hints = {.ai_family = families[i],
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE};
    uv_getaddrinfo_t lookup;
    int fd;
    *error = uv_getaddrinfo(loop_uv(loop), &lookup, NULL, address->host,
                            address->port, &hints);
    if (*error != 0) continue;
    fd = bind_internet(lookup.addrinfo->ai_addr, lookup.addrinfo->ai_addrlen,
                       false, error);
    uv_freeaddrinfo(lookup.addrinfo);
    return fd;
  }
  struct address loopback = *address;
  if (!address_loopback(&loopback)) return -1;
  return bind_internet((struct sockaddr *)&loopback.storage, loopback.size,
                       false, error);
}

static int bind_socket(struct listener *listener,
                       const struct address *address, int *error) {
  const struct sockaddr *name = (const struct sockaddr *)&address->storage;
  if (!address->numeric) return bind_name(loop_current(), address, error);
  if (name->sa_family == AF_UNIX) return bind_unix(listener, address, error);
  if (strcmp(address->host, "*") == 0) return bind_all(address, error);
  return bind_internet(name, address->size, false, error);
}

/* --- Life ----------------------------------------------------------------- */

static void poll_closed(uv_handle_t *handle) { release(handle->data); }

static void shut(struct listener *listener) {
  ASSERT(listener->fd >= 0, "a listener is closed once");
  atomic_store(&listener->paused, false);
  loop_leave(&listener->item);
  if (wheel_has(&listener->back_off))
    wheel_remove(worker_wheel(listener->worker), &listener->back_off);
  uv_close((uv_handle_t *)&listener->poll, poll_closed);
  /* The file goes first: between the two nobody may find a dead socket. */
  remove_file(listener);
  close(listener->fd);
  listener->fd = -1;
  listener->owner = NULL;
}

static void abandon(struct loop_item *item) {
  shut((void *)((char *)item - offsetof(struct listener, item)));
}

static struct listener *new_listener(const struct listener_options *options) {
  struct listener *listener = memory_zalloc(sizeof *listener);
  if (listener == NULL) return NULL;
  listener->worker = worker_current();
  listener->options = *options;
  if (options->backlog == 0) listener->options.backlog = BACKLOG_DEFAULT;
  listener->item.abandon = abandon;
  listener->job.run = resume;
  listener->back_off.fire = backed_off;
  atomic_init(&listener->holders, 1);
  stream_counted(1);
  return listener;
}

struct listener *listener_open(struct actor *actor,
                               const struct address *address,
                               const struct listener_options *options,
                               int *error) {
  struct loop *loop = loop_current();
  struct listener *listener = new_listener(options);
  *error = UV_ENOMEM;
  if (listener == NULL) return NULL;
  listener->fd = bind_socket(listener, address, error);
  if (listener->fd < 0) goto fail_socket;
  *error = 0;
  if (listen(listener->fd, listener->options.backlog) != 0)
    *error = last_error();
  else
    *error = uv_poll_init(loop_uv(loop), &listener->poll, listener->fd);
  if (*error != 0) goto fail_listen;
  listener->poll.data = listener;
  listener->owner = actor;
  loop_join(loop, &listener->item);
  watch(listener);
  actor_pin(actor);
  return listener;
fail_listen:
  remove_file(listener);
  close(listener->fd);
fail_socket:
  release(listener);
  return NULL;
}

void listener_local(struct listener *listener, char *text, size_t size) {
  struct sockaddr_storage name;
  socklen_t name_size = sizeof name;
  text[0] = '\0';
  if (getsockname(listener->fd, (struct sockaddr *)&name, &name_size) == 0)
    address_format((struct sockaddr *)&name, name_size, text, size);
}

void listener_close(struct listener *listener) {
  struct actor *owner = listener->owner;
  CHECK(owner != NULL, "a listener is closed once");
  shut(listener);
  actor_unpin(owner);
}
