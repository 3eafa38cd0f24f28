#include "script/culprit.h"

#include <lauxlib.h>

#include "base/check.h"
#include "core/circle.h"
#include "script/doing.h"
#include "script/inquiry.h"
#include "script/order.h"
#include "script/script.h"

#define HOPS 16

void culprit_kill(struct body *body) {
  struct waiter own = {body_pid(body), body->doomed_visit};
  uint64_t doomed = body->doomed;
  body->doomed = ID_NONE;
  body->doomed_visit = 0;
  if (doomed == ID_NONE) return;
  if (own.epoch != 0)
    order_interrupt(body->script, doomed, own);
  else
    order_kill(body->script, doomed, false);
}

/* Whom this one waits for is asked next, about its request. */
static void add_targets(lua_State *L, struct inquiry *inquiry, uint64_t pid,
                        const struct wait_edge *wait) {
  struct waiter subject = {pid, wait->epoch};
  uint64_t pids[CIRCLE_TARGETS];
  uint32_t count =
      circle_targets(body_of(L)->script->scheduler, wait, pids);
  for (uint32_t i = 0; i < count; i++) inquiry_add(inquiry, pids[i], subject);
}

/* --- Where the request was ------------------------------------------------ */

static const char *ordinal(uint32_t n) {
  static const char *const endings[] = {"th", "st", "nd", "rd"};
  uint32_t last = n % 10;
  return last > 3 || n % 100 / 10 == 1 ? endings[0] : endings[last];
}

/* Appends the text at the top to the message of the error object. */
static void extend_message(lua_State *L, int error) {
  lua_getfield(L, error, "message");
  lua_insert(L, -2);
  lua_concat(L, 2);
  lua_setfield(L, error, "message");
}

static void tell_position(lua_State *L, int error,
                          const struct report *report) {
  lua_Integer queued = (lua_Integer)report->queued;
  if (report->position != 0) {
    lua_pushinteger(L, report->position);
    lua_setfield(L, error, "position");
    lua_pushfstring(L, ": it stood %d%s of %I in the queue",
                    (int)report->position, ordinal(report->position), queued);
  } else {
    lua_pushfstring(L, ": it stood far behind in a queue of %I", queued);
  }
  lua_pushinteger(L, queued);
  lua_setfield(L, error, "queued");
  extend_message(L, error);
}

static void tell_subject(lua_State *L, int error,
                         const struct report *report) {
  switch ((enum report_subject)report->subject) {
    case REPORT_QUEUED:
      tell_position(L, error, report);
      return;
    case REPORT_DEFERRED:
      lua_pushliteral(L, ": it has put off its reply");
      break;
    case REPORT_HANDLED:
      lua_pushliteral(L, ": the handler had begun");
      break;
    default:
      if (report->doing != REPORT_LAPSED) return;
      lua_pushliteral(L, ": the handler had begun");
      break;
  }
  extend_message(L, error);
}

/* The stack: error, list, inquiry, entry. */
static void heard(lua_State *L, struct inquiry *inquiry,
                  const struct report *report) {
  if (inquiry->at == 0) tell_subject(L, lua_gettop(L) - 3, report);
  if (report->wait.kind != WAIT_NONE)
    add_targets(L, inquiry, report->pid, &report->wait);
}

static int finish(lua_State *L, struct inquiry *inquiry) {
  (void)inquiry;
  lua_pop(L, 1);
  lua_setfield(L, -2, "culprit");
  return doing_throw(L);
}

int culprit_throw(lua_State *L, const struct wait_edge *wait) {
  struct body *body = body_of(L);
  struct inquiry *inquiry;
  if (wait->target == ID_NONE) return doing_throw(L);
  inquiry = inquiry_new(L, HOPS);
  inquiry->heard = heard;
  inquiry->finish = finish;
  add_targets(L, inquiry, body_pid(body), wait);
  return inquiry_run(L);
}
