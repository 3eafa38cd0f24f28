/*
** Who may wait for what
**   `reader` is the owner's wait for bytes or for the connect, `writer` its
**   wait for room. `posted` says that a MESSAGE_SOCKET is in its mailbox.
**
** When the socket is read
**   Only while bytes are wanted: a reader waits, or deliver mode has nothing
**   posted. Once they are there, reading is not stopped at once: most peers
**   then wait for an answer and send nothing. Only if bytes come that nobody
**   wants is no buffer given for them and reading stopped, and they stay in
**   the kernel. That saves two system calls a request.
**
** How it ends
**   A closed socket with bytes unread makes the kernel reset the connection,
**   which can destroy what was sent last (an error message, say). So after
**   the last byte is sent, bytes unread are read away until the peer ends.
*/
#include "io/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "io/connect.h"
#include "io/loop.h"
#include "io/output.h"

#define LINGER_SPAN (5 * TICK_SECOND)
#define POST_AGAIN_SPAN (TICK_SECOND / 100) /* when memory was short */

/*   name        may become */
#define STATE_LIST(X)                                                  \
  X(CONNECTING, MAY(OPEN) | MAY(FAILED) | MAY(CLOSED))                 \
  X(FAILED, MAY(CLOSED)) /* could not connect; the owner still has it */\
  X(OPEN, MAY(SENDING) | MAY(DRAINING) | MAY(CLOSED))                  \
  X(SENDING, MAY(DRAINING) | MAY(CLOSED)) /* closed by its owner */    \
  X(DRAINING, MAY(CLOSED)) /* all is sent; unread bytes are dropped */ \
  X(CLOSED, 0)             /* the handle is being closed */

enum state {
#define STATE_NAME(name, moves) STATE_##name,
  STATE_LIST(STATE_NAME)
#undef STATE_NAME
};

#define MAY(name) (1u << STATE_##name)
static const unsigned legal_moves[] = {
#define STATE_MOVES(name, moves) moves,
    STATE_LIST(STATE_MOVES)
#undef STATE_MOVES
};
#undef MAY

struct stream {
  struct loop_item item;
  struct loop *loop;
  struct worker *worker;
  struct actor *owner; /* NULL once it has closed the stream */
  uint64_t pid;        /* the owner's */
  struct connecting *connecting;
  struct input input;
  struct output output;
  struct waiter reader, writer;
  struct wish wish;         /* of the reader */
  struct wish deliver_wish; /* of deliver mode */
  struct wheel_node timer;  /* to post again, or to stop lingering */
  enum state state;
  int connect_error;
  int end_error;       /* why the input has ended */
  bool has_handle;     /* `handle` must be closed before the memory goes */
  bool reading;        /* libuv watches for bytes */
  bool ended;          /* no more input for the owner */
  bool peer_ended;     /* none from the peer either */
  bool delivering;
  bool posted;
  bool end_told;       /* the owner has been answered STATUS_CLOSED */
  union {
    uv_handle_t any;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } handle;
};

static const struct waiter nobody = {ID_NONE, 0};

/* The one exception to "no file-scope variables": a spec asks after quiet in
** the process, not in one host. */
static _Atomic int64_t alive;

int64_t stream_count(void) {
  return atomic_load_explicit(&alive, memory_order_relaxed);
}

void stream_counted(int change) {
  atomic_fetch_add_explicit(&alive, change, memory_order_relaxed);
}

static void move(struct stream *stream, enum state state) {
  CHECK(legal_moves[stream->state] & (1u << state), "a legal move");
  stream->state = state;
}

static int descriptor(struct stream *stream) {
  uv_os_fd_t fd = -1;
  if (stream->has_handle) uv_fileno(&stream->handle.any, &fd);
  return fd;
}

static void end_wait(struct stream *stream, struct waiter *waiter) {
  struct waiter ended = *waiter;
  if (ended.pid == ID_NONE) return;
  *waiter = nobody;
  scheduler_end_wait(worker_scheduler(stream->worker), ended, OUTCOME_RETRY);
}

static void set_timer(struct stream *stream, uint64_t span) {
  stream->timer.due =
      tick_add(scheduler_now(worker_scheduler(stream->worker)), span);
  wheel_add(worker_wheel(stream->worker), &stream->timer);
}

/* --- The end -------------------------------------------------------------- */

static void free_stream(struct stream *stream) {
  output_deinit(&stream->output);
  input_deinit(&stream->input);
  memory_free(stream);
  stream_counted(-1);
}

static void handle_closed(uv_handle_t *handle) { free_stream(handle->data); }

