/*
** The parts tell the reload directly, under its lock, and the last one that was
** busy ends the coordinator's wait: a thousand parts work at the same time, and
** cost one wake-up.
**
** A part that ends is GONE, and no failure. It says so if it knew of the reload
** (upgrade.c); if it ended with the order still in its mailbox, the coordinator
** finds it missing when it looks round (reload_busy).
**
** A coordinator that ends, by whatever death, closes its state, and with it
** ends the reload: parts are released in any case, with a word that says which
** version is current. Orders to one actor arrive in order, so those of the next
** reload meet parts that are free again.
**
** Whoever loads the module without waiting in front of it (in a C call, or let
** in by reload_follow) is noted in the store before he has it. So the switch,
** which is refused if anybody was noted since the parts were listed, misses
** nobody.
*/
#include "script/reload.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "core/scheduler.h"
#include "script/reload_parts.h"

struct reloads *reloads_new(void) {
  struct reloads *reloads = memory_zalloc(sizeof *reloads);
  if (reloads != NULL) mutex_init(&reloads->mutex);
  return reloads;
}

void reloads_free(struct reloads *reloads) {
  if (reloads == NULL) return;
  ASSERT(reloads->current == NULL, "its coordinator has ended it");
  mutex_deinit(&reloads->mutex);
  memory_free(reloads);
}

/* --- States --------------------------------------------------------------- */

bool reload_is_busy(enum reload_state state) {
  return state == RELOAD_ASKED || state == RELOAD_SERVING ||
         state == RELOAD_PREPARING || state == RELOAD_RELEASED;
}

void reload_move_locked(struct reload *reload, uint32_t index,
                        enum reload_state state) {
  struct reload_part *part = &reload->parts[index];
  if (reload_is_busy(part->state)) reload->busy--;
  if (reload_is_busy(state)) reload->busy++;
  part->state = state;
}

/* Who has ended stays so; who serves or is asked may freeze, and so on. */
static bool is_legal(enum reload_state from, enum reload_state to) {
  switch (to) {
    case RELOAD_FROZEN:
      return from == RELOAD_ASKED || from == RELOAD_SERVING;
    case RELOAD_READY:
    case RELOAD_FAILED:
      return from == RELOAD_PREPARING;
    case RELOAD_DONE:
      return from == RELOAD_RELEASED;
    default:
      return from != RELOAD_GONE;
  }
}

/* The coordinator, if none is busy now. */
static struct waiter take_waiter_locked(struct reload *reload) {
  struct waiter waiter = {ID_NONE, 0};
  if (reload->busy > 0) return waiter;
  waiter = reload->waiter;
  reload->waiter = (struct waiter){ID_NONE, 0};
  return waiter;
}

static void wake(struct script *script, struct waiter waiter) {
  if (waiter.pid != ID_NONE)
    scheduler_end_wait(script->scheduler, waiter, OUTCOME_RETRY);
}

/* The reload of this number, or NULL. */
static struct reload *find_locked(struct reloads *reloads, uint64_t number) {
  struct reload *reload = reloads->current;
  return reload != NULL && reload->number == number ? reload : NULL;
}

static void keep_failure_locked(struct reload *reload, uint32_t index,
                                struct message **failure) {
  if (reload->failed != ID_NONE) return;
  reload->failed = reload->parts[index].pid;
  reload->failure = *failure;
  *failure = NULL;
}

static void tell(struct script *script, uint64_t number, uint32_t index,
                 enum reload_state state, struct message **failure) {
  struct reloads *reloads = script->reloads;
  struct waiter waiter = {ID_NONE, 0};
  struct reload *reload;
  mutex_lock(&reloads->mutex);
  reload = find_locked(reloads, number);
  if (reload != NULL && is_legal(reload->parts[index].state, state)) {
    reload_move_locked(reload, index, state);
    if (state == RELOAD_FAILED) keep_failure_locked(reload, index, failure);
    waiter = take_waiter_locked(reload);
  }
  mutex_unlock(&reloads->mutex);
  wake(script, waiter);
}

void reload_tell(struct script *script, uint64_t number, uint32_t index,
                 enum reload_state state) {
  tell(script, number, index, state, NULL);
}

void reload_fail(struct script *script, uint64_t number, uint32_t index,
                 struct message *failure) {
  tell(script, number, index, RELOAD_FAILED, &failure);
  message_free(failure);
}

struct unit *reload_unit(struct script *script, uint64_t number,
                         struct source **source) {
  struct reloads *reloads = script->reloads;
  struct unit *unit = NULL;
  struct reload *reload;
  mutex_lock(&reloads->mutex);
  reload = find_locked(reloads, number);
  if (reload != NULL) {
    unit = unit_share(reload->unit);
    *source = reload->source;
  }
  mutex_unlock(&reloads->mutex);
  return unit;
}

