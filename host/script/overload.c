#include "script/overload.h"

#include <lauxlib.h>
#include <stdio.h>

#include "base/tick.h"
#include "script/body.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/script.h"
#include "script/target.h"
#include "script/wait.h"

#define TEXT_SIZE 300

static const char *const policies[] = {
#define FULL_TEXT(name, text) text,
    FULL_LIST(FULL_TEXT)
#undef FULL_TEXT
};

static void size_text(uint64_t bytes, char *text, size_t size) {
  if (bytes >= 1000000)
    snprintf(text, size, "%.1f MB", (double)bytes / 1e6);
  else if (bytes >= 1000)
    snprintf(text, size, "%.1f kB", (double)bytes / 1e3);
  else
    snprintf(text, size, "%u bytes", (unsigned)bytes);
}

/* "<0.5.1> store is full (1000 messages, 96.0 kB)" */
static void describe(struct scheduler *scheduler, struct actor *actor,
                     uint64_t pid, char *text, size_t size) {
  char who[WORDS_WHO_SIZE], bytes[32];
  unsigned count = (unsigned)mailbox_count(&actor->mailbox);
  size_text(mailbox_size(&actor->mailbox), bytes, sizeof bytes);
  snprintf(text, size, "%s is full (%u message%s, %s)",
           words_who(scheduler, pid, who), count, count == 1 ? "" : "s",
           bytes);
}

static void push_what(lua_State *L, uint64_t pid) {
  struct directory *directory = body_of(L)->script->scheduler->directory;
  struct actor *actor = directory_slot(directory, pid);
  char text[TEXT_SIZE];
  if (actor == NULL) {
    lua_pushfstring(L, "nobody sits at %s, and what is held for it is full",
                    target_describe(L, 1));
    return;
  }
  describe(body_of(L)->script->scheduler, actor, pid, text, sizeof text);
  lua_pushfstring(L, "the mailbox of %s", text);
}

int overload_raise(lua_State *L, uint64_t pid, const char *why) {
  push_what(L, pid);
  failure_push(L, FAILURE_OVERLOAD, "%s%s", lua_tostring(L, -1), why);
  failure_set_begun(L, -1, false);
  return wait_throw(L);
}

int overload_raise_waited(lua_State *L, uint64_t pid, uint64_t since) {
  char text[64];
  double waited = (double)(worker_now(worker_current()) - since) / 1e9;
  snprintf(text, sizeof text, "; waited %.3g s", waited);
  return overload_raise(L, pid, text);
}

void overload_tell(struct scheduler *scheduler, struct actor *actor) {
  static const char *const effects[] = {
      [FULL_WAIT] = "senders wait",
      [FULL_DROP_OLDEST] = "the oldest messages are dropped",
      [FULL_DROP_NEWEST] = "the newest messages are dropped",
      [FULL_REFUSE] = "senders are refused"};
  struct script *script = scheduler->owner;
  uint64_t pid = atomic_load_explicit(&actor->pid, memory_order_relaxed);
  char text[TEXT_SIZE];
  if (pid == ID_NONE) return;
  describe(scheduler, actor, pid, text, sizeof text);
  log_write(script->log, LOG_WARN, "mailbox", "%s: %s", text,
            effects[mailbox_full(&actor->mailbox)]);
}

void overload_push_bound(lua_State *L, const struct mailbox_bound *bound) {
  lua_createtable(L, 0, 3);
  field_integer(L, "size", bound->size);
  field_integer(L, "bytes", bound->bytes);
  field_text(L, "full", policies[bound->full]);
}

int overload_lua_mailbox(lua_State *L) {
  struct scheduler *scheduler = body_of(L)->script->scheduler;
  uint64_t pid = target_pid(L, 1);
  struct actor *actor = directory_find(scheduler->directory, pid);
  struct mailbox_bound bound;
  lua_pushnil(L);
  if (actor == NULL) return 1;
  bound = mailbox_bound(&actor->mailbox);
  lua_createtable(L, 0, 7);
  field_integer(L, "count", mailbox_count(&actor->mailbox));
  field_integer(L, "bytes", mailbox_size(&actor->mailbox));
  field_integer(L, "size", bound.size);
  field_integer(L, "limit", bound.bytes);
  field_integer(L, "dropped",
                atomic_load_explicit(&actor->mailbox.dropped,
                                     memory_order_relaxed));
  field_integer(L, "waiting", room_count(scheduler, pid));
  field_text(L, "full", policies[bound.full]);
  return 1;
}
