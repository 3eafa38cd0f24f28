#include "embed/native.h"

#include <string.h>

#include "base/memory.h"
#include "base/slab.h"
#include "core/scheduler.h"
#include "embed/code.h"
#include "embed/host.h"
#include "embed/problem.h"
#include "embed/sized.h"

static const struct native *find(struct natives *natives, const char *name) {
  const struct native *native =
      atomic_load_explicit(&natives->first, memory_order_acquire);
  while (native != NULL && strcmp(native->behaviour.name, name) != 0)
    native = native->next;
  return native;
}

static bool is_polled(const struct native *native) {
  return native->behaviour.where == TROUPE_ON_POLL;
}

static const char *problem(const struct native *native) {
  if (!is_polled(native) ||
      native->natives->host->scheduler->engine != NULL)
    return NULL;
  return "it runs on the engine's thread, and this host has none "
         "(options.engine)";
}

static const char *silence(const struct native *native, uint64_t pid) {
  uint64_t polled =
      atomic_load_explicit(&native->natives->polled, memory_order_relaxed);
  return is_polled(native) && polled != pid
             ? "waits for the engine's troupe_poll"
             : "is running a function of C";
}

static bool adopt(const struct native *native, struct body *body) {
  struct scheduler *scheduler = body->script->scheduler;
  struct troupe_actor *self = slab_take(sizeof *self);
  if (self == NULL) return false;
  memset(self, 0, sizeof *self);
  self->native = native;
  self->body = body;
  body->native = self;
  body->behaviour = native->behaviour.name;
  body->actor->type = &native_type;
  atomic_store_explicit(&body->actor->name, native->behaviour.name,
                        memory_order_release);
  if (is_polled(native)) actor_settle_private(body->actor, scheduler->engine);
  return true;
}

static void drop(struct troupe_actor *self) {
  memory_free(self->refusal);
  slab_give(self, sizeof *self);
}

static const struct natives_face face = {find, problem, adopt, drop, silence};

bool natives_install(struct troupe *host) {
  struct natives *natives = memory_zalloc(sizeof *natives);
  if (natives == NULL) return false;
  natives->host = host;
  mutex_init(&natives->lock);
  host->script->natives = natives;
  host->script->natives_face = &face;
  return true;
}

static void free_native(struct native *native) {
  memory_free((char *)(uintptr_t)native->behaviour.name);
  memory_free(native);
}

void natives_remove(struct troupe *host) {
  struct natives *natives =
      host->script != NULL ? host->script->natives : NULL;
  struct native *native;
  if (natives == NULL) return;
  native = atomic_load_explicit(&natives->first, memory_order_relaxed);
  while (native != NULL) {
    struct native *next = native->next;
    free_native(native);
    native = next;
  }
  mutex_deinit(&natives->lock);
  memory_free(natives);
  host->script->natives = NULL;
}

/* --- troupe_register ------------------------------------------------------ */

static bool read_behaviour(const struct troupe_behaviour *given,
                           struct troupe_behaviour *behaviour) {
  if (!sized_take(given, behaviour, sizeof *behaviour, "troupe_behaviour"))
    return false;
  if (behaviour->name == NULL || behaviour->name[0] == '\0')
    return problem_set("expected the name of a behaviour, got none");
  if (behaviour->where != TROUPE_ON_POLL &&
      behaviour->where != TROUPE_ON_WORKER)
    return problem_set("expected TROUPE_ON_POLL or TROUPE_ON_WORKER for %s, "
                       "got %d", behaviour->name, (int)behaviour->where);
  return true;
}

static bool register_locked(struct natives *natives, struct native *native) {
  if (find(natives, native->behaviour.name) != NULL)
    return problem_set("there is a behaviour %s already",
                       native->behaviour.name);
  native->next = atomic_load_explicit(&natives->first, memory_order_relaxed);
  atomic_store_explicit(&natives->first, native, memory_order_release);
  return true;
}

bool troupe_register(struct troupe *host,
                     const struct troupe_behaviour *behaviour) {
  struct natives *natives = host->script->natives;
  struct native *native = memory_zalloc(sizeof *native);
  bool registered;
  if (native == NULL) return problem_set("not enough memory");
  if (!read_behaviour(behaviour, &native->behaviour) ||
      !code_check_theirs(host, native->behaviour.name)) {
    memory_free(native);
    return false;
  }
  native->natives = natives;
  native->behaviour.name = memory_strdup(native->behaviour.name);
  if (native->behaviour.name == NULL) {
    memory_free(native);
    return problem_set("not enough memory");
  }
  mutex_lock(&natives->lock);
  registered = register_locked(natives, native);
  mutex_unlock(&natives->lock);
  if (!registered) free_native(native);
  return registered;
}