const char *reload_other_name(struct script *script, uint64_t number,
                              uint32_t index, uint32_t *place) {
  struct reloads *reloads = script->reloads;
  const char *name = NULL;
  struct reload *reload;
  mutex_lock(&reloads->mutex);
  reload = find_locked(reloads, number);
  if (reload != NULL && reload->parts[index].several) {
    const struct reload_part *parts = reload->parts;
    while (*place < reload->count &&
           (*place == index || parts[*place].pid != parts[index].pid))
      ++*place;
    if (*place < reload->count) name = parts[(*place)++].name;
  }
  mutex_unlock(&reloads->mutex);
  return name;
}

/* --- Orders --------------------------------------------------------------- */

void reload_post(struct script *script, struct reload *reload, uint32_t index,
                 const struct reload_message *order) {
  struct message *message = message_need(MESSAGE_RELOAD, sizeof *order);
  memcpy(message->bytes, order, sizeof *order);
  message->target = reload->parts[index].pid;
  if (scheduler_post(script->scheduler, message, READY_QUEUE) == STATUS_OK)
    return;
  message_free(message);
  reload_tell(script, reload->number, index, RELOAD_GONE);
}

/* Those in state `from` go to `to`, by this order. */
static void order_all(struct script *script, struct reload *reload,
                      const struct reload_message *order,
                      bool (*meant)(enum reload_state state),
                      enum reload_state to) {
  struct reload_message message = *order;
  for (uint32_t i = 0; i < reload->count; i++) {
    bool post;
    mutex_lock(&script->reloads->mutex);
    post = meant(reload->parts[i].state);
    if (post) reload_move_locked(reload, i, to);
    mutex_unlock(&script->reloads->mutex);
    message.index = i;
    if (post && reload->parts[i].pid != reload->self)
      reload_post(script, reload, i, &message);
  }
}

bool reload_begin(struct script *script, struct reload *reload) {
  struct reloads *reloads = script->reloads;
  bool free;
  mutex_lock(&reloads->mutex);
  free = reloads->current == NULL;
  if (free) {
    reloads->current = reload;
    reload->number = ++reloads->numbers;
  }
  mutex_unlock(&reloads->mutex);
  return free;
}

/* --- Joining -------------------------------------------------------------- */

static bool reserve(struct script *script, struct reload *reload,
                    uint32_t more) {
  uint32_t capacity = reload->count + more;
  struct reload_part *parts, *former;
  if (capacity <= reload->capacity) return true;
  parts = memory_alloc(capacity * sizeof *parts);
  if (parts == NULL) return false;
  mutex_lock(&script->reloads->mutex);
  former = reload->parts;
  if (former != NULL) memcpy(parts, former, reload->count * sizeof *parts);
  reload->parts = parts;
  reload->capacity = capacity;
  mutex_unlock(&script->reloads->mutex);
  memory_free(former);
  return true;
}

/* Where the coordinator stands is as good as a boundary: it waits for this. */
static bool add(struct script *script, struct reload *reload,
                const struct user *user) {
  struct reload_message order = {.number = reload->number,
                                 .index = reload->count,
                                 .order = RELOAD_FREEZE,
                                 .name = user->name};
  bool self = user->pid == reload->self;
  if (!pidset_add(&reload->index, user->pid, order.index + 1)) return false;
  mutex_lock(&script->reloads->mutex);
  reload->parts[reload->count++] =
      (struct reload_part){user->pid, user->name, RELOAD_GONE, false};
  reload_move_locked(reload, order.index, self ? RELOAD_FROZEN : RELOAD_ASKED);
  mutex_unlock(&script->reloads->mutex);
  if (!self) reload_post(script, reload, order.index, &order);
  return true;
}

/* The coordinator alone changes names. */
static bool has_name(const struct reload *reload, uint32_t index,
                     const struct user *user) {
  const struct reload_part *parts = reload->parts;
  if (strcmp(parts[index].name, user->name) == 0) return true;
  for (uint32_t i = 0; parts[index].several && i < reload->count; i++)
    if (parts[i].pid == user->pid && strcmp(parts[i].name, user->name) == 0)
      return true;
  return false;
}

static void add_name(struct script *script, struct reload *reload,
                     uint32_t index, const struct user *user) {
  if (has_name(reload, index, user)) return;
  mutex_lock(&script->reloads->mutex);
  reload->parts[index].several = true;
  reload->parts[reload->count++] =
      (struct reload_part){user->pid, user->name, RELOAD_GONE, false};
  mutex_unlock(&script->reloads->mutex);
}

static bool join(struct script *script, struct reload *reload,
                 const struct user *user) {
  uint32_t place = pidset_flags(&reload->index, user->pid);
  if (place == 0) return add(script, reload, user);
  add_name(script, reload, place - 1, user);
  return true;
}