/* Whatever it was doing, it ends here. */
static void shut(struct stream *stream) {
  move(stream, STATE_CLOSED);
  stream->owner = NULL;
  stream_forget(stream);
  loop_leave(&stream->item);
  if (wheel_has(&stream->timer))
    wheel_remove(worker_wheel(stream->worker), &stream->timer);
  if (stream->connecting != NULL) connecting_cancel(stream->connecting);
  stream->connecting = NULL;
  if (stream->has_handle)
    uv_close(&stream->handle.any, handle_closed);
  else
    free_stream(stream);
}

static void abandon(struct loop_item *item) {
  shut((void *)((char *)item - offsetof(struct stream, item)));
}

/* --- Input ---------------------------------------------------------------- */

static void end_input(struct stream *stream, int error) {
  stream->ended = true;
  stream->end_error = error;
}

static bool wants_bytes(const struct stream *stream) {
  if (stream->state == STATE_DRAINING) return true;
  return stream->state == STATE_OPEN && !stream->ended &&
         (stream->reader.pid != ID_NONE ||
          (stream->delivering && !stream->posted));
}

/* Is what was wished for there, or sure never to come? */
static bool answerable(struct stream *stream, const struct wish *wish,
                       struct piece *piece) {
  bool orderly = stream->ended && stream->end_error == 0;
  switch (input_find(&stream->input, wish, orderly, piece)) {
    case INPUT_FOUND:
      return true;
    case INPUT_TOO_LONG:
      if (stream->end_error == 0) end_input(stream, UV_EMSGSIZE);
      input_deinit(&stream->input);
      break;
    case INPUT_NONE:
      break;
  }
  piece->bytes = NULL;
  return stream->ended;
}

/* One message at a time: until stream_delivered it stands for whatever
** comes. Short of memory, it is tried again rather than forgotten. */
static void post(struct stream *stream) {
  struct message *message = message_new(MESSAGE_SOCKET, sizeof stream);
  stream->posted = true;
  if (message == NULL) {
    set_timer(stream, POST_AGAIN_SPAN);
    return;
  }
  message->target = stream->pid;
  memcpy(message->bytes, &stream, sizeof stream);
  if (scheduler_post(worker_scheduler(stream->worker), message, READY_AFTER) !=
      STATUS_OK)
    message_free(message); /* the owner has ended and will close us */
}

static void look_for_reader(struct stream *stream) {
  struct piece piece;
  if (stream->reader.pid != ID_NONE &&
      answerable(stream, &stream->wish, &piece))
    end_wait(stream, &stream->reader);
}

static void look_for_delivery(struct stream *stream) {
  struct piece piece;
  if (stream->delivering && !stream->posted && !stream->end_told &&
      answerable(stream, &stream->deliver_wish, &piece))
    post(stream);
}

static void stop_reading(struct stream *stream) {
  if (stream->reading) uv_read_stop(&stream->handle.stream);
  stream->reading = false;
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  struct stream *stream = handle->data;
  (void)suggested;
  room->base = NULL;
  room->len = 0;
  if (!wants_bytes(stream)) return;
  room->base = loop_receive_buffer(stream->loop);
  room->len = LOOP_RECEIVE_SIZE;
}

/* libuv takes a hang-up for the end without another read, which would have
** said that the connection was reset. */
static int end_reason(struct stream *stream, int error) {
  int pending = 0;
  socklen_t size = sizeof pending;
  if (error != UV_EOF) return error;
  getsockopt(descriptor(stream), SOL_SOCKET, SO_ERROR, &pending, &size);
  return pending == 0 ? 0 : uv_translate_sys_error(pending);
}

static void received(uv_stream_t *handle, ssize_t size, const uv_buf_t *room) {
  struct stream *stream = handle->data;
  if (size == 0) return;
  if (size == UV_ENOBUFS) { /* nobody wants them now: no buffer was given */
    stop_reading(stream);
    return;
  }
  if (size < 0) {
    stream->reading = false; /* libuv has stopped by itself */
    stream->peer_ended = true;
  }
  if (stream->state == STATE_DRAINING) {
    if (stream->peer_ended) shut(stream);
    return;
  }
  input_consume(&stream->input);
  if (size < 0)
    end_input(stream, end_reason(stream, (int)size));
  else if (!input_add(&stream->input, room->base, (size_t)size))
    end_input(stream, UV_ENOMEM);
  look_for_reader(stream);
  look_for_delivery(stream);
}

static void read_if_wanted(struct stream *stream) {
  int error;
  if (stream->reading || !wants_bytes(stream)) return;
  error = uv_read_start(&stream->handle.stream, give_room, received);
  CHECK(error == 0, "an open socket can be read");
  stream->reading = true;
}

