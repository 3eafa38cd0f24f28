#define _GNU_SOURCE /* gettid */
#include "script/probe.h"

#ifdef TROUPE_ASSERTS

#include <errno.h>
#include <lauxlib.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/slab.h"
#include "base/tick.h"
#include "io/stream.h"
#include "script/body.h"
#include "script/console.h"
#include "script/hook.h"
#include "script/probe_values.h"
#include "script/script.h"
#include "script/spawn.h"
#include "script/value.h"

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

static int count(lua_State *L, int64_t number) {
  lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

/* Actors alive. */
static int actors(lua_State *L) {
  return count(L, (int64_t)directory_count(scheduler_of(L)->directory));
}

/* Entries of the registry, groups, waiters, held messages. */
static int entries(lua_State *L) {
  return count(L, (int64_t)registry_count(scheduler_of(L)->registry));
}

/* Nanoseconds, the same for all threads. */
static int read_clock(lua_State *L) { return count(L, (int64_t)tick_now()); }

static int streams(lua_State *L) { return count(L, stream_count()); }

/* Blocks of the slabs. */
static int blocks(lua_State *L) {
  return count(L, slab_live(scheduler_of(L)->slab));
}

/* Blocks of the heap that are in use: without the chunks that slabs keep. */
static int heap(lua_State *L) {
  size_t chunks = slab_held(scheduler_of(L)->slab) / SLAB_CHUNK;
  return count(L, memory_live() - (int64_t)chunks);
}

/* Bytes of this actor's state. */
static int memory(lua_State *L) {
  return count(L, (int64_t)body_of(L)->memory);
}

static int workers(lua_State *L) {
  return count(L, scheduler_of(L)->worker_count);
}

static int worker(lua_State *L) {
  return count(L, worker_index(worker_current()));
}

/* As troupe.start, on the private worker of a host that has one. */
static int start_private(lua_State *L) {
  luaL_argcheck(L, scheduler_private(scheduler_of(L)) != NULL, 1,
                "there is no private worker");
  return spawn_lua_private(L);
}

/* Does this actor run on it? */
static int private(lua_State *L) {
  lua_pushboolean(L, worker_is_private(worker_current()));
  return 1;
}

/* The thread that this actor runs on. */
static int thread(lua_State *L) { return count(L, gettid()); }

/* Sends `text` to a session of its own with this host's console, ends its side,
** and returns whether it could, and all that came back. */
static int attach(lua_State *L) {
  struct console *console = body_of(L)->script->console;
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  char bytes[65536];
  ssize_t got;
  int ends[2];
  luaL_argcheck(L, console != NULL, 1, "there is no console");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return luaL_error(L, "there is no pair of sockets");
  lua_pushboolean(L, console_hand(console, ends[0]) &&
                         send(ends[1], text, size, MSG_NOSIGNAL) ==
                             (ssize_t)size);
  shutdown(ends[1], SHUT_WR);
  got = recv(ends[1], bytes, sizeof bytes, MSG_WAITALL);
  close(ends[1]);
  lua_pushlstring(L, bytes, got > 0 ? (size_t)got : 0);
  return 2;
}

/* Casts that nobody was there to take. */
static int refused(lua_State *L) {
  return count(L, (int64_t)atomic_load_explicit(&scheduler_of(L)->refused,
                                                memory_order_relaxed));
}

/* Messages lost by the policies of mailboxes. */
static int dropped(lua_State *L) {
  return count(L, (int64_t)atomic_load_explicit(&scheduler_of(L)->dropped,
                                                memory_order_relaxed));
}

/* Casts and infos that their actor had no handler for. */
static int unhandled(lua_State *L) {
  return count(L, (int64_t)atomic_load_explicit(
                      &body_of(L)->script->unhandled, memory_order_relaxed));
}

/* What an actor waits for, as text. */
static int waits(lua_State *L) {
  static const char *const kinds[] = {
#define WAIT_TEXT(name, text) text,
      WAIT_LIST(WAIT_TEXT)
#undef WAIT_TEXT
  };
  struct actor *actor =
      directory_find(scheduler_of(L)->directory, value_pid(L, 1));
  if (actor == NULL)
    lua_pushnil(L);
  else
    lua_pushstring(L, kinds[actor_wait_kind(actor)]);
  return 1;
}

/* From now on `n` acquisitions succeed and the next fails; none: off. */
static int fail_after(lua_State *L) {
  memory_fail_after(luaL_optinteger(L, 1, -1));
  return 0;
}

/* From now on one acquisition in `n` fails, the seed says which; 0: none. */
static int fail_rate(lua_State *L) {
  memory_fail_rate((uint64_t)luaL_checkinteger(L, 1),
                   (uint64_t)luaL_checkinteger(L, 2));
  return 0;
}

/* From now on nothing that this actor acquires fails. */
static int spare(lua_State *L) {
  struct body *body = body_of(L);
  body->spared = true;
  memory_spare(body);
  return 0;
}

/* From now on this actor is preempted every so many instructions, in this
** thread and in those that it creates; 0: no more. */
static int slice(lua_State *L) {
  int count = (int)luaL_checkinteger(L, 1);
  hook_set_count(L, count, count > 0);
  return 0;
}

/* Holds up the thread of this worker for so many seconds, as foreign code
** would. Under a true second argument it lends its worker first, for builds
** in which no tick does. */
static int block(lua_State *L) {
  uint64_t until =
      tick_add(tick_now(), tick_from_seconds(luaL_checknumber(L, 1)));
  if (lua_toboolean(L, 2)) worker_lend();
  while (tick_now() < until) {
    struct timespec span = {0, 1000000};
    nanosleep(&span, NULL);
  }
  return 0;
}

/* How often a worker went on with another thread. */
static int lent(lua_State *L) {
  return count(L, (int64_t)atomic_load_explicit(&scheduler_of(L)->lent,
                                                memory_order_relaxed));
}

/* From now on those functions of this actor that make way do so after every
** so many steps, asked or not; 0: no more. */
static int pace(lua_State *L) {
  body_of(L)->pace = (int)luaL_checkinteger(L, 1);
  return 0;
}

/* This host becomes one as that of `troupe test`, before anybody else runs. */
static int test_here(lua_State *L) {
  body_of(L)->script->tests = true;
  return 0;
}

/* From now on this thread, and what it starts, may not call personality(2), as
** in most containers. */
static int forbid_personality(lua_State *L) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  lua_pushboolean(
      L, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
             prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0);
  return 1;
}

static const luaL_Reg functions[] = {
    {"block", block},     {"lent", lent},
    {"actors", actors},   {"entries", entries}, {"streams", streams},
    {"blocks", blocks},   {"heap", heap},       {"memory", memory},
    {"workers", workers}, {"worker", worker},   {"refused", refused},
    {"start_private", start_private}, {"private", private},
    {"thread", thread},     {"attach", attach},
    {"dropped", dropped},
    {"unhandled", unhandled}, {"waits", waits}, {"clock", read_clock},
    {"fail_after", fail_after}, {"fail_rate", fail_rate},
    {"spare", spare}, {"slice", slice}, {"pace", pace},
    {"test_here", test_here},
    {"forbid_personality", forbid_personality},
    {"values_write", probe_values_write},
    {"values_read", probe_values_read},
    {"values_field", probe_values_field},
    {"values_bytes", probe_values_bytes},
    {"values_look", probe_values_look}, {NULL, NULL}};

void probe_open(lua_State *L) { luaL_newlib(L, functions); }

#endif
