/*
** A pool is a table of seats, a bitmap of the free ones and a queue of holds.
** A hold is one actor's claim on the pool. It is made when the actor asks, not
** when it is given a seat, and is on the actor's own list from then on:
**
**   queued -> granted | dropped       waits in line
**   granted -> held | dropped         has a seat and does not know it yet
**   held                              works with its seat
**   dropped                           its wait is over; swept by its owner
**
** So a grant needs no memory, and an actor that dies at any moment finds what
** it has to give back. A pool that is closed leaves the table but lives until
** the last hold on it is gone; another pool of the same name is another one.
**
** Everything stands under the lock of the pool's shard, except the actor's
** list, which is its own. Races, and why no seat is lost or given twice:
**
** 1. A seat is granted to W while W's deadline ends its wait. One of the two
**    ends the wait word. If the grant does, W accepts. If not, who granted
**    calls lease_refused, and the seat goes to the next in line.
** 2. As 1, and W dies meanwhile: its end gives the seat back as well, and it
**    may have been granted to somebody else when lease_refused comes. So
**    lease_refused says whose grant it was; under the lock only the first of
**    the two finds W in the seat.
** 3. The grant ends W's wait, and W is killed before it runs again. Its hold
**    says granted, so its end gives the seat back.
** 4. W leaves the line (lease_forget) while a seat is granted to it. Either it
**    is first: nobody finds it in the queue. Or the grant is: as 1.
** 5. A seat is given back while somebody asks. A free seat and a waiter never
**    exist together: under one lock a seat that becomes free goes to the first
**    in line, and who asks is queued only if no seat is free.
** 6. A seat settles, its worker ends, and what would have settled it is left
**    for the next worker, who comes to it when the seat has been leased and
**    given back once more. Leases are numbered: it settles nothing.
** 7. An actor has a seat of a pool that is closed and opened anew, and takes
**    the same seat of the new one. Its holds say which pool each is on, by
**    number: it gives back the one that it means.
** 8. The worker of a leased seat ends and another sits down. The borrower
**    keeps the seat; `occupied` says what becomes of it afterwards.
*/
#include "core/lease.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "core/keytable.h"
#include "core/waiters.h"

#define WORD_BITS 64
#define WORDS (LEASE_SEATS / WORD_BITS)

enum seat_state { SEAT_VACANT, SEAT_FREE, SEAT_LEASED, SEAT_SETTLING };

enum hold_state { HOLD_QUEUED, HOLD_GRANTED, HOLD_HELD, HOLD_DROPPED };

struct lease_hold {
  struct lease_hold *next; /* in actor->leases; [owner] */
  struct pool *pool;       /* never changes; its key may be read */
  /* --- Shard's lock. --- */
  struct lease_hold *before, *after; /* in the queue */
  struct waiter waiter;
  uint32_t seat; /* granted, held */
  enum hold_state state;
};

struct pool_seat {
  struct lease_hold *hold; /* LEASED: whose */
  uint64_t lease;          /* the number of the last one */
  enum seat_state state;
  bool occupied; /* a worker sits there */
};

struct pool {
  struct leases *leases;
  uint64_t number; /* never changes: a count, then the shard it is in */
  /* --- Shard's lock. --- */
  struct keyed keyed;
  struct lease_hold *first, *last; /* the queue */
  struct waiters room; /* empty, with room for all who wait: see lease_close */
  uint32_t waiting;
  uint32_t holds; /* in any state */
  uint32_t size;
  bool closed;
  uint64_t free[WORDS]; /* a bit for each free seat */
  struct pool_seat seats[];
};

struct leases {
  struct keytable pools;
  _Atomic uint64_t count; /* of all leases so far: their numbers; relaxed */
  _Atomic uint64_t opened; /* pools so far; relaxed */
};

static struct pool *pool_of(struct keyed *keyed) {
  if (keyed == NULL) return NULL;
  return (struct pool *)((char *)keyed - offsetof(struct pool, keyed));
}

static struct pool *find_locked(const struct place *place) {
  return pool_of(keytable_find(place));
}

/* --- Seats ---------------------------------------------------------------- */

/* From (row) to (column): vacant, free, leased, settling. */
static const bool legal_moves[4][4] = {
    [SEAT_VACANT] = {false, true, false, false},
    [SEAT_FREE] = {true, false, true, false},
    [SEAT_LEASED] = {true, true, false, true},
    [SEAT_SETTLING] = {true, true, false, false},
};

