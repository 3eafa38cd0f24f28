#include "script/server.h"

#include <lauxlib.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/listener.h"
#include "script/admission.h"
#include "script/class.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/life.h"
#include "script/module.h"
#include "script/notes.h"
#include "script/option.h"
#include "script/problem.h"
#include "script/script.h"

struct server {
  struct server *next, **link; /* body->servers; link NULL: closed */
  struct listener *listener;   /* NULL: closed */
  struct script *script;
  struct path *path;           /* what its connections search for modules */
  struct message *start;       /* their START message, to be copied */
  size_t line_limit;
  uint64_t starter;
  uint32_t libraries; /* the starter's */
  int sessions;       /* the console's: so many at most; 0: not the console's */
};

static const struct class server_class;

/* Sends the actor of a connection off. */
static void launch(struct script *script, struct actor *actor, int fd,
                   struct message *start, struct worker *worker) {
  struct body *body = actor->body;
  body->start.fd = fd;
  scheduler_prepare(actor, start);
  actor_settle(actor, worker);
  scheduler_launch(script->scheduler, actor, READY_QUEUE);
}

/* This connection is counted already. False: it has been closed. */
static bool admits(struct server *server, int fd) {
  int others = listener_connections(server->listener) - 1;
  if (server->sessions == 0 || admission_grant(fd, others, server->sessions))
    return true;
  listener_freed(server->listener);
  return false;
}

static struct worker *place(struct server *server) {
  if (server->sessions != 0) return worker_current();
  return scheduler_least_loaded(server->script->scheduler);
}

/* On the listener's worker, out of its loop. */
static void accepted(void *context, int fd) {
  struct server *server = context;
  struct script *script = server->script;
  struct message *message;
  struct actor *actor = NULL;
  struct body *body;
  if (!admits(server, fd)) return;
  message = message_copy(server->start);
  if (message != NULL)
    actor = life_new(script, path_share(server->path), server->starter);
  if (actor == NULL) {
    message_free(message);
    close(fd);
    listener_freed(server->listener);
    return;
  }
  body = actor->body;
  if (server->sessions != 0) life_exempt(actor);
  body->libraries = server->libraries;
  body->start.listener = server->listener;
  body->start.line_limit = server->line_limit;
  launch(script, actor, fd, message, place(server));
}

static void close_server(struct server *server) {
  if (server->listener != NULL) {
    *server->link = server->next;
    if (server->next != NULL) server->next->link = server->link;
    listener_close(server->listener);
    server->listener = NULL;
  }
  message_free(server->start);
  path_drop(server->path);
  server->start = NULL;
  server->path = NULL;
}

void server_note(const struct body *body, struct notes *notes) {
  char text[256];
  uint64_t count = 0;
  notes_open(notes, "listeners");
  for (const struct server *at = body->servers; at != NULL; at = at->next) {
    if (count++ >= NOTES_LISTED) continue;
    listener_local(at->listener, text, sizeof text);
    notes_text(notes, NULL, text);
  }
  notes_close_list(notes, count);
}

void server_close_all(struct body *body) {
  while (body->servers != NULL) close_server(body->servers);
}

static struct server *check(lua_State *L) {
  return failure_check(L, 1, &server_class, "self");
}

/* A listener serves whether or not the script has kept it: until it is closed
** the state keeps it. */
static void keep(lua_State *L, struct server *server, int index) {
  lua_pushvalue(L, index);
  lua_rawsetp(L, LUA_REGISTRYINDEX, server);
}

static void close_kept(lua_State *L, struct server *server) {
  close_server(server);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, server);
}

static int lua_close_method(lua_State *L) {
  close_kept(L, check(L));
  lua_pushboolean(L, true);
  return 1;
}

static int collect(lua_State *L) {
  struct server *server = class_test(L, 1, &server_class);
  if (server != NULL) close_server(server);
  return 0;
}