int reload_join(struct script *script, struct reload *reload) {
  uint32_t count, former = reload->count;
  uint64_t joined;
  struct user *users;
  bool added = true;
  modules_close(script->modules, reload->source);
  reload->closed = true;
  if (!modules_users(script->modules, reload->source, &users, &count,
                     &joined))
    return -1;
  count = source_tidy(users, count, script->scheduler->directory);
  added = reserve(script, reload, count);
  for (uint32_t i = 0; added && i < count; i++)
    added = join(script, reload, &users[i]);
  memory_free(users);
  if (!added) return -1;
  reload->joined = joined;
  return (int)(reload->count - former);
}

/* --- Waiting -------------------------------------------------------------- */

bool reload_await(struct script *script, struct reload *reload,
                  struct waiter waiter) {
  bool free;
  mutex_lock(&script->reloads->mutex);
  free = reload->busy == 0;
  if (!free) reload->waiter = waiter;
  mutex_unlock(&script->reloads->mutex);
  return free;
}

uint32_t reload_busy(struct script *script, struct reload *reload) {
  struct directory *directory = script->scheduler->directory;
  uint32_t busy;
  mutex_lock(&script->reloads->mutex);
  reload->waiter = (struct waiter){ID_NONE, 0};
  for (uint32_t i = 0; reload->busy > 0 && i < reload->count; i++)
    if (reload_is_busy(reload->parts[i].state) &&
        directory_find(directory, reload->parts[i].pid) == NULL)
      reload_move_locked(reload, i, RELOAD_GONE);
  busy = reload->busy;
  mutex_unlock(&script->reloads->mutex);
  return busy;
}

bool reload_has_failed(struct script *script, const struct reload *reload) {
  bool failed;
  mutex_lock(&script->reloads->mutex);
  failed = reload->failed != ID_NONE;
  mutex_unlock(&script->reloads->mutex);
  return failed;
}

uint32_t reload_count(struct script *script, const struct reload *reload) {
  uint32_t count = 0;
  mutex_lock(&script->reloads->mutex);
  for (uint32_t i = 0; i < reload->count; i++)
    count += reload->parts[i].state != RELOAD_GONE;
  mutex_unlock(&script->reloads->mutex);
  return count;
}

uint64_t reload_laggard(struct script *script, struct reload *reload) {
  uint64_t pid = ID_NONE;
  mutex_lock(&script->reloads->mutex);
  for (uint32_t i = 0; pid == ID_NONE && i < reload->count; i++)
    if (reload_is_busy(reload->parts[i].state)) pid = reload->parts[i].pid;
  mutex_unlock(&script->reloads->mutex);
  return pid;
}

/* --- Phases --------------------------------------------------------------- */

bool reload_own(const struct reload *reload, uint32_t *index) {
  uint32_t place = pidset_flags(&reload->index, reload->self);
  if (place != 0) *index = place - 1;
  return place != 0;
}

static bool is_frozen(enum reload_state state) {
  return state == RELOAD_FROZEN;
}

void reload_prepare(struct script *script, struct reload *reload) {
  struct reload_message order = {.number = reload->number,
                                 .order = RELOAD_PREPARE};
  order_all(script, reload, &order, is_frozen, RELOAD_PREPARING);
}

bool reload_commit(struct script *script, struct reload *reload) {
  ASSERT(reload->failed == ID_NONE, "all have said that they are ready");
  reload->committed = modules_switch(script->modules, reload->source,
                                     reload->unit, reload->joined);
  return reload->committed;
}

static bool is_held(enum reload_state state) {
  return state != RELOAD_RELEASED && state != RELOAD_DONE &&
         state != RELOAD_GONE;
}

void reload_release(struct script *script, struct reload *reload) {
  struct reload_message order = {.number = reload->number,
                                 .order = RELOAD_RELEASE,
                                 .committed = reload->committed};
  struct waiters waiting;
  order_all(script, reload, &order, is_held, RELOAD_RELEASED);
  reload->closed = false;
  modules_open(script->modules, reload->source, &waiting);
  scheduler_end_waits(script->scheduler, &waiting, OUTCOME_RETRY);
}

void reload_end(struct script *script, struct reload *reload) {
  if (reload->number != 0) {
    if (reload->closed) reload_release(script, reload);
    mutex_lock(&script->reloads->mutex);
    script->reloads->current = NULL;
    reload->number = 0;
    mutex_unlock(&script->reloads->mutex);
  }
  unit_drop(reload->unit);
  pidset_deinit(&reload->index);
  memory_free(reload->parts);
  message_free(reload->failure);
  *reload = (struct reload){.number = 0};
}