static void move_locked(struct pool *pool, uint32_t index,
                        enum seat_state state) {
  struct pool_seat *seat = &pool->seats[index];
  uint64_t bit = UINT64_C(1) << (index % WORD_BITS);
  CHECK(legal_moves[seat->state][state], "a seat is leased to one hold");
  seat->state = state;
  if (state == SEAT_FREE)
    pool->free[index / WORD_BITS] |= bit;
  else
    pool->free[index / WORD_BITS] &= ~bit;
}

/* The lowest free seat: the same few workers stay warm. False: none. */
static bool find_free_locked(const struct pool *pool, uint32_t *index) {
  for (uint32_t word = 0; word < WORDS; word++) {
    if (pool->free[word] == 0) continue;
    *index = word * WORD_BITS + (uint32_t)__builtin_ctzll(pool->free[word]);
    return true;
  }
  return false;
}

static void lease_locked(struct pool *pool, uint32_t index,
                         struct lease_hold *hold, enum hold_state state) {
  move_locked(pool, index, SEAT_LEASED);
  pool->seats[index].hold = hold;
  pool->seats[index].lease =
      atomic_fetch_add_explicit(&pool->leases->count, 1,
                                memory_order_relaxed) + 1;
  hold->seat = index;
  hold->state = state;
}

/* --- The queue ------------------------------------------------------------ */

static void queue_locked(struct pool *pool, struct lease_hold *hold) {
  hold->state = HOLD_QUEUED;
  hold->before = pool->last;
  hold->after = NULL;
  if (pool->last != NULL)
    pool->last->after = hold;
  else
    pool->first = hold;
  pool->last = hold;
  pool->waiting++;
}

/* Leaves the line; dropped, unless a seat comes next. */
static void unqueue_locked(struct pool *pool, struct lease_hold *hold) {
  ASSERT(hold->state == HOLD_QUEUED, "who leaves the line was in it");
  if (hold->before != NULL)
    hold->before->after = hold->after;
  else
    pool->first = hold->after;
  if (hold->after != NULL)
    hold->after->before = hold->before;
  else
    pool->last = hold->before;
  pool->waiting--;
  hold->state = HOLD_DROPPED;
}

/* A seat with an idle worker becomes free: the first in line has it. */
static void release_locked(struct pool *pool, uint32_t index,
                           struct lease_grant *grant) {
  struct lease_hold *hold = pool->first;
  move_locked(pool, index, SEAT_FREE);
  if (hold == NULL) return;
  unqueue_locked(pool, hold);
  lease_locked(pool, index, hold, HOLD_GRANTED);
  *grant = (struct lease_grant){hold->waiter, index};
}

/* A leased seat comes back. Returns the lease that it settles from, or 0. */
static uint64_t return_locked(struct pool *pool, uint32_t index, bool busy,
                              struct lease_grant *grant) {
  struct pool_seat *seat = &pool->seats[index];
  seat->hold->state = HOLD_DROPPED;
  seat->hold = NULL;
  if (!seat->occupied) {
    move_locked(pool, index, SEAT_VACANT);
  } else if (busy) {
    move_locked(pool, index, SEAT_SETTLING);
    return seat->lease;
  } else {
    release_locked(pool, index, grant);
  }
  return 0;
}

/* --- Holds ---------------------------------------------------------------- */

/* Frees the hold, off its actor's list, and the pool after its last one. */
static void free_hold_locked(struct lease_hold *hold) {
  struct pool *pool = hold->pool;
  ASSERT(hold->state == HOLD_DROPPED || pool->closed, "nobody points to it");
  memory_free(hold);
  pool->holds--;
  if (!pool->closed || pool->holds > 0) return;
  waiters_free(&pool->room);
  memory_free(pool);
}

static void unlink_hold(struct actor *actor, struct lease_hold *hold) {
  struct lease_hold **link = &actor->leases;
  while (*link != hold) link = &(*link)->next;
  *link = hold->next;
}

/* Frees the actor's dropped holds on pools of this key: there is one for each
** wait that ended without a seat. */
static void sweep_locked(struct actor *actor, struct key pool) {
  struct lease_hold **link = &actor->leases;
  while (*link != NULL) {
    struct lease_hold *hold = *link;
    if (keyed_is(&hold->pool->keyed, pool) && hold->state == HOLD_DROPPED) {
      *link = hold->next;
      free_hold_locked(hold);
    } else {
      link = &hold->next;
    }
  }
}

