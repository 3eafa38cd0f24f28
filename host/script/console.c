#include "script/console.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/tick.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/failure.h"
#include "script/option.h"
#include "script/server.h"
#include "script/spawn.h"
#include "script/value.h"

#define START_SPAN (10 * TICK_SECOND)

struct console *console_new(struct script *script) {
  struct console *console = memory_zalloc(sizeof *console);
  if (console == NULL) return NULL;
  console->script = script;
  mutex_init(&console->lock);
  condition_init(&console->changed);
  return console;
}

void console_free(struct console *console) {
  if (console == NULL) return;
  for (int i = 0; i < console->handed_count; i++) close(console->handed[i]);
  condition_deinit(&console->changed);
  mutex_deinit(&console->lock);
  memory_free(console);
}

/* --- Its start and its end ------------------------------------------------ */

void console_started(struct console *console) {
  mutex_lock(&console->lock);
  console->started = true;
  condition_wake_all(&console->changed);
  mutex_unlock(&console->lock);
}

void console_ended(struct console *console, const char *problem) {
  mutex_lock(&console->lock);
  console->ended = true;
  if (problem != NULL)
    snprintf(console->problem, sizeof console->problem, "%s", problem);
  condition_wake_all(&console->changed);
  mutex_unlock(&console->lock);
}

bool console_wait(struct console *console) {
  uint64_t until = tick_add(tick_now(), START_SPAN);
  bool started;
  mutex_lock(&console->lock);
  while (!console->started && !console->ended &&
         condition_wait_until(&console->changed, &console->lock, until))
    continue;
  started = console->started && !console->ended;
  mutex_unlock(&console->lock);
  return started;
}

const char *console_problem(struct console *console) {
  bool ended;
  mutex_lock(&console->lock);
  ended = console->ended;
  mutex_unlock(&console->lock);
  return ended ? console->problem : "";
}

/* --- Descriptors that are handed in --------------------------------------- */

/* Told once too often does no harm; before its start it looks by itself. */
static void tell(struct console *console) {
  struct scheduler *scheduler = console->script->scheduler;
  struct message *message = message_new(MESSAGE_INFO, console->adopt.size);
  if (message == NULL) return;
  memcpy(message->bytes, console->adopt.bytes, console->adopt.size);
  message->count = 1;
  message->target = console->pid;
  if (scheduler_post(scheduler, message, READY_QUEUE) != STATUS_OK)
    message_free(message);
}

bool console_hand(struct console *console, int fd) {
  bool room;
  mutex_lock(&console->lock);
  room = console->handed_count < CONSOLE_HANDED_LARGEST && !console->ended;
  if (room) console->handed[console->handed_count++] = fd;
  mutex_unlock(&console->lock);
  if (!room)
    close(fd);
  else if (console->pid != ID_NONE)
    tell(console);
  return room;
}

/* -1: there is none. */
static int take(struct console *console) {
  int fd = -1;
  mutex_lock(&console->lock);
  if (console->handed_count > 0) {
    fd = console->handed[0];
    console->handed_count--;
    memmove(console->handed, console->handed + 1,
            (size_t)console->handed_count * sizeof fd);
  }
  mutex_unlock(&console->lock);
  return fd;
}

/* --- The face ------------------------------------------------------------- */

/* Nobody else shares the private worker. */
static struct console *check(lua_State *L) {
  struct body *body = body_of(L);
  const struct worker *home =
      atomic_load_explicit(&body->actor->home, memory_order_relaxed);
  if (home == NULL || !worker_is_private(home))
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected self to be an actor of the console, got another");
  return body->script->console;
}

int console_lua_start(lua_State *L) {
  check(L);
  return spawn_lua_private(L);
}

int console_lua_serve(lua_State *L) {
  check(L);
  return server_lua_private(L);
}

/* What may raise comes first. */
int console_lua_adopt(lua_State *L) {
  struct console *console = check(L);
  struct message *start;
  uint64_t pid = ID_NONE;
  int fd;
  lua_settop(L, 2);
  option_check_module(L, 1);
  start = codec_pack(L, 1, lua_isnil(L, 2) ? 1 : 2, MESSAGE_START);
  fd = take(console);
  if (fd >= 0)
    pid = server_adopt(L, start, fd);
  else
    message_free(start);
  value_push_pid(L, pid);
  return 1;
}
