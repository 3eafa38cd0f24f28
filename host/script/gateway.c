/*
** Errands wait in one queue, in the order in which they came, and leave it in
** that order: a hand takes one and sends its request in one function of C, in
** which nothing makes way, so two calls to one actor arrive as they were made.
**
** A hand begins with a cast, `work`, of which there is one under way at a
** time: a hand that takes an errand and leaves others has the next one begin.
** If there are no more hands, an errand is taken by whichever is done first. So
** errands that need no waiting, and those that come while all are busy, cost no
** message.
**
** What is for an entity may have to wait until that has started, or has slept
** and is there again. So nothing overtakes it, errands for the same entity wait
** behind the one that is *seeking*: neither in the queue nor in a hand.
**
** Who waits in either place has a deadline all the same. As long as somebody
** does one more handler, `watch`, takes what is late, as a hand would, which
** finds at once that it is.
**
** If the actor ends (it was killed), what its hands had ends with it; what is
** still queued goes to the next one, which it starts itself on its way out.
*/
#include "script/gateway.h"

#include <lauxlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "codec/format.h"
#include "codec/peek.h"
#include "script/body.h"
#include "script/codec.h"
#include "script/entity.h"
#include "script/failure.h"
#include "script/life.h"
#include "script/module.h"
#include "script/spawn.h"
#include "script/value.h"

#ifdef TROUPE_STRESS
#define HANDS 2u
#else
#define HANDS 254u /* and who watches: `concurrent` in lua/troupe/gateway.lua */
#endif

static const char name[] = "troupe.gateway";
static const char no_memory[] = "not enough memory";

struct gateway {
  struct script *script;
  struct mutex lock;
  /* lock: */
  uint64_t pid;      /* of its actor; ID_NONE: there is none */
  struct path *path; /* where what it starts is found; NULL: not started */
  unsigned hands;    /* that work, or are to begin */
  bool told;         /* one of them has not begun yet */
  bool watched;      /* somebody watches, or is to */
  unsigned seeking;  /* errands that are */
  bool stopped;
  struct errand *first, *last; /* queued, by next */
  struct errand *taken;        /* by hands, by next and former */
};

struct gateway *gateway_new(struct script *script) {
  struct gateway *gateway = memory_zalloc(sizeof *gateway);
  if (gateway == NULL) return NULL;
  gateway->script = script;
  mutex_init(&gateway->lock);
  return gateway;
}

void gateway_free(struct gateway *gateway) {
  if (gateway == NULL) return;
  CHECK(gateway->first == NULL && gateway->taken == NULL,
        "each errand has ended");
  path_drop(gateway->path);
  mutex_deinit(&gateway->lock);
  memory_free(gateway);
}

/* --- Its actor ------------------------------------------------------------ */

/* A message of one short string. NULL: no memory. */
static struct message *text_message(enum message_kind kind, const char *text) {
  size_t size = strlen(text);
  struct message *message = message_new(kind, size + 1);
  if (message == NULL) return NULL;
  message->bytes[0] = (unsigned char)(TAG_STRING + size);
  memcpy(message->bytes + 1, text, size);
  message->count = 1;
  return message;
}

static struct actor *new_actor(struct gateway *gateway,
                               struct message **start) {
  struct mailbox_bound bound = {LOAD_SIZE_LARGEST, LOAD_BYTES_LARGEST,
                                FULL_WAIT};
  struct actor *actor = NULL;
  struct body *body;
  *start = text_message(MESSAGE_START, name);
  if (*start != NULL)
    actor = life_new(gateway->script, path_share(gateway->path), ID_NONE);
  if (actor == NULL) {
    message_free(*start);
    return NULL;
  }
  life_exempt(actor);
  mailbox_set_bound(&actor->mailbox, &bound);
  body = actor->body;
  body->start.gateway = true;
  return actor;
}