static int lua_address(lua_State *L) {
  struct server *server = check(L);
  char text[256] = "";
  if (server->listener != NULL)
    listener_local(server->listener, text, sizeof text);
  lua_pushstring(L, text);
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", lua_close_method}, {"address", lua_address}, {NULL, NULL}};

static const luaL_Reg events[] = {
    {"__gc", collect}, {"__close", lua_close_method}, {NULL, NULL}};

static const struct class server_class = {
    "listener", "a listener (use ':' to call its methods)", events, methods,
    NULL, true};

static struct server *push_server(lua_State *L) {
  return class_new(L, &server_class, sizeof(struct server));
}

static int whole_number(lua_State *L, int index, const char *name) {
  double number = option_number(L, index, name, 0);
  return number > INT_MAX ? INT_MAX : (int)number;
}

static void read_options(lua_State *L, int index, struct server *server,
                         struct listener_options *listen) {
  static const char *const names[] = {"max", "line", "backlog", NULL};
  if (lua_isnoneornil(L, index)) return;
  if (lua_type(L, index) != LUA_TTABLE)
    failure_expected(L, "options", "a table", index);
  option_check_names(L, index, names);
  listen->max = whole_number(L, index, "max");
  listen->backlog = whole_number(L, index, "backlog");
  server->line_limit = (size_t)option_number(L, index, "line", 0);
}

/* A module that is not there, or has a syntax error, is told to who serves,
** not to the first client. */
static void check_module(lua_State *L, struct server *server) {
  module_load(L, server->script->modules, lua_tostring(L, 2), server->path);
  if (lua_isnil(L, -2))
    failure_raise(L, FAILURE_BADARGUMENT, "%s", lua_tostring(L, -1));
  lua_pop(L, 2);
}

/* (address, module, args, anything); pushes the server. */
static struct server *prepare(lua_State *L, struct address *address) {
  struct body *body = body_of(L);
  struct server *server;
  char why[200];
  if (!address_parse(luaL_checkstring(L, 1), address, why, sizeof why))
    failure_raise(L, FAILURE_BADARGUMENT, "%s", why);
  option_check_module(L, 2);
  if (body->over) luaL_error(L, "an actor that has ended cannot serve");
  server = push_server(L);
  server->script = body->script;
  server->libraries = body->libraries;
  server->starter = body_pid(body);
  server->path = module_path(L);
  return server;
}

/* Pushes the server again, or nil and why. */
static int serve(lua_State *L, struct server *server,
                 const struct address *address,
                 struct listener_options *options) {
  struct body *body = body_of(L);
  int error;
  options->accepted = accepted;
  options->context = server;
  check_module(L, server);
  server->start = codec_pack(L, 2, lua_isnil(L, 3) ? 1 : 2, MESSAGE_START);
  keep(L, server, 5);
  server->listener = listener_open(body->actor, address, options, &error);
  if (server->listener == NULL) {
    close_kept(L, server);
    return problem_push(L, error);
  }
  server->next = body->servers;
  server->link = &body->servers;
  if (server->next != NULL) server->next->link = &server->next;
  body->servers = server;
  return 1;
}

int server_lua_serve(lua_State *L) {
  struct listener_options options = {0};
  struct address address;
  struct server *server;
  lua_settop(L, 4);
  server = prepare(L, &address);
  read_options(L, 4, server, &options);
  return serve(L, server, &address, &options);
}

/* --- For the console ------------------------------------------------------ */

int server_lua_private(lua_State *L) {
  struct listener_options options = {.mode = 0600};
  lua_Integer most = luaL_checkinteger(L, 4);
  struct address address;
  struct server *server;
  luaL_argcheck(L, most >= 1 && most <= INT_MAX, 4, "expected at least 1");
  lua_settop(L, 4);
  lua_pushfstring(L, "unix:%s", luaL_checkstring(L, 1));
  lua_replace(L, 1);
  server = prepare(L, &address);
  server->sessions = (int)most;
  return serve(L, server, &address, &options);
}

uint64_t server_adopt(lua_State *L, struct message *start, int fd) {
  struct body *body = body_of(L);
  struct actor *actor =
      life_new(body->script, path_share(body->path), body_pid(body));
  struct body *child;
  uint64_t pid;
  if (actor == NULL) {
    message_free(start);
    close(fd);
    return ID_NONE;
  }
  life_exempt(actor);
  child = actor->body;
  child->libraries = body->libraries;
  pid = body_pid(child);
  launch(body->script, actor, fd, start, worker_current());
  return pid;
}
