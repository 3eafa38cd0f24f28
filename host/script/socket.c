#include "script/socket.h"

#include <lauxlib.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "io/fault.h"
#include "io/stream.h"
#include "script/class.h"
#include "script/body.h"
#include "script/coroutine.h"
#include "script/failure.h"
#include "script/lazy.h"
#include "script/notes.h"
#include "script/problem.h"
#include "script/server.h"
#include "script/wait.h"

/* A userdata; its memory is the state's. */
struct socket {
  struct socket *next, **link; /* body->sockets; link NULL: closed */
  struct stream *stream;       /* NULL: closed */
  uint64_t number;             /* body->sockets_opened, with it */
};

static const struct class socket_class;
static const struct waiter nobody = {ID_NONE, 0};

static struct waiter waiter_of(lua_State *L) {
  struct actor *actor = body_of(L)->actor;
  return (struct waiter){
      atomic_load_explicit(&actor->pid, memory_order_relaxed),
      actor_wait_epoch(actor)};
}

/* --- The userdata --------------------------------------------------------- */

static void enter(struct body *body, struct socket *socket) {
  socket->number = ++body->sockets_opened;
  socket->next = body->sockets;
  socket->link = &body->sockets;
  if (socket->next != NULL) socket->next->link = &socket->next;
  body->sockets = socket;
}

static void leave(struct socket *socket) {
  *socket->link = socket->next;
  if (socket->next != NULL) socket->next->link = socket->link;
  socket->link = NULL;
}

static void close_socket(struct socket *socket, bool at_once) {
  struct stream *stream = socket->stream;
  if (stream == NULL) return;
  leave(socket);
  socket->stream = NULL;
  stream_close(stream, at_once);
}

static struct socket *check(lua_State *L) {
  return failure_check(L, 1, &socket_class, "self");
}

/* An empty handle first, so that nothing is lost if there is no memory. */
static struct socket *push_socket(lua_State *L) {
  return class_new(L, &socket_class, sizeof(struct socket));
}

static void attach(lua_State *L, struct socket *socket,
                   struct stream *stream) {
  socket->stream = stream;
  enter(body_of(L), socket);
}

void socket_push_accepted(lua_State *L, struct body *body) {
  struct socket *socket = push_socket(L);
  int fd = body->start.fd;
  int error;
  struct stream *stream;
  body->start.fd = -1;
  stream = stream_adopt(body->actor, fd, &error);
  actor_unpin(body->actor); /* the listener's, that brought it here */
  if (stream == NULL)
    luaL_error(L, "%s: %s", fault_name(error), fault_text(error));
  if (body->start.line_limit != 0)
    stream_set_line_limit(stream, body->start.line_limit);
  attach(L, socket, stream);
}

void socket_note(const struct body *body, struct notes *notes) {
  char text[256];
  uint64_t count = 0;
  notes_open(notes, "sockets");
  for (const struct socket *at = body->sockets; at != NULL; at = at->next) {
    if (count++ >= NOTES_LISTED) continue;
    notes_open(notes, NULL);
    stream_peer(at->stream, text, sizeof text);
    notes_text(notes, "peer", text);
    stream_local(at->stream, text, sizeof text);
    notes_text(notes, "address", text);
    notes_close(notes);
  }
  notes_close_list(notes, count);
}

static struct stream *stream_of(const struct message *message) {
  struct stream *stream;
  memcpy(&stream, message->bytes, sizeof stream);
  return stream;
}

static struct socket *find(struct body *body, struct stream *stream) {
  struct socket *socket = body->sockets;
  while (socket != NULL && socket->stream != stream) socket = socket->next;
  return socket;
}

/* The newest stand first. */
bool socket_close_last(struct body *body, uint64_t mark, char *peer,
                       size_t size) {
  struct socket *socket = body->sockets;
  if (socket == NULL || socket->number <= mark) return false;
  stream_peer(socket->stream, peer, size);
  close_socket(socket, false);
  return true;
}

void socket_close_all(struct body *body) {
  while (body->sockets != NULL) close_socket(body->sockets, false);
  server_close_all(body);
  if (body->start.fd < 0) return;
  close(body->start.fd);
  body->start.fd = -1;
  actor_unpin(body->actor);
}

/* --- Reading -------------------------------------------------------------- */

static enum stream_want check_want(lua_State *L, int index, size_t *size) {
  const char *text;
  *size = 0;
  if (lua_isinteger(L, index) && lua_tointeger(L, index) > 0) {
    *size = (size_t)lua_tointeger(L, index);
    return STREAM_EXACTLY;
  }
  text = lua_isnoneornil(L, index)                    ? "line"
         : lua_type(L, index) == LUA_TSTRING          ? lua_tostring(L, index)
                                                      : "";
  if (strcmp(text, "line") == 0) return STREAM_LINE;
  if (strcmp(text, "some") == 0) return STREAM_SOME;
  failure_expected(L, "what", "\"line\", \"some\" or a number of bytes", index);
  return STREAM_SOME;
}