static bool start_locked(struct gateway *gateway) {
  struct message *start;
  struct actor *actor = new_actor(gateway, &start);
  if (actor == NULL) return false;
  gateway->pid = body_pid(actor->body);
  gateway->hands = 0;
  gateway->told = gateway->watched = false;
  scheduler_prepare(actor, start);
  scheduler_launch(gateway->script->scheduler, actor, READY_QUEUE);
  return true;
}

/* A thread that has lent its worker waits for it before it posts: not with the
** lock, or who has the worker might wait for that. */
static void lock(struct gateway *gateway) {
  worker_keep();
  mutex_lock(&gateway->lock);
}

static void unlock(struct gateway *gateway) {
  mutex_unlock(&gateway->lock);
  worker_let();
}

bool gateway_start(struct gateway *gateway) {
  bool started;
  lock(gateway);
  gateway->path = path_share(gateway->script->path);
  started = start_locked(gateway);
  unlock(gateway);
  return started;
}

void gateway_search(struct gateway *gateway, struct path *path) {
  lock(gateway);
  if (gateway->path != NULL) {
    path_drop(gateway->path);
    gateway->path = path_share(path);
  }
  unlock(gateway);
}

void gateway_stop(struct gateway *gateway) {
  lock(gateway);
  gateway->stopped = true;
  unlock(gateway);
}

/* --- Hands ---------------------------------------------------------------- */

/* Without memory the next who comes sees to it. */
static void watch_locked(struct gateway *gateway) {
  struct message *watch;
  if (gateway->watched) return;
  watch = text_message(MESSAGE_CAST, "watch");
  if (watch == NULL) return;
  watch->target = gateway->pid;
  gateway->watched = scheduler_post(gateway->script->scheduler, watch,
                                    READY_AFTER) == STATUS_OK;
  if (!gateway->watched) message_free(watch);
}

/* Has a hand begin if there is something to do. False: no memory. */
static bool tell_locked(struct gateway *gateway) {
  struct scheduler *scheduler = gateway->script->scheduler;
  struct message *work;
  if (gateway->first == NULL || gateway->told) return true;
  if (gateway->hands == HANDS) {
    watch_locked(gateway);
    return true;
  }
  work = text_message(MESSAGE_CAST, "work");
  if (work == NULL) return false;
  work->target = gateway->pid;
  if (scheduler_post(scheduler, work, READY_AFTER) == STATUS_OK) {
    gateway->told = true;
    gateway->hands++;
  } else { /* it is about to end, and then looks at the queue */
    message_free(work);
  }
  return true;
}

static void begin(struct gateway *gateway) {
  lock(gateway);
  gateway->told = false;
  unlock(gateway);
}

static void unqueue_last_locked(struct gateway *gateway,
                                struct errand *former) {
  gateway->last = former;
  if (former != NULL)
    former->next = NULL;
  else
    gateway->first = NULL;
}

static void queue_locked(struct gateway *gateway, struct errand *errand) {
  errand->next = NULL;
  if (gateway->last != NULL)
    gateway->last->next = errand;
  else
    gateway->first = errand;
  gateway->last = errand;
}

static enum status ask_locked(struct gateway *gateway,
                              struct errand *errand) {
  struct errand *last;
  if (gateway->path == NULL) return STATUS_CLOSED;
  if (gateway->pid == ID_NONE) {
    if (gateway->stopped) return STATUS_CLOSED;
    if (!start_locked(gateway)) return STATUS_NOMEM;
  }
  last = gateway->last;
  queue_locked(gateway, errand);
  if (tell_locked(gateway) || gateway->hands > 0) return STATUS_OK;
  unqueue_last_locked(gateway, last);
  return STATUS_NOMEM;
}

enum status gateway_ask(struct gateway *gateway, struct errand *errand) {
  enum status status;
  ASSERT(errand->message != NULL && errand->end != NULL, "it is whole");
  lock(gateway);
  status = ask_locked(gateway, errand);
  unlock(gateway);
  return status;
}

