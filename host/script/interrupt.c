#include "script/interrupt.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "codec/format.h"
#include "script/budget.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/failure.h"
#include "script/overtime.h"
#include "script/report.h"
#include "script/script.h"
#include "script/target.h"
#include "script/wait.h"

/* --- What is in hand ------------------------------------------------------ */

static struct interrupt read(const struct message *message) {
  struct interrupt wanted;
  ASSERT(message->size == sizeof wanted, "as order_interrupt makes it");
  memcpy(&wanted, message->bytes, sizeof wanted);
  return wanted;
}

bool interrupt_fits(const struct body *body, const struct interrupt *wanted) {
  struct waiter serving = body->actor->serving;
  bool visit = body->activity == ACTIVITY_VISIT;
  if (wanted->evaluation != 0) return body->evaluation == wanted->evaluation;
  if (wanted->visit.pid == ID_NONE) return visit || body->evaluation != 0;
  return visit && serving.pid == wanted->visit.pid &&
         serving.epoch == wanted->visit.epoch;
}

void interrupt_again(struct body *body) {
  struct waiter own = {body_pid(body), actor_wait_epoch(body->actor)};
  if (body->condemned <= CONDEMNED_PATIENCE) body->condemned++;
  scheduler_end_wait(body->script->scheduler, own, OUTCOME_INTERRUPTED);
}

/* Nobody, or somebody who asks whether there was anything to interrupt. */
static void answer(struct body *body, const struct message *message,
                   bool found) {
  struct waiter asker = {message->sender, message->epoch};
  struct message *reply;
  if (asker.epoch == 0) return;
  reply = message_need(MESSAGE_OUTCOME, 1);
  reply->bytes[0] = found ? TAG_TRUE : TAG_FALSE;
  reply->count = 1;
  reply->outcome = OUTCOME_REPLY;
  scheduler_answer(body->script->scheduler, asker, reply);
}

/* Is a `__close` handler under way? It would be lost. Where an error has led to
** it, its caller is a function of C, and nothing says what it is; but what is
** typed is a main chunk, so that a function in its place is one. */
static bool is_closing(lua_State *thread, bool entered) {
  lua_Debug frame;
  const char *outermost = "main";
  for (int level = 0; lua_getstack(thread, level, &frame); level++) {
    lua_getinfo(thread, "Sn", &frame);
    if (strcmp(frame.namewhat, "metamethod") == 0 &&
        strcmp(frame.name, "close") == 0)
      return true;
    if (*frame.what != 'C') outermost = frame.what;
  }
  return entered && *outermost != 'm';
}

/* In any of its coroutines. */
bool interrupt_closes(const struct body *body) {
  bool entered = body->activity == ACTIVITY_VISIT;
  lua_State *thread = body->L;
  for (; thread != NULL; thread = coroutine_inner(thread)) {
    if (is_closing(thread, entered)) return true;
    entered = false;
  }
  return false;
}

/* Overtime's has no asker. */
static void note(struct body *body, const struct message *message,
                 const struct interrupt *wanted, lua_State *running) {
  if (wanted->evaluation != 0 && message->epoch == 0)
    overtime_look(body->script->overtime, body, running);
}

bool interrupt_arrived(struct body *body, struct message *message) {
  struct interrupt wanted = read(message);
  bool found = body->suspended && interrupt_fits(body, &wanted);
  if (found) note(body, message, &wanted, NULL);
  answer(body, message, found);
  message_free(message);
  if (!found) return false;
  if (!body->preempted || interrupt_closes(body)) {
    budget_condemn(body);
    if (!body->preempted) interrupt_again(body);
    return false;
  }
  body->condemned = CONDEMNED;
  return body->activity == ACTIVITY_VISIT;
}

/* Takes the INTERRUPTs out of what is urgent; true: one of them fits. */
static bool take_interrupts(struct body *body, lua_State *running,
                            struct message_queue *urgent) {
  struct message_queue others = {NULL, NULL};
  struct message *message;
  bool fits = false;
  while ((message = message_queue_pop(urgent)) != NULL) {
    struct interrupt wanted;
    if (message->kind != MESSAGE_INTERRUPT ||
        message->target != body_pid(body)) {
      message_queue_append(&others, message);
      continue;
    }
    wanted = read(message);
    answer(body, message, interrupt_fits(body, &wanted));
    if (interrupt_fits(body, &wanted)) {
      note(body, message, &wanted, running);
      fits = true;
    }
    message_free(message);
  }
  *urgent = others;
  return fits;
}

void interrupt_look(struct body *body, lua_State *running) {
  struct actor *actor = body->actor;
  if (!atomic_load_explicit(&actor->urgent, memory_order_acquire)) return;
  report_answer_stuck(body, running);
  if (take_interrupts(body, running, &actor->mailbox.urgent)) {
    body->condemned = CONDEMNED;
    budget_cut(running);
  }
}

/* --- Asking --------------------------------------------------------------- */

int interrupt_lua_cancel(lua_State *L) {
  lua_pushboolean(L, order_cancel(body_of(L)->script, target_pid(L, 1)));
  return 1;
}

static int no_actor(lua_State *L, uint64_t pid) {
  target_push_absent(L, pid);
  return wait_throw(L);
}

static int after_interrupt(lua_State *L, int status, lua_KContext pid) {
  (void)status;
  wait_raise(L, (uint64_t)pid, "the end of what it does", 0);
  return codec_unpack(L, wait_outcome(L));
}

int interrupt_lua_interrupt(lua_State *L) {
  struct body *body = body_of(L);
  struct interrupt wanted = {.visit = {ID_NONE, 0}};
  uint64_t pid = target_pid(L, 1);
  struct message *message;
  wanted.evaluation = (uint64_t)luaL_optinteger(L, 2, 0);
  wait_check(L);
  if (pid == ID_NONE) return no_actor(L, pid);
  message = message_new(MESSAGE_INTERRUPT, sizeof wanted);
  if (message == NULL) return luaL_error(L, "not enough memory");
  message_free(body->sending);
  body->sending = message;
  memcpy(message->bytes, &wanted, sizeof wanted);
  message->target = pid;
  message->sender = body_pid(body);
  message->epoch = wait_open(L, WAIT_VISIT, ID_NONE, true);
  if (scheduler_post(body->script->scheduler, message, READY_NEXT) !=
      STATUS_OK) {
    wait_cancel(L);
    return no_actor(L, pid);
  }
  body->sending = NULL;
  return coroutine_wait(L, HOST_WAIT, (lua_KContext)pid, after_interrupt);
}
