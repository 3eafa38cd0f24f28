#include "script/face_lease.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "core/links.h"
#include "script/class.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/coroutine.h"
#include "script/deadlock.h"
#include "script/entity.h"
#include "script/failure.h"
#include "script/notes.h"
#include "script/script.h"
#include "script/seat.h"
#include "script/wait.h"

/* A checked-out seat; a to-be-closed userdata, the pool's key behind it. */
struct hold {
  uint64_t number; /* the pool's */
  uint32_t seat;
  size_t key_size;
  unsigned char key[];
};

/* In body->pools. */
struct owned_pool {
  struct owned_pool *next;
  size_t key_size;
  unsigned char key[];
};

static const struct class hold_class;

static struct scheduler *scheduler_of(lua_State *L) {
  return body_of(L)->script->scheduler;
}

/* The name at `index` in canonical form, in its place. */
static struct key check_pool(lua_State *L, int index) {
  struct key key;
  if (!codec_key(L, index))
    failure_expected(L, "name", "a string, an integer or a list of these",
                     index);
  lua_replace(L, index);
  key.bytes = lua_tolstring(L, index, &key.size);
  return key;
}

static int no_pool(lua_State *L) {
  failure_push(L, FAILURE_NOACTOR, "there is no such pool");
  failure_set_begun(L, -1, false);
  return wait_throw(L);
}

/* --- The manager's side --------------------------------------------------- */

static void seat_all(lua_State *L, struct key pool, uint32_t size) {
  unsigned char bytes[KEY_LARGEST];
  for (uint32_t seat = 0; seat < size; seat++) {
    struct key key = seat_key(bytes, pool, seat);
    if (key.size == 0)
      failure_raise(L, FAILURE_BADARGUMENT, "the name is too long");
    if (registry_seat(scheduler_of(L)->registry, key) != STATUS_OK)
      luaL_error(L, "not enough memory");
  }
}

/* What the caller opens is its own: it goes with it, however it ends. */
static struct owned_pool *own(struct body *body, struct key pool) {
  struct owned_pool *owned = memory_alloc(sizeof *owned + pool.size);
  if (owned == NULL) return NULL;
  owned->key_size = pool.size;
  memcpy(owned->key, pool.bytes, pool.size);
  owned->next = body->pools;
  body->pools = owned;
  return owned;
}

static void disown(struct body *body, struct owned_pool *owned) {
  struct owned_pool **link = &body->pools;
  while (*link != owned) link = &(*link)->next;
  *link = owned->next;
  memory_free(owned);
}

static struct owned_pool *find_owned(struct body *body, struct key pool) {
  struct owned_pool *owned = body->pools;
  while (owned != NULL &&
         (owned->key_size != pool.size ||
          memcmp(owned->key, pool.bytes, pool.size) != 0))
    owned = owned->next;
  return owned;
}

int lease_lua_open(lua_State *L) {
  struct body *body = body_of(L);
  struct key pool = check_pool(L, 1);
  lua_Integer size = luaL_checkinteger(L, 2);
  uint32_t count = size > 0 && size <= LEASE_SEATS ? (uint32_t)size : 0;
  struct owned_pool *owned = own(body, pool);
  enum status status = STATUS_NOMEM;
  if (owned != NULL)
    status = lease_open(scheduler_of(L)->leases, pool, count);
  if (owned != NULL && status != STATUS_OK) disown(body, owned);
  if (status == STATUS_EXISTS)
    return failure_raise(L, FAILURE_EXISTS, "there is a pool of that name");
  if (status == STATUS_INVALID)
    return failure_expected(L, "size", "an integer from 1 to 1024", 2);
  if (status != STATUS_OK) return luaL_error(L, "not enough memory");
  seat_all(L, pool, count);
  return 0;
}

static void unseat(struct scheduler *scheduler, struct key pool,
                   uint32_t seat) {
  unsigned char bytes[KEY_LARGEST];
  struct message_queue left = {NULL, NULL};
  struct waiters freed = {NULL, 0, 0};
  struct message *message;
  registry_unseat(scheduler->registry, seat_key(bytes, pool, seat), &left,
                  &freed);
  scheduler_end_waits(scheduler, &freed, OUTCOME_RETRY);
  while ((message = message_queue_pop(&left)) != NULL)
    links_refuse(scheduler, message, NULL);
}

static void close_pool(struct body *body, struct owned_pool *owned) {
  struct scheduler *scheduler = body->script->scheduler;
  struct key pool = {owned->key, owned->key_size};
  uint32_t size = lease_size(scheduler->leases, pool);
  struct waiters freed = {NULL, 0, 0};
  lease_close(scheduler->leases, pool, &freed);
  scheduler_end_waits(scheduler, &freed, OUTCOME_NOACTOR);
  for (uint32_t seat = 0; seat < size; seat++) unseat(scheduler, pool, seat);
  disown(body, owned);
}

void lease_close_all(struct body *body) {
  while (body->pools != NULL) close_pool(body, body->pools);
}