/* --- Lingering ------------------------------------------------------------ */

static bool unread(struct stream *stream) {
  int count = 0;
  return !stream->peer_ended &&
         ioctl(descriptor(stream), FIONREAD, &count) == 0 && count > 0;
}

/* All is sent, or never will be. */
static void linger_on(struct stream *stream) {
  if (stream->output.error != 0 || !unread(stream) ||
      shutdown(descriptor(stream), SHUT_WR) != 0) {
    shut(stream);
    return;
  }
  move(stream, STATE_DRAINING);
  read_if_wanted(stream);
}

static void output_changed(struct output *output) {
  struct stream *stream =
      (void *)((char *)output - offsetof(struct stream, output));
  size_t left = output_size(output);
  if (stream->state == STATE_SENDING && (left == 0 || output->error != 0))
    linger_on(stream);
  else if (left < STREAM_LOW_WATER || output->error != 0)
    end_wait(stream, &stream->writer);
}

static void timer_fired(struct wheel_node *node) {
  struct stream *stream =
      (void *)((char *)node - offsetof(struct stream, timer));
  if (stream->state == STATE_OPEN)
    post(stream);
  else
    shut(stream);
}

void stream_close(struct stream *stream, bool at_once) {
  struct actor *owner = stream->owner;
  CHECK(owner != NULL, "a stream is closed once");
  stream->owner = NULL;
  end_wait(stream, &stream->reader);
  end_wait(stream, &stream->writer);
  if (wheel_has(&stream->timer))
    wheel_remove(worker_wheel(stream->worker), &stream->timer);
  if (at_once || stream->state != STATE_OPEN) {
    shut(stream);
  } else {
    input_deinit(&stream->input);
    stop_reading(stream);
    set_timer(stream, LINGER_SPAN);
    if (output_size(&stream->output) == 0 || stream->output.error != 0)
      linger_on(stream);
    else
      move(stream, STATE_SENDING);
  }
  actor_unpin(owner);
}

/* --- The beginning -------------------------------------------------------- */

static struct stream *new_stream(struct actor *actor) {
  struct stream *stream = memory_zalloc(sizeof *stream);
  ASSERT(actor->home == NULL || actor->home == worker_current(),
         "an actor with handles stays where they are");
  if (stream == NULL) return NULL;
  stream->loop = loop_current();
  stream->worker = worker_current();
  stream->owner = actor;
  stream->pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  stream->item.abandon = abandon;
  stream->timer.fire = timer_fired;
  input_init(&stream->input, STREAM_LINE_DEFAULT);
  output_init(&stream->output, &stream->handle.stream, output_changed);
  loop_join(stream->loop, &stream->item);
  stream_counted(1);
  return stream;
}

static int open_tcp(struct stream *stream, int fd) {
  int error = uv_tcp_init(loop_uv(stream->loop), &stream->handle.tcp);
  if (error != 0) return error;
  stream->has_handle = true;
  stream->handle.any.data = stream;
  error = uv_tcp_open(&stream->handle.tcp, fd);
  if (error == 0) uv_tcp_nodelay(&stream->handle.tcp, 1);
  return error;
}

static int open_unix(struct stream *stream, int fd) {
  int error = uv_pipe_init(loop_uv(stream->loop), &stream->handle.pipe, 0);
  if (error != 0) return error;
  stream->has_handle = true;
  stream->handle.any.data = stream;
  return uv_pipe_open(&stream->handle.pipe, fd);
}

/* Makes a connected socket the stream's. On an error it is closed. */
static int attach(struct stream *stream, int fd) {
  int domain = 0, error;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0)
    error = uv_translate_sys_error(errno);
  else if (domain == AF_UNIX)
    error = open_unix(stream, fd);
  else
    error = open_tcp(stream, fd);
  if (error != 0 && fd >= 0) close(fd);
  return error;
}

struct stream *stream_adopt(struct actor *actor, int fd, int *error) {
  struct stream *stream = new_stream(actor);
  if (stream == NULL) {
    *error = UV_ENOMEM;
    close(fd);
    return NULL;
  }
  stream->state = STATE_OPEN;
  *error = attach(stream, fd);
  if (*error != 0) {
    shut(stream);
    return NULL;
  }
  actor_pin(actor);
  return stream;
}

static void connected(void *context, int fd, int error) {
  struct stream *stream = context;
  stream->connecting = NULL;
  stream->connect_error = error == 0 ? attach(stream, fd) : error;
  move(stream, stream->connect_error == 0 ? STATE_OPEN : STATE_FAILED);
  end_wait(stream, &stream->reader);
}

