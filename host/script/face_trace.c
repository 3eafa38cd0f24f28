#include "script/face_trace.h"

#include <lauxlib.h>

#include "base/tick.h"
#include "script/body.h"
#include "script/class.h"
#include "script/contents.h"
#include "script/coroutine.h"
#include "script/failure.h"
#include "script/field.h"
#include "script/report.h"
#include "script/script.h"
#include "script/target.h"
#include "script/trace.h"
#include "script/tracing.h"
#include "script/wait.h"

/* --- Asking --------------------------------------------------------------- */

/* The pid of the target at index 1, checked; raises if there is nobody. */
static uint64_t check_target(lua_State *L) {
  uint64_t pid = target_pid(L, 1);
  if (pid != ID_NONE) return pid;
  target_push_absent(L, pid);
  wait_throw(L);
  return ID_NONE;
}

static uint32_t check_count(lua_State *L, int largest) {
  int whole;
  lua_Integer count = lua_tointegerx(L, 2, &whole);
  if (!whole || lua_type(L, 2) != LUA_TNUMBER || count < 1 || count > largest)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected n to be an integer from 1 to %d, got %s", largest,
                  failure_describe(L, 2));
  return (uint32_t)count;
}

/* An open wait that is no edge to the target: what it is doing is no reason
** not to answer. The pid stays at index 3. */
static uint64_t open_question(lua_State *L) {
  return wait_open(L, WAIT_REPORT, ID_NONE, true);
}

/* --- The mailbox ---------------------------------------------------------- */

static int after_messages(lua_State *L, int status, lua_KContext context) {
  struct message *outcome = wait_outcome(L);
  struct contents contents;
  const char *records;
  size_t size;
  (void)status;
  wait_raise(L, (uint64_t)context, "the mailbox of ", 1);
  contents = contents_read(outcome, &records, &size);
  record_push(L, records, size);
  lua_createtable(L, 0, 3);
  field_integer(L, "total", contents.total);
  field_integer(L, "bytes", contents.bytes);
  field_integer(L, "senders", contents.senders);
  return 2;
}

int trace_lua_messages(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t pid = check_target(L);
  uint32_t count = check_count(L, CONTENTS_LARGEST);
  uint64_t epoch;
  wait_check(L);
  epoch = open_question(L);
  report_post(body, pid, epoch, REPORT_CONTENTS, contents_order_new(count));
  return coroutine_wait(L, HOST_WAIT, (lua_KContext)pid, after_messages);
}

/* --- A trace -------------------------------------------------------------- */

struct handle {
  struct trace *trace; /* NULL: closed */
  uint64_t pid;        /* whose it is */
};

static const struct class trace_class;

static struct handle *check_handle(lua_State *L) {
  return failure_check(L, 1, &trace_class, "trace");
}

static bool let_go(struct handle *handle) {
  struct trace *trace = handle->trace;
  handle->trace = NULL;
  if (trace == NULL) return false;
  trace_close(trace);
  trace_drop(trace);
  return true;
}

/* The other one sees it at its next event. */
static int collect(lua_State *L) {
  let_go(check_handle(L));
  return 0;
}

/* The other one is told, or an idle one would keep its share for long. */
static int close_trace(lua_State *L) {
  struct handle *handle = check_handle(L);
  if (let_go(handle))
    report_post(body_of(L), handle->pid, 0, REPORT_TRACE,
                tracing_order_new(NULL));
  return 0;
}

/* What has been told, by way of the body's scratch: pushing may raise. */
static int give(lua_State *L, uint32_t lost) {
  struct buffer *scratch = &body_of(L)->scratch;
  record_push(L, buffer_bytes(scratch), buffer_size(scratch));
  buffer_deinit(scratch);
  lua_pushinteger(L, (lua_Integer)lost);
  return 2;
}

/* Returns as trace_take; nothing may be raised before give. */
static enum trace_taken take(lua_State *L, const struct handle *handle,
                             uint64_t epoch, uint32_t *lost) {
  struct body *body = body_of(L);
  struct waiter waiter = {epoch != 0 ? body_pid(body) : ID_NONE, epoch};
  buffer_deinit(&body->scratch);
  *lost = 0;
  if (handle->trace == NULL) return TRACE_OVER;
  return trace_take(handle->trace, waiter, &body->scratch, lost);
}

/* Who is made to give up does so, whatever has come meanwhile. */
static int after_next(lua_State *L, int status, lua_KContext capped) {
  struct handle *handle = lua_touserdata(L, 1);
  uint32_t lost;
  enum trace_taken taken;
  (void)status;
  if (wait_outcome(L)->outcome != OUTCOME_TIMEOUT)
    wait_raise(L, ID_NONE, "an event", 0);
  taken = take(L, handle, 0, &lost);
  if (taken == TRACE_OVER) return 0;
  if (taken == TRACE_NONE && capped)
    wait_raise(L, ID_NONE, "an event", 0);
  return give(L, lost);
}

/* next(trace, seconds) */
static int next(lua_State *L) {
  struct handle *handle = check_handle(L);
  uint64_t until, epoch;
  uint32_t lost;
  bool capped;
  enum trace_taken taken;
  if (lua_type(L, 2) != LUA_TNUMBER)
    return failure_expected(L, "seconds", "a number", 2);
  wait_check(L);
  until = tick_add(worker_now(worker_current()),
                   tick_from_seconds(lua_tonumber(L, 2)));
  epoch = wait_open_until(L, WAIT_TRACE, ID_NONE, until, &capped);
  taken = take(L, handle, epoch, &lost);
  if (taken == TRACE_NONE)
    return coroutine_wait(L, HOST_WAIT, capped, after_next);
  wait_cancel(L);
  return taken == TRACE_OVER ? 0 : give(L, lost);
}

static const luaL_Reg trace_events[] = {
    {"__gc", collect}, {"__close", close_trace}, {NULL, NULL}};

static const luaL_Reg trace_methods[] = {
    {"next", next}, {"close", close_trace}, {NULL, NULL}};

static const struct class trace_class = {"trace", "a trace", trace_events,
                                         trace_methods, NULL, false};

static int after_order(lua_State *L, int status, lua_KContext context) {
  uint64_t pid = (uint64_t)context;
  char text[ID_TEXT_SIZE];
  (void)status;
  if (wait_outcome(L)->outcome == OUTCOME_OVERLOAD) {
    failure_push(L, FAILURE_OVERLOAD, "%s is traced by %d others",
                 id_text(pid, text), TRACERS);
    return wait_throw(L);
  }
  wait_raise(L, pid, "the trace of ", 1);
  return 1;
}

int trace_lua_trace(lua_State *L) {
  struct body *body = body_of(L);
  uint64_t pid = check_target(L);
  uint32_t count = check_count(L, TRACE_EVENTS);
  struct handle *handle;
  uint64_t epoch;
  wait_check(L);
  lua_settop(L, 2);
  handle = class_new(L, &trace_class, sizeof *handle);
  handle->trace = trace_new(count);
  if (handle->trace == NULL) return luaL_error(L, "not enough memory");
  handle->pid = pid;
  epoch = open_question(L);
  report_post(body, pid, epoch, REPORT_TRACE,
              tracing_order_new(handle->trace));
  return coroutine_wait(L, HOST_WAIT, (lua_KContext)pid, after_order);
}