/* The caller has the lock of the key's shard, so of every pool that ever had
** this key, and of no other: keys are compared first. */
static struct lease_hold *find_hold_locked(struct actor *actor,
                                           struct key pool, uint64_t number,
                                           uint32_t seat) {
  struct lease_hold *hold = actor->leases;
  for (; hold != NULL; hold = hold->next)
    if (keyed_is(&hold->pool->keyed, pool) &&
        hold->pool->number == number && hold->seat == seat &&
        (hold->state == HOLD_GRANTED || hold->state == HOLD_HELD))
      return hold;
  return NULL;
}

/* --- Pools ---------------------------------------------------------------- */

struct leases *leases_new(void) {
  struct leases *leases = memory_aligned(KEYTABLE_LINE, sizeof *leases);
  if (leases == NULL) return NULL;
  keytable_init(&leases->pools);
  return leases;
}

/* Actors that are left here never run again: what they had is ours. */
static void drop_pool(struct keyed *keyed) {
  struct pool *pool = pool_of(keyed);
  for (struct lease_hold *hold = pool->first, *after; hold != NULL;
       hold = after) {
    after = hold->after;
    memory_free(hold);
  }
  for (uint32_t i = 0; i < pool->size; i++) memory_free(pool->seats[i].hold);
  waiters_free(&pool->room);
  memory_free(pool);
}

void leases_free(struct leases *leases) {
  if (leases == NULL) return;
  keytable_drain(&leases->pools, drop_pool);
  keytable_deinit(&leases->pools);
  memory_free_aligned(leases);
}

/* One block: the pool, its seats, its key. */
static struct pool *pool_new(struct key key, uint32_t size,
                             unsigned char **bytes) {
  size_t seats = size * sizeof(struct pool_seat);
  struct pool *pool = memory_zalloc(sizeof *pool + seats + key.size);
  if (pool == NULL) return NULL;
  pool->size = size;
  *bytes = (unsigned char *)pool + sizeof *pool + seats;
  return pool;
}

/* The shard's index in its low bits, so that a pool is found by number. */
static uint64_t next_number(struct leases *leases, const struct shard *shard) {
  uint64_t count = atomic_fetch_add_explicit(&leases->opened, 1,
                                             memory_order_relaxed) + 1;
  return count << KEYTABLE_SHARD_BITS |
         (uint64_t)(shard - leases->pools.shards);
}

static enum status open_locked(struct leases *leases,
                               const struct place *place, uint32_t size) {
  struct pool *pool = find_locked(place);
  unsigned char *bytes;
  if (pool != NULL) return STATUS_EXISTS;
  pool = pool_new(place->key, size, &bytes);
  if (pool == NULL) return STATUS_NOMEM;
  pool->leases = leases;
  pool->number = next_number(leases, place->shard);
  if (keytable_insert(place, &pool->keyed, bytes)) return STATUS_OK;
  memory_free(pool);
  return STATUS_NOMEM;
}

enum status lease_open(struct leases *leases, struct key key, uint32_t size) {
  struct place place;
  enum status status;
  if (size < 1 || size > LEASE_SEATS) return STATUS_INVALID;
  place = keytable_lock(&leases->pools, key);
  status = open_locked(leases, &place, size);
  keytable_unlock(&place);
  return status;
}

/* Cannot fail: whoever queued made room in the list first. */
static void close_locked(struct shard *shard, struct pool *pool,
                         struct waiters *freed) {
  *freed = pool->room;
  pool->room = (struct waiters){0};
  while (pool->first != NULL) {
    struct lease_hold *hold = pool->first;
    bool added = waiters_add(freed, hold->waiter);
    CHECK(added, "there is room for all who wait");
    unqueue_locked(pool, hold);
  }
  if (freed->count == 0) waiters_free(freed);
  keytable_remove(shard, &pool->keyed);
  pool->closed = true;
  if (pool->holds == 0) memory_free(pool);
}

enum status lease_close(struct leases *leases, struct key key,
                        struct waiters *freed) {
  struct place place = keytable_lock(&leases->pools, key);
  struct pool *pool = find_locked(&place);
  *freed = (struct waiters){0};
  if (pool != NULL) close_locked(place.shard, pool, freed);
  keytable_unlock(&place);
  return pool != NULL ? STATUS_OK : STATUS_ABSENT;
}

/* --- Borrowing ------------------------------------------------------------ */