/* --- What a hand has ------------------------------------------------------ */

static bool is_same_entity(const struct errand *one,
                           const struct errand *other) {
  if (other->module == NULL || strcmp(one->module, other->module) != 0)
    return false;
  if (one->name == NULL || other->name == NULL)
    return one->name == other->name && one->number == other->number;
  return strcmp(one->name, other->name) == 0;
}

/* True: it waits for another one that is to be there before it. */
static bool stay_behind_locked(struct gateway *gateway,
                               struct errand *errand) {
  struct errand *at = gateway->seeking > 0 ? gateway->taken : NULL;
  while (at != NULL && !(at->seeking && is_same_entity(errand, at)))
    at = at->next;
  if (at == NULL) return false;
  errand->next = NULL;
  if (at->behind != NULL)
    at->behind_last->next = errand;
  else
    at->behind = errand;
  at->behind_last = errand;
  watch_locked(gateway);
  return true;
}

static void take_locked(struct gateway *gateway, struct errand *errand) {
  errand->seeking =
      errand->module != NULL && errand->kind != ERRAND_START;
  gateway->seeking += errand->seeking;
  errand->former = NULL;
  errand->next = gateway->taken;
  if (gateway->taken != NULL) gateway->taken->former = errand;
  gateway->taken = errand;
}

static struct errand *pop_locked(struct gateway *gateway) {
  struct errand *errand;
  do {
    errand = gateway->first;
    if (errand == NULL) return NULL;
    gateway->first = errand->next;
    if (gateway->first == NULL) gateway->last = NULL;
  } while (errand->module != NULL && errand->kind != ERRAND_START &&
           stay_behind_locked(gateway, errand));
  return errand;
}

/* The oldest one; NULL: there is none, and the hand is free. */
static struct errand *take(struct gateway *gateway, const struct body *body) {
  struct errand *errand;
  lock(gateway);
  errand = body->stopping ? NULL : pop_locked(gateway);
  if (errand == NULL)
    gateway->hands--;
  else
    take_locked(gateway, errand);
  tell_locked(gateway); /* without memory the rest waits for this hand */
  unlock(gateway);
  return errand;
}

/* The first that is late, out of the list. */
static struct errand *cut_late(struct errand **first, struct errand **last,
                               uint64_t now) {
  struct errand *former = NULL, *at = *first;
  while (at != NULL && at->deadline > now) {
    former = at;
    at = at->next;
  }
  if (at == NULL) return NULL;
  if (former != NULL)
    former->next = at->next;
  else
    *first = at->next;
  if (*last == at) *last = former;
  return at;
}

/* NULL: none is late. */
static struct errand *take_late(struct gateway *gateway) {
  uint64_t now = scheduler_now(gateway->script->scheduler);
  struct errand *errand;
  lock(gateway);
  errand = cut_late(&gateway->first, &gateway->last, now);
  for (struct errand *at = gateway->taken; errand == NULL && at != NULL;
       at = at->next)
    errand = cut_late(&at->behind, &at->behind_last, now);
  if (errand != NULL) take_locked(gateway, errand);
  unlock(gateway);
  return errand;
}

static bool is_waiting_locked(const struct gateway *gateway) {
  const struct errand *at = gateway->taken;
  while (at != NULL && at->behind == NULL) at = at->next;
  return gateway->first != NULL || at != NULL;
}

/* It seeks no more: those behind it go to the head of the queue. */
static void found_locked(struct gateway *gateway, struct errand *errand) {
  struct errand *behind = errand->behind;
  gateway->seeking -= errand->seeking;
  errand->seeking = false;
  errand->behind = NULL;
  if (behind == NULL) return;
  if (gateway->first == NULL) gateway->last = errand->behind_last;
  errand->behind_last->next = gateway->first;
  gateway->first = behind;
}