static int closed(lua_State *L, int error) {
  if (error != 0) return problem_push(L, error);
  lua_pushnil(L);
  return 1;
}

static int read_round(lua_State *L);

static int after_read(lua_State *L, int status, lua_KContext context) {
  struct socket *socket = lua_touserdata(L, 1);
  struct message *outcome = body_of(L)->outcome;
  (void)status;
  (void)context;
  if (outcome_is_early(outcome->outcome) && socket->stream != NULL)
    stream_forget(socket->stream);
  wait_raise(L, ID_NONE, "data from the socket", 0);
  return read_round(L);
}

static int read_round(lua_State *L) {
  struct socket *socket = lua_touserdata(L, 1);
  const char *bytes;
  size_t size, got;
  enum stream_want want = check_want(L, 2, &size);
  enum status status;
  int error;
  if (socket->stream == NULL) return problem_push(L, FAULT_CLOSED);
  status = stream_read(socket->stream, want, size, nobody, &bytes, &got,
                       &error);
  if (status == STATUS_WAIT) {
    wait_check(L);
    wait_open(L, WAIT_SOCKET, ID_NONE, false);
    status = stream_read(socket->stream, want, size, waiter_of(L), &bytes,
                         &got, &error);
    if (status == STATUS_WAIT)
      return coroutine_wait(L, HOST_WAIT, 0, after_read);
    wait_cancel(L);
  }
  if (status == STATUS_CLOSED) return closed(L, error);
  lua_pushlstring(L, bytes, got);
  return 1;
}

static int lua_read(lua_State *L) {
  check(L);
  lua_settop(L, 2);
  return read_round(L);
}

/* --- Deliver mode --------------------------------------------------------- */

static int lua_deliver(lua_State *L) {
  struct socket *socket = check(L);
  size_t size;
  enum stream_want want = check_want(L, 2, &size);
  if (socket->stream == NULL) return problem_push(L, FAULT_CLOSED);
  lua_pushvalue(L, 1); /* kept while something may be delivered */
  lua_rawsetp(L, LUA_REGISTRYINDEX, socket);
  stream_deliver(socket->stream, want, size);
  lua_pushboolean(L, true);
  return 1;
}

bool socket_arrived(struct body *body, const struct message *message) {
  return find(body, stream_of(message)) != NULL;
}

static void push_reason(lua_State *L, int error) {
  if (error == 0)
    lua_pushnil(L);
  else
    lua_pushfstring(L, "%s: %s", fault_name(error), fault_text(error));
}

bool socket_push_event(lua_State *L, const struct message *message) {
  struct socket *socket = find(body_of(L), stream_of(message));
  enum stream_want want;
  const char *bytes;
  size_t size, got;
  int error;
  enum status status;
  if (socket == NULL || !stream_delivering(socket->stream, &want, &size))
    return false;
  luaL_checkstack(L, 4, NULL);
  status = stream_read(socket->stream, want, size, nobody, &bytes, &got,
                       &error);
  if (status == STATUS_WAIT) {
    stream_delivered(socket->stream);
    return false;
  }
  lua_pushstring(L, status == STATUS_OK ? "data" : "closed");
  lua_rawgetp(L, LUA_REGISTRYINDEX, socket);
  if (status == STATUS_OK) {
    lua_pushlstring(L, bytes, got);
  } else {
    push_reason(L, error);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, socket);
  }
  return true;
}

void socket_delivered(lua_State *L, const struct message *message) {
  struct socket *socket = find(body_of(L), stream_of(message));
  if (socket != NULL) stream_delivered(socket->stream);
}

/* --- Writing -------------------------------------------------------------- */

static int write_round(lua_State *L, bool wait);

static int after_write(lua_State *L, int status, lua_KContext context) {
  struct socket *socket = lua_touserdata(L, 1);
  (void)status;
  (void)context;
  if (outcome_is_early(body_of(L)->outcome->outcome) &&
      socket->stream != NULL)
    stream_forget(socket->stream);
  wait_raise(L, ID_NONE, "room in the socket", 0);
  return write_round(L, true);
}

static int write_full(lua_State *L, struct socket *socket) {
  size_t size;
  const char *bytes = lua_tolstring(L, 2, &size);
  int error;
  enum status status;
  wait_check(L);
  wait_open(L, WAIT_SOCKET, ID_NONE, false);
  status = stream_write(socket->stream, bytes, size, waiter_of(L), &error);
  if (status == STATUS_FULL)
    return coroutine_wait(L, HOST_WAIT, 0, after_write);
  wait_cancel(L);
  return write_round(L, true);
}