static enum status take_locked(struct pool *pool, struct lease_hold *hold,
                               uint32_t *seat) {
  if (pool == NULL) return STATUS_ABSENT;
  if (find_free_locked(pool, seat)) {
    ASSERT(pool->first == NULL, "a free seat and a waiter never meet");
    lease_locked(pool, *seat, hold, HOLD_HELD);
  } else {
    if (!waiters_reserve(&pool->room, pool->waiting + 1)) return STATUS_NOMEM;
    queue_locked(pool, hold);
  }
  hold->pool = pool;
  pool->holds++;
  return hold->state == HOLD_HELD ? STATUS_OK : STATUS_WAIT;
}

enum status lease_take(struct leases *leases, struct key pool,
                       struct actor *actor, struct waiter waiter,
                       uint32_t *seat, uint64_t *number) {
  struct lease_hold *hold = memory_zalloc(sizeof *hold);
  struct place place;
  enum status status;
  if (hold == NULL) return STATUS_NOMEM;
  hold->waiter = waiter;
  place = keytable_lock(&leases->pools, pool);
  sweep_locked(actor, pool);
  status = take_locked(find_locked(&place), hold, seat);
  if (status == STATUS_OK || status == STATUS_WAIT) {
    hold->next = actor->leases;
    actor->leases = hold;
    *number = hold->pool->number;
  } else {
    memory_free(hold);
  }
  keytable_unlock(&place);
  return status;
}

bool lease_accept(struct leases *leases, struct key pool, uint64_t number,
                  struct actor *actor, uint32_t seat) {
  struct place place = keytable_lock(&leases->pools, pool);
  struct lease_hold *hold = find_hold_locked(actor, pool, number, seat);
  bool granted = hold != NULL && hold->state == HOLD_GRANTED;
  if (granted) hold->state = HOLD_HELD;
  keytable_unlock(&place);
  return granted;
}

void lease_forget(struct leases *leases, struct key pool,
                  struct waiter waiter) {
  struct place place = keytable_lock(&leases->pools, pool);
  struct pool *found = find_locked(&place);
  struct lease_hold *hold = found != NULL ? found->first : NULL;
  while (hold != NULL && !waiter_equal(hold->waiter, waiter))
    hold = hold->after;
  if (hold != NULL) unqueue_locked(found, hold);
  keytable_unlock(&place);
}

/* --- Giving back ---------------------------------------------------------- */

static void grant_nobody(struct lease_grant *grant, uint32_t seat) {
  *grant = (struct lease_grant){{ID_NONE, 0}, seat};
}

void lease_give(struct leases *leases, struct key pool, uint64_t number,
                struct actor *actor, uint32_t seat, bool busy,
                uint64_t *settling, struct lease_grant *grant) {
  struct place place = keytable_lock(&leases->pools, pool);
  struct lease_hold *hold = find_hold_locked(actor, pool, number, seat);
  *settling = 0;
  grant_nobody(grant, seat);
  if (hold != NULL) {
    if (!hold->pool->closed)
      *settling = return_locked(hold->pool, seat, busy, grant);
    unlink_hold(actor, hold);
    free_hold_locked(hold);
  }
  keytable_unlock(&place);
}

void lease_refused(struct leases *leases, struct key pool, uint32_t seat,
                   struct lease_grant *grant) {
  struct place place = keytable_lock(&leases->pools, pool);
  struct pool *found = find_locked(&place);
  struct waiter late = grant->waiter;
  struct lease_hold *hold = NULL;
  grant_nobody(grant, seat);
  if (found != NULL && seat < found->size) hold = found->seats[seat].hold;
  if (hold != NULL && hold->state == HOLD_GRANTED &&
      waiter_equal(hold->waiter, late))
    return_locked(found, seat, false, grant);
  keytable_unlock(&place);
}

/* --- Workers -------------------------------------------------------------- */

/* The pool, locked, if it has this seat. */
static struct pool *lock_seat(struct leases *leases, struct key key,
                              uint32_t seat, struct place *place) {
  struct pool *pool;
  *place = keytable_lock(&leases->pools, key);
  pool = find_locked(place);
  return pool != NULL && seat < pool->size ? pool : NULL;
}

void lease_settled(struct leases *leases, struct key key, uint32_t seat,
                   uint64_t lease, struct lease_grant *grant) {
  struct place place;
  struct pool *pool = lock_seat(leases, key, seat, &place);
  grant_nobody(grant, seat);
  if (pool != NULL && pool->seats[seat].state == SEAT_SETTLING &&
      pool->seats[seat].lease == lease)
    release_locked(pool, seat, grant);
  keytable_unlock(&place);
}