static void found(struct relay *relay, lua_State *L) {
  struct errand *errand = (struct errand *)relay;
  struct gateway *gateway = body_of(L)->script->gateway;
  if (!errand->seeking) return;
  lock(gateway);
  found_locked(gateway, errand);
  tell_locked(gateway);
  unlock(gateway);
}

static void put_down(struct gateway *gateway, struct errand *errand) {
  lock(gateway);
  found_locked(gateway, errand);
  if (errand->former != NULL)
    errand->former->next = errand->next;
  else
    gateway->taken = errand->next;
  if (errand->next != NULL) errand->next->former = errand->former;
  tell_locked(gateway);
  unlock(gateway);
}

/* --- The end of the actor ------------------------------------------------- */

static void end_all(struct errand *errand, const char *text,
                    const char *kind) {
  while (errand != NULL) {
    struct errand *next = errand->next;
    struct errand_end end = {NULL, text, kind, errand->message == NULL};
    errand->end(errand, &end);
    errand = next;
  }
}

/* What is queued, if there will be nobody to do it. */
static struct errand *go_on_locked(struct gateway *gateway) {
  struct errand *left;
  gateway->pid = ID_NONE;
  gateway->hands = 0;
  if (!gateway->stopped && start_locked(gateway) && tell_locked(gateway))
    return NULL;
  left = gateway->first;
  gateway->first = gateway->last = NULL;
  return left;
}

void gateway_ended(struct gateway *gateway, bool killed) {
  struct errand *taken, *left;
  bool stopped;
  lock(gateway);
  stopped = gateway->stopped;
  taken = gateway->taken;
  gateway->taken = NULL;
  for (struct errand *at = taken; at != NULL; at = at->next)
    found_locked(gateway, at);
  left = go_on_locked(gateway);
  unlock(gateway);
  end_all(taken,
          stopped  ? "stopped: the host has stopped"
          : killed ? "stopped: troupe.gateway was killed"
                   : "stopped: troupe.gateway has ended",
          "stopped");
  end_all(left, stopped ? "stopped: the host has stopped" : no_memory,
          stopped ? "stopped" : "exit");
}

/* --- The face ------------------------------------------------------------- */

static struct gateway *check(lua_State *L) {
  struct body *body = body_of(L);
  if (!body->start.gateway)
    failure_raise(L, FAILURE_BADARGUMENT,
                  "expected self to be troupe.gateway, got another");
  return body->script->gateway;
}

int gateway_lua_slot(lua_State *L) {
  struct gateway *gateway = check(L);
  bool watches = lua_toboolean(L, 1);
  struct errand **slot = lua_newuserdatauv(L, sizeof(struct errand *), 0);
  *slot = NULL;
  if (!watches) begin(gateway);
  return 1;
}

int gateway_lua_watches(lua_State *L) {
  struct gateway *gateway = check(L);
  struct body *body = body_of(L);
  bool waiting;
  body->deadline = 0; /* that of the last one that was late */
  lock(gateway);
  waiting = !body->stopping && is_waiting_locked(gateway);
  gateway->watched = waiting;
  unlock(gateway);
  lua_pushboolean(L, waiting);
  return 1;
}

/* Nobody else has a slot. */
static void end(lua_State *L, struct errand **slot,
                const struct errand_end *end) {
  struct errand *errand = *slot;
  if (errand == NULL) {
    message_free(end->values);
    return;
  }
  *slot = NULL;
  put_down(body_of(L)->script->gateway, errand);
  errand->end(errand, end);
}

/* The slot is at index 4. */
static void replied(struct relay *relay, lua_State *L,
                    struct message *reply) {
  (void)relay;
  end(L, lua_touserdata(L, 4), &(struct errand_end){.values = reply});
}

