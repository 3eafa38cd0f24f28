#include "script/life.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/tick.h"
#include "core/links.h"
#include "io/listener.h"
#include "script/body.h"
#include "script/budget.h"
#include "script/hook.h"
#include "script/limits.h"
#include "script/module.h"
#include "script/natives.h"
#include "script/script.h"
#include "script/state.h"
#include "script/strand.h"
#include "script/tracing.h"

/* A turn of few instructions is to be counted in fewer. */
static int hook_step(uint64_t turn) {
  return turn < HOOK_STEP ? (int)turn : HOOK_STEP;
}

static void limit(struct body *body, const struct limits *limits) {
  body->memory_limit = limits->memory;
  body->cpu_limit = limits->cpu_ns;
  budget_renew(body);
  mailbox_set_bound(&body->actor->mailbox, &limits->mailbox);
}

void life_exempt(struct actor *actor) {
  struct limits none;
  limits_init(&none);
  limit(actor->body, &none);
}

struct actor *life_new(struct script *script, struct path *path,
                        uint64_t starter) {
  struct body *body = slab_take(sizeof *body);
  if (body == NULL) {
    path_drop(path);
    return NULL;
  }
  memset(body, 0, sizeof *body);
  body->script = script;
  body->path = path;
  body->libraries = UINT32_MAX;
  if (atomic_load_explicit(&script->scheduler->slices,
                           memory_order_relaxed) == SLICES_HOOK)
    body->hook_count = HOOK_STEP;
  if (script->scheduler->turn_limit < UINT64_MAX)
    body->hook_count = hook_step(script->scheduler->turn_limit);
  body->request_deadline = TICK_NEVER;
  body->start.fd = -1;
  body->actor =
      directory_add(script->scheduler->directory, script->actor_type, body,
                    starter);
  if (body->actor == NULL) {
    path_drop(path);
    slab_give(body, sizeof *body);
    return NULL;
  }
  limit(body, &script->limits);
  atomic_fetch_add_explicit(&script->bodies, 1, memory_order_relaxed);
  return body->actor;
}

static void free_messages(struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  message_free(body->sending);
  message_free(body->sending_start);
  message_free(body->verdict);
  if (body->outcome != NULL) scheduler->discard(scheduler, body->outcome);
}

static void drop_connection(struct body *body) {
  if (body->start.fd >= 0) close(body->start.fd);
  if (body->start.listener != NULL) listener_freed(body->start.listener);
}

void life_free(struct body *body) {
  struct script *script = body->script;
  if (body->native != NULL) script->natives_face->drop(body->native);
  state_close(body);
  strand_free(body);
  tracing_free(body);
  free_messages(body);
  drop_connection(body);
  path_drop(body->path);
  buffer_deinit(&body->reason);
  buffer_deinit(&body->scratch);
  buffer_deinit(&body->staged);
  buffer_deinit(&body->evidence);
  circle_free(&body->circle);
  if (body->upgrade != NULL) slab_give(body->upgrade, sizeof *body->upgrade);
  memory_free(body->text);
  memory_free(body->lapsed.texts);
  slab_give(body, sizeof *body);
  atomic_fetch_sub_explicit(&script->bodies, 1, memory_order_relaxed);
}

void life_discard(struct script *script, struct actor *actor) {
  struct body *body = actor->body;
  struct reason reason = {script->normal.bytes, script->normal.size, true, 0,
                          NULL};
  links_end(script->scheduler, actor, &reason);
  life_free(body);
}