void lease_occupied(struct leases *leases, struct key key, uint32_t seat,
                    struct lease_grant *grant) {
  struct place place;
  struct pool *pool = lock_seat(leases, key, seat, &place);
  grant_nobody(grant, seat);
  if (pool != NULL) {
    pool->seats[seat].occupied = true;
    if (pool->seats[seat].state == SEAT_VACANT)
      release_locked(pool, seat, grant);
  }
  keytable_unlock(&place);
}

void lease_vacated(struct leases *leases, struct key key, uint32_t seat) {
  struct place place;
  struct pool *pool = lock_seat(leases, key, seat, &place);
  if (pool != NULL) {
    enum seat_state state = pool->seats[seat].state;
    pool->seats[seat].occupied = false;
    if (state == SEAT_FREE || state == SEAT_SETTLING)
      move_locked(pool, seat, SEAT_VACANT);
  }
  keytable_unlock(&place);
}

/* --- Looking -------------------------------------------------------------- */

/* True: this hold has a seat that must be given back. False: it has none (any
** more), and is freed. */
static bool still_leased(struct leases *leases, struct actor *actor,
                         struct lease_hold *hold) {
  struct shard *shard = keytable_shard(&leases->pools, &hold->pool->keyed);
  bool leased;
  mutex_lock(&shard->lock);
  if (hold->state == HOLD_QUEUED) unqueue_locked(hold->pool, hold);
  leased = !hold->pool->closed && hold->state != HOLD_DROPPED;
  if (!leased) {
    unlink_hold(actor, hold);
    free_hold_locked(hold);
  }
  mutex_unlock(&shard->lock);
  return leased;
}

bool lease_first(struct leases *leases, struct actor *actor,
                 unsigned char bytes[KEY_LARGEST], struct key *pool,
                 uint64_t *number, uint32_t *seat) {
  while (actor->leases != NULL) {
    struct lease_hold *hold = actor->leases;
    struct key key = keyed_key(&hold->pool->keyed);
    if (!still_leased(leases, actor, hold)) continue;
    if (key.size > 0) memcpy(bytes, key.bytes, key.size);
    *pool = (struct key){bytes, key.size};
    *number = hold->pool->number;
    *seat = hold->seat;
    return true;
  }
  return false;
}

void lease_held(struct leases *leases, const struct actor *actor,
                void (*each)(void *context, struct key pool, uint32_t seat),
                void *context) {
  for (struct lease_hold *at = actor->leases; at != NULL; at = at->next) {
    struct shard *shard = keytable_shard(&leases->pools, &at->pool->keyed);
    mutex_lock(&shard->lock);
    bool held = at->state == HOLD_HELD && !at->pool->closed;
    uint32_t seat = at->seat;
    mutex_unlock(&shard->lock);
    if (held) each(context, keyed_key(&at->pool->keyed), seat);
  }
}

bool lease_taken(struct leases *leases, struct key key, uint32_t seat) {
  struct place place;
  struct pool *pool = lock_seat(leases, key, seat, &place);
  bool taken = pool != NULL && pool->seats[seat].state == SEAT_LEASED;
  keytable_unlock(&place);
  return taken;
}

uint32_t lease_size(struct leases *leases, struct key key) {
  struct place place = keytable_lock(&leases->pools, key);
  struct pool *pool = find_locked(&place);
  uint32_t size = pool != NULL ? pool->size : 0;
  keytable_unlock(&place);
  return size;
}

static struct pool *find_number_locked(const struct shard *shard,
                                       uint64_t number) {
  struct keyed *keyed = NULL;
  uint32_t bucket = 0;
  while ((keyed = keytable_next(shard, &bucket, keyed)) != NULL)
    if (pool_of(keyed)->number == number) return pool_of(keyed);
  return NULL;
}

static uint32_t holders_locked(const struct pool *pool, uint64_t *pids,
                               uint32_t limit) {
  if (pool->size > limit) return 0;
  for (uint32_t i = 0; i < pool->size; i++) {
    const struct lease_hold *hold = pool->seats[i].hold;
    if (pool->seats[i].state != SEAT_LEASED || hold->state != HOLD_HELD)
      return 0;
    pids[i] = hold->waiter.pid;
  }
  return pool->size;
}

uint32_t lease_holders(struct leases *leases, uint64_t number, uint64_t *pids,
                       uint32_t limit) {
  struct shard *shard = &leases->pools.shards[number % KEYTABLE_SHARDS];
  struct pool *pool;
  uint32_t count;
  mutex_lock(&shard->lock);
  pool = find_number_locked(shard, number);
  count = pool != NULL ? holders_locked(pool, pids, limit) : 0;
  mutex_unlock(&shard->lock);
  return count;
}