static void push_target(lua_State *L, const struct errand *errand) {
  if (errand->module != NULL) {
    lua_pushcfunction(L, entity_lua_at);
    lua_pushstring(L, errand->module);
  }
  if (errand->pid != ID_NONE)
    value_push_pid(L, errand->pid);
  else if (errand->name != NULL)
    lua_pushstring(L, errand->name);
  else
    lua_pushinteger(L, errand->number);
  if (errand->module != NULL) lua_call(L, 2, 1);
}

/* For errors. */
static void push_first(lua_State *L, const struct message *message) {
  const unsigned char *bytes = message->bytes;
  char text[CODEC_PEEK_SIZE];
  if (message->size > 0 && *bytes >= TAG_STRING && *bytes < TAG_TABLE)
    lua_pushlstring(L, (const char *)bytes + 1, *bytes - TAG_STRING);
  else
    lua_pushstring(L, codec_peek(message, text));
}

static int serve_start(lua_State *L, struct errand *errand) {
  struct body *body = body_of(L);
  struct gateway *gateway = body->script->gateway;
  lock(gateway);
  path_drop(body->path);
  body->path = path_share(gateway->path);
  unlock(gateway);
  lua_pushliteral(L, "start");
  lua_pushstring(L, errand->module);
  return 2 + codec_unpack(L, errand->message);
}

int gateway_lua_serve(lua_State *L) {
  struct gateway *gateway = check(L);
  struct errand **slot = lua_touserdata(L, 1);
  bool late = lua_toboolean(L, 2);
  struct errand *errand;
  lua_settop(L, 1);
  luaL_checkstack(L, 16, NULL); /* what raises comes first */
  errand = *slot = late ? take_late(gateway) : take(gateway, body_of(L));
  if (errand == NULL) {
    lua_pushboolean(L, false);
    return 1;
  }
  body_of(L)->deadline = errand->deadline;
  if (errand->kind == ERRAND_START) return serve_start(L, errand);
  errand->relay = (struct relay){found, replied};
  push_target(L, errand);
  push_first(L, errand->message);
  lua_pushlightuserdata(L, &errand->relay);
  lua_rotate(L, 1, -1); /* the slot last */
  return call_relay(L, &errand->message);
}

int gateway_lua_done(lua_State *L) {
  struct errand **slot;
  struct message *values;
  check(L);
  slot = lua_touserdata(L, 1);
  if (*slot == NULL) return 0;
  values = codec_pack(L, 2, lua_gettop(L) - 1, MESSAGE_OUTCOME);
  end(L, slot, &(struct errand_end){.values = values});
  return 0;
}

/* The gateway's own part in the error, the last, is nobody's concern. */
static void drop_own_hop(lua_State *L, int index) {
  if (!failure_is_own(L, index)) return;
  lua_getfield(L, index, "trace");
  lua_pushnil(L);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2));
  lua_pop(L, 1);
}

int gateway_lua_failed(lua_State *L) {
  struct errand_end failed = {NULL, NULL, NULL, false};
  check(L);
  lua_settop(L, 2);
  failure_from(L);
  drop_own_hop(L, 2);
  failed.text = luaL_tolstring(L, 2, NULL);
  lua_getfield(L, 2, "kind");
  failed.kind = lua_tostring(L, -1);
  lua_getfield(L, 2, "begun");
  failed.begun = lua_toboolean(L, -1);
  if (codec_can_send(L, 2))
    failed.values = codec_pack(L, 2, 1, MESSAGE_OUTCOME);
  end(L, lua_touserdata(L, 1), &failed);
  return 0;
}

int gateway_lua_refused(lua_State *L) {
  struct errand_end refused = {NULL, NULL, "refused", true};
  check(L);
  lua_settop(L, 2);
  refused.text = luaL_tolstring(L, 2, NULL);
  if (codec_can_send(L, 2))
    refused.values = codec_pack(L, 2, 1, MESSAGE_OUTCOME);
  end(L, lua_touserdata(L, 1), &refused);
  return 0;
}