static int write_round(lua_State *L, bool wait) {
  struct socket *socket = lua_touserdata(L, 1);
  size_t size;
  const char *bytes = luaL_checklstring(L, 2, &size);
  int error = FAULT_CLOSED;
  if (socket->stream == NULL) return problem_push(L, error);
  switch (stream_write(socket->stream, bytes, size, nobody, &error)) {
    case STATUS_OK:
      lua_pushboolean(L, true);
      return 1;
    case STATUS_FULL:
      if (wait) return write_full(L, socket);
      return problem_push(L, FAULT_AGAIN);
    case STATUS_CLOSED:
      return problem_push(L, error);
    default:
      return luaL_error(L, "not enough memory");
  }
}

/* All that is to be written, as one string at index 2. */
static void join(lua_State *L) {
  int count = lua_gettop(L);
  check(L);
  if (count < 2) lua_settop(L, count = 2);
  for (int i = 2; i <= count; i++)
    if (!lua_isstring(L, i)) failure_expected(L, "data", "a string", i);
  lua_concat(L, count - 1);
}

static int lua_write(lua_State *L) {
  join(L);
  return write_round(L, true);
}

static int lua_trywrite(lua_State *L) {
  join(L);
  return write_round(L, false);
}

/* --- The rest ------------------------------------------------------------- */

static int lua_close_method(lua_State *L) {
  close_socket(check(L), false);
  lua_pushboolean(L, true);
  return 1;
}

static int collect(lua_State *L) {
  struct socket *socket = class_test(L, 1, &socket_class);
  if (socket != NULL) close_socket(socket, false);
  return 0;
}

static int push_name(lua_State *L,
                     void (*name)(struct stream *, char *, size_t)) {
  struct socket *socket = check(L);
  char text[256];
  if (socket->stream == NULL) return problem_push(L, FAULT_CLOSED);
  name(socket->stream, text, sizeof text);
  lua_pushstring(L, text);
  return 1;
}

static int lua_peer(lua_State *L) { return push_name(L, stream_peer); }

static int lua_address(lua_State *L) { return push_name(L, stream_local); }

static int to_string(lua_State *L) {
  struct socket *socket = check(L);
  char text[256];
  if (socket->stream == NULL) {
    lua_pushliteral(L, "socket (closed)");
  } else {
    stream_peer(socket->stream, text, sizeof text);
    lua_pushfstring(L, "socket (%s)", text);
  }
  return 1;
}

static const luaL_Reg methods[] = {
    {"read", lua_read},         {"deliver", lua_deliver},
    {"write", lua_write},       {"trywrite", lua_trywrite},
    {"close", lua_close_method}, {"peer", lua_peer},
    {"address", lua_address},   {NULL, NULL}};

static const luaL_Reg events[] = {{"__gc", collect},
                                  {"__close", collect},
                                  {"__tostring", to_string},
                                  {NULL, NULL}};

static const struct class socket_class = {
    "socket", "a socket (use ':' to call its methods)", events, methods, NULL,
    true};

/* --- tcp.connect ---------------------------------------------------------- */

static int after_connect(lua_State *L, int status, lua_KContext context) {
  struct socket *socket = lua_touserdata(L, 2);
  int error;
  (void)status;
  (void)context;
  if (outcome_is_early(body_of(L)->outcome->outcome))
    close_socket(socket, true);
  wait_raise(L, ID_NONE, "the connection to ", 1);
  error = stream_connected(socket->stream);
  if (error == 0) {
    lua_pushvalue(L, 2);
    return 1;
  }
  close_socket(socket, true);
  return problem_push(L, error);
}

static int lua_connect(lua_State *L) {
  struct address address;
  struct socket *socket;
  struct stream *stream;
  char why[200];
  int error;
  lua_settop(L, 1);
  if (!address_parse(luaL_checkstring(L, 1), &address, why, sizeof why))
    return failure_raise(L, FAILURE_BADARGUMENT, "%s", why);
  wait_check(L);
  socket = push_socket(L);
  wait_open(L, WAIT_SOCKET, ID_NONE, true);
  stream = stream_open(body_of(L)->actor, &address, waiter_of(L), &error);
  if (stream == NULL) {
    wait_cancel(L);
    return problem_push(L, error);
  }
  attach(L, socket, stream);
  return coroutine_wait(L, HOST_WAIT, 0, after_connect);
}

static const struct lazy_field tcp_fields[] = {
    {"connect", lua_connect, NULL},
    {"serve", server_lua_serve, NULL},
    {NULL, NULL, NULL}};

static const struct lazy_table tcp_table = {"troupe.tcp", tcp_fields};

void socket_open_tcp(lua_State *L) { lazy_push(L, &tcp_table); }