int lease_lua_close(lua_State *L) {
  struct body *body = body_of(L);
  struct owned_pool *owned = find_owned(body, check_pool(L, 1));
  if (owned != NULL) close_pool(body, owned);
  return 0;
}

int lease_lua_occupied(lua_State *L) {
  struct scheduler *scheduler = scheduler_of(L);
  struct key pool = check_pool(L, 1);
  struct lease_grant grant;
  lease_occupied(scheduler->leases, pool, (uint32_t)luaL_checkinteger(L, 2),
                 &grant);
  links_grant(scheduler, pool, &grant);
  return 0;
}

int lease_lua_vacated(lua_State *L) {
  struct key pool = check_pool(L, 1);
  lease_vacated(scheduler_of(L)->leases, pool,
                (uint32_t)luaL_checkinteger(L, 2));
  return 0;
}

/* --- For who looks -------------------------------------------------------- */

struct noting {
  struct notes *notes;
  uint64_t count;
};

static void note_held(void *context, struct key pool, uint32_t seat) {
  struct noting *noting = context;
  if (noting->count++ >= NOTES_LISTED) return;
  notes_open(noting->notes, NULL);
  notes_value(noting->notes, "pool", pool.bytes, pool.size);
  notes_integer(noting->notes, "seat", seat);
  notes_close(noting->notes);
}

void lease_note(const struct body *body, struct notes *notes) {
  struct noting noting = {notes, 0};
  uint64_t count = 0;
  notes_open(notes, "pools");
  for (const struct owned_pool *at = body->pools; at != NULL; at = at->next)
    if (count++ < NOTES_LISTED)
      notes_value(notes, NULL, at->key, at->key_size);
  notes_close_list(notes, count);
  notes_open(notes, "borrowed");
  lease_held(body->script->scheduler->leases, body->actor, note_held,
             &noting);
  notes_close_list(notes, noting.count);
}

/* --- Choosing ------------------------------------------------------------- */

int lease_lua_hash(lua_State *L) {
  struct key key = check_pool(L, 1);
  lua_Integer size = luaL_checkinteger(L, 2);
  luaL_argcheck(L, size > 0, 2, "a size above 0");
  lua_pushinteger(L, (lua_Integer)(hash_bytes(key.bytes, key.size, 0) %
                                   (uint64_t)size));
  return 1;
}

static struct actor *sitting(struct scheduler *scheduler, struct key pool,
                             uint32_t seat) {
  unsigned char bytes[KEY_LARGEST];
  uint64_t pid;
  registry_find(scheduler->registry, seat_key(bytes, pool, seat), &pid);
  return pid == ID_NONE ? NULL : directory_find(scheduler->directory, pid);
}

/* Messages waiting, one for the one in hand, and a leased or vacant seat last
** of all. */
static uint64_t seat_load(struct scheduler *scheduler, struct key pool,
                          uint32_t seat) {
  struct actor *actor = sitting(scheduler, pool, seat);
  uint64_t load;
  if (actor == NULL) return UINT64_MAX;
  load = 2 * mailbox_count(&actor->mailbox);
  if (!mailbox_idle(&actor->mailbox)) load++;
  if (lease_taken(scheduler->leases, pool, seat)) load += UINT32_MAX;
  return load;
}

/* Of the equally busy the first from `turn` on, so that they take turns. */
int lease_lua_least_busy(lua_State *L) {
  struct scheduler *scheduler = scheduler_of(L);
  struct key pool = check_pool(L, 1);
  uint32_t size = lease_size(scheduler->leases, pool);
  uint32_t turn = (uint32_t)luaL_optinteger(L, 2, 0);
  uint32_t best = 0;
  uint64_t best_load = UINT64_MAX;
  if (size == 0) return no_pool(L);
  best = turn % size;
  for (uint32_t i = 0; i < size; i++) {
    uint32_t seat = (turn + i) % size;
    uint64_t load = seat_load(scheduler, pool, seat);
    if (load >= best_load) continue;
    best = seat;
    best_load = load;
  }
  lua_pushinteger(L, best);
  return 1;
}

/* --- Check-out ------------------------------------------------------------ */

/* What a SENTINEL carries, the pool's key behind it. */
struct sentinel {
  uint64_t lease;
  uint32_t seat;
};

void lease_settle(struct scheduler *scheduler, struct key pool, uint32_t seat,
                  uint64_t lease) {
  struct sentinel sentinel = {lease, seat};
  struct actor *actor = sitting(scheduler, pool, seat);
  struct message *message;
  if (actor == NULL) return; /* the next who sits down frees it */
  message = message_need(MESSAGE_SENTINEL, sizeof sentinel + pool.size);
  memcpy(message->bytes, &sentinel, sizeof sentinel);
  memcpy(message->bytes + sizeof sentinel, pool.bytes, pool.size);
  message->target =
      atomic_load_explicit(&actor->pid, memory_order_relaxed);
  if (scheduler_post(scheduler, message, READY_AFTER) != STATUS_OK)
    message_free(message);
}