struct stream *stream_open(struct actor *actor, const struct address *address,
                           struct waiter waiter, int *error) {
  struct stream *stream;
  *error = strcmp(address->host, "*") == 0 ? UV_EINVAL : UV_ENOMEM;
  if (*error == UV_EINVAL) return NULL;
  stream = new_stream(actor);
  if (stream == NULL) return NULL;
  stream->state = STATE_CONNECTING;
  stream->connect_error = UV_EAGAIN;
  stream->connecting = connecting_start(address, connected, stream, error);
  if (stream->connecting == NULL) {
    shut(stream);
    return NULL;
  }
  stream->reader = waiter;
  actor_pin(actor);
  return stream;
}

int stream_connected(struct stream *stream) { return stream->connect_error; }

/* --- Reading -------------------------------------------------------------- */

/* Before it is connected there is nothing to read from or write to. */
static bool usable(struct stream *stream, int *error) {
  ASSERT(stream->owner != NULL, "only its owner uses a stream");
  *error = 0;
  if (stream->state == STATE_OPEN) return true;
  *error = stream->state == STATE_FAILED ? stream->connect_error : UV_ENOTCONN;
  return false;
}

static enum status read_end(struct stream *stream, int *error) {
  *error = stream->end_error;
  stream->end_told = true;
  input_deinit(&stream->input);
  stop_reading(stream);
  return STATUS_CLOSED;
}

enum status stream_read(struct stream *stream, enum stream_want want,
                        size_t size, struct waiter waiter, const char **bytes,
                        size_t *got, int *error) {
  struct wish wish = {want, size};
  struct piece piece;
  *bytes = NULL;
  *got = 0;
  stream->reader = nobody;
  if (!usable(stream, error)) return STATUS_CLOSED;
  input_consume(&stream->input);
  if (answerable(stream, &wish, &piece)) {
    if (piece.bytes == NULL) return read_end(stream, error);
    input_take(&stream->input, &piece);
    *bytes = piece.bytes;
    *got = piece.size;
    return STATUS_OK;
  }
  input_trim(&stream->input);
  stream->reader = waiter;
  stream->wish = wish;
  read_if_wanted(stream);
  return STATUS_WAIT;
}

void stream_set_line_limit(struct stream *stream, size_t bytes) {
  stream->input.line_limit = bytes;
}

void stream_deliver(struct stream *stream, enum stream_want want,
                    size_t size) {
  ASSERT(stream->state == STATE_OPEN, "a connected stream delivers");
  stream->deliver_wish = (struct wish){want, size};
  stream->delivering = true;
  if (!stream->posted) stream_delivered(stream);
}

bool stream_delivering(struct stream *stream, enum stream_want *want,
                       size_t *size) {
  *want = stream->deliver_wish.want;
  *size = stream->deliver_wish.size;
  return stream->delivering;
}

void stream_delivered(struct stream *stream) {
  if (wheel_has(&stream->timer)) return; /* not even posted yet */
  stream->posted = false;
  if (stream->state != STATE_OPEN) return;
  input_consume(&stream->input);
  look_for_delivery(stream);
  input_trim(&stream->input);
  read_if_wanted(stream);
}

/* --- Writing -------------------------------------------------------------- */

enum status stream_write(struct stream *stream, const void *bytes, size_t size,
                         struct waiter waiter, int *error) {
  enum status status;
  stream->writer = nobody;
  if (!usable(stream, error)) return STATUS_CLOSED;
  if (stream->output.error == 0 &&
      output_size(&stream->output) > STREAM_HIGH_WATER) {
    stream->writer = waiter;
    return STATUS_FULL;
  }
  status = output_write(&stream->output, bytes, size);
  *error = stream->output.error;
  return status;
}

void stream_forget(struct stream *stream) {
  stream->reader = nobody;
  stream->writer = nobody;
}

/* --- Names ---------------------------------------------------------------- */

void stream_peer(struct stream *stream, char *text, size_t size) {
  struct sockaddr_storage name;
  socklen_t name_size = sizeof name;
  text[0] = '\0';
  if (getpeername(descriptor(stream), (struct sockaddr *)&name, &name_size) ==
      0)
    address_format((struct sockaddr *)&name, name_size, text, size);
}

void stream_local(struct stream *stream, char *text, size_t size) {
  struct sockaddr_storage name;
  socklen_t name_size = sizeof name;
  text[0] = '\0';
  if (getsockname(descriptor(stream), (struct sockaddr *)&name, &name_size) ==
      0)
    address_format((struct sockaddr *)&name, name_size, text, size);
}
