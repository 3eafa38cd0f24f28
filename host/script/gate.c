#include "script/gate.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "script/body.h"
#include "script/coroutine.h"
#include "script/module_store.h"
#include "script/script.h"
#include "script/wait.h"

/* The one who reloads has let this actor through, or the wait came to nothing.
*/
static bool is_admitted(lua_State *L, struct source *source) {
  struct body *body = body_of(L);
  struct message *outcome = body->outcome;
  enum outcome how;
  if (outcome == NULL || body->gate != source) return false;
  body->gate = NULL;
  how = (enum outcome)outcome->outcome;
  if (how != OUTCOME_REPLY && how != OUTCOME_RETRY) {
    modules_unwait(body->script->modules, source,
                   (struct waiter){body_pid(body), outcome->epoch});
    wait_raise(L, ID_NONE, "the end of a reload", 0);
  }
  return how == OUTCOME_REPLY;
}

/* False: it is open by now. */
static bool wait_for(lua_State *L, struct source *source) {
  struct body *body = body_of(L);
  struct waiter waiter = {body_pid(body), 0};
  enum status status;
  /* Whoever waits for its start has a deadline. */
  waiter.epoch = wait_open(L, WAIT_RELOAD, ID_NONE,
                           body->activity != ACTIVITY_START);
  status = modules_wait(body->script->modules, source, waiter);
  if (status == STATUS_WAIT) {
    body->gate = source;
    return true;
  }
  wait_cancel(L);
  if (status == STATUS_NOMEM) luaL_error(L, "not enough memory");
  return false;
}

/* Is it what this actor is to be? */
static bool is_own(const struct body *body, const char *name) {
  return body->activity == ACTIVITY_START && !body->has_behaviour &&
         body->behaviour != NULL && strcmp(body->behaviour, name) == 0;
}

enum module_found gate_find(lua_State *L, const char *name,
                            const char *path) {
  struct body *body = body_of(L);
  struct modules *modules = body->script->modules;
  struct taking taking = {body_pid(body), body->script->scheduler->directory,
                          !coroutine_can_wait(L), 0};
  struct source *source = body->gate;
  enum module_found found;
  if (unlikely(source != NULL) && is_admitted(L, source))
    taking.admitted = true;
  do {
    found = module_find(L, modules, name, path, &taking, &source);
  } while (unlikely(found == MODULE_CLOSED) && !wait_for(L, source));
  if (found == MODULE_FOUND && is_own(body, name))
    body->version = taking.version;
  return found;
}