void lease_sentinel(struct scheduler *scheduler, struct message *message) {
  struct key pool = {message->bytes + sizeof(struct sentinel),
                     message->size - sizeof(struct sentinel)};
  struct sentinel sentinel;
  struct lease_grant grant;
  memcpy(&sentinel, message->bytes, sizeof sentinel);
  lease_settled(scheduler->leases, pool, sentinel.seat, sentinel.lease,
                &grant);
  links_grant(scheduler, pool, &grant);
  message_free(message);
}

/* Gives the seat back; one whose worker is still busy with what was left
** behind goes to nobody before it has come that far. */
static int close_hold(lua_State *L) {
  struct hold *hold = failure_check(L, 1, &hold_class, "lease");
  struct scheduler *scheduler = scheduler_of(L);
  struct key pool = {hold->key, hold->key_size};
  struct actor *worker = sitting(scheduler, pool, hold->seat);
  bool busy = worker != NULL && !mailbox_idle(&worker->mailbox);
  struct lease_grant grant;
  uint64_t settling;
  lease_give(scheduler->leases, pool, hold->number, body_of(L)->actor,
             hold->seat, busy, &settling, &grant);
  links_grant(scheduler, pool, &grant);
  if (settling != 0) lease_settle(scheduler, pool, hold->seat, settling);
  return 0;
}

static const luaL_Reg hold_events[] = {{"__close", close_hold}, {NULL, NULL}};

static const struct class hold_class = {"lease", "a lease", hold_events, NULL,
                                        NULL, false};

static struct hold *push_hold(lua_State *L, struct key pool) {
  struct hold *hold = class_new(L, &hold_class, sizeof *hold + pool.size);
  hold->key_size = pool.size;
  memcpy(hold->key, pool.bytes, pool.size);
  return hold;
}

static int after_with(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L) - 3;
}

/* The stack: pool, fn, hold. */
static int run_with(lua_State *L, uint32_t seat) {
  struct hold *hold = lua_touserdata(L, 3);
  struct key pool = {hold->key, hold->key_size};
  hold->seat = seat;
  lua_toclose(L, 3);
  lua_pushvalue(L, 2);
  entity_push_seat(L, pool, seat);
  lua_callk(L, 1, LUA_MULTRET, 0, after_with);
  return after_with(L, LUA_OK, 0);
}

static int after_checkout(lua_State *L, int status, lua_KContext context) {
  struct body *body = body_of(L);
  const struct hold *hold = lua_touserdata(L, 3);
  struct message *outcome = body->outcome;
  struct key pool;
  uint32_t seat;
  (void)status;
  (void)context;
  pool.bytes = lua_tolstring(L, 1, &pool.size);
  if (outcome->outcome == OUTCOME_NOACTOR) return no_pool(L);
  if (outcome_is_early(outcome->outcome)) {
    struct waiter waiter = {
        body_pid(body),
        outcome->epoch};
    lease_forget(scheduler_of(L)->leases, pool, waiter);
  }
  wait_raise(L, ID_NONE, "a free worker of the pool", 0);
  memcpy(&seat, outcome->bytes, sizeof seat);
  if (!lease_accept(scheduler_of(L)->leases, pool, hold->number, body->actor,
                    seat))
    return no_pool(L);
  return run_with(L, seat);
}

/* In line; unless all who could give a seat back wait for this actor. */
static int wait_in_line(lua_State *L, struct key pool, uint64_t number,
                        struct waiter waiter) {
  struct body *body = body_of(L);
  actor_wait_retarget(body->actor, number);
  if (!deadlock_look(body))
    return coroutine_wait(L, HOST_WAIT, 0, after_checkout);
  lease_forget(scheduler_of(L)->leases, pool, waiter);
  return deadlock_raise(L);
}

int lease_lua_checkout(lua_State *L) {
  struct body *body = body_of(L);
  struct hold *hold;
  struct waiter waiter;
  struct key pool;
  uint32_t seat;
  lua_settop(L, 2);
  pool = check_pool(L, 1);
  if (lua_type(L, 2) != LUA_TFUNCTION)
    return failure_expected(L, "fn", "a function", 2);
  wait_check(L);
  hold = push_hold(L, pool);
  waiter.pid = body_pid(body);
  waiter.epoch = wait_open(L, WAIT_CHECKOUT, ID_NONE, true);
  switch (lease_take(scheduler_of(L)->leases, pool, body->actor, waiter,
                     &seat, &hold->number)) {
    case STATUS_WAIT:
      return wait_in_line(L, pool, hold->number, waiter);
    case STATUS_OK:
      wait_cancel(L);
      return run_with(L, seat);
    case STATUS_ABSENT:
      wait_cancel(L);
      return no_pool(L);
    default:
      wait_cancel(L);
      return luaL_error(L, "not enough memory");
  }
}
