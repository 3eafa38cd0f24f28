/*
** An entry is here while somebody occupies its key (starting or live, open or
** closing), or while it is a seat, or while waiters could not be handed out
** for lack of memory; else its node is freed. Everything about it stands
** under the lock of its shard, and so does the look at its occupant:
**
**   An occupant leaves its entry (registry_ended) before its slot is reused
**   (directory_remove). So under the lock an entry's pid is that of the actor
**   in its slot, or of one that is closing there, never of a later one, and
**   "is its mailbox open" asks the right mailbox. A mailbox that has been
**   seen closed stays closed for as long as the pid is in the entry.
**
** Get-or-start. Every race ends with one actor, and with every waiter either
** in the list of an entry that has an occupant, or handed out:
**
** 1. Two find the key absent. Both make an actor; the locks order the two
**    registry_reserve; the second gets EXISTS, drops its actor, which nobody
**    has seen, and calls registry_ensure again.
** 2. Ensure against started. Either ensure is first: it queues its waiter and
**    started hands it out. Or started is first: ensure finds it live.
** 3. Ensure against the actor's end. Either ensure is first: it finds
**    starting or closing, queues its waiter, and ended hands it out. Or ended
**    is first: the entry is absent and the caller starts a new actor. There
**    is no third way: the decision to wait and the queueing are one step.
** 4. Ensure finds an open actor that closes in the next moment. Its message
**    is refused; it asks again, finds closing, waits, and is woken by ended:
**    it does not spin.
** 5. Init fails: ended removes the entry first, then its waiters are given
**    the error. Who comes in between starts afresh and cannot be told of a
**    failure that was not of its time.
** 6. A waiter times out. It forgets itself; if started or ended has been
**    quicker, its wait word has ended already, and ending it again does
**    nothing. If it never forgets, the same.
** 7. A key changes hands while its former holder unregisters it: only its
**    occupant may remove an entry, and the pids are compared.
**
** Seats. Messages for a seat are read in the order in which one sender sent
** them, whatever becomes of the actors that sit there. Let A sit there and
** end, and B be next:
**
** 1. S sends m1: it is in A's mailbox. A closes. S sends m2: refused, so S
**    holds it. A's end puts what its mailbox had before what is held: m1, m2.
**    A's key is taken until then, so B cannot have been reserved yet.
** 2. S holds m2 after A has left: the same, as the seat is vacant.
** 3. B is reserved. From here on registry_hold says "push to B", so what is
**    held is older than all that B's mailbox has. Started hands it out under
**    the lock under which it makes B live, and B reads it first.
** 4. B closes without having started (its init failed). In the order of age
**    there are: what was held before B, which it never got; what B's mailbox
**    has; what was held since B closed. So a seat keeps two queues, `before`
**    and `held`, and the second becomes the first when B is reserved.
** 5. S's message is refused because A has closed, and B sits there when S
**    holds it: STATUS_OK, S pushes to B, after all that it held before.
*/
#include "core/registry.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "core/keytable.h"
#include "core/registration.h"

static uint64_t weigh(const struct message_queue *queue) {
  uint64_t load = 0;
  for (struct message *at = queue->first; at != NULL; at = at->next)
    load += mailbox_weight(at);
  return load;
}

static struct entry *find_locked(const struct place *place) {
  return entry_of(keytable_find(place));
}

static struct entry *find_or_add_locked(const struct place *place) {
  struct entry *entry = find_locked(place);
  if (entry != NULL) return entry;
  entry = memory_zalloc(sizeof *entry + place->key.size);
  if (entry == NULL) return NULL;
  if (keytable_insert(place, &entry->keyed, entry->bytes)) return entry;
  memory_free(entry);
  return NULL;
}

/* Removes the entry if nothing is left that it would be kept for. */
static void tidy_locked(struct shard *shard, struct entry *entry) {
  if (entry->pid != ID_NONE || entry->seat != NULL) return;
  if (entry->waiters.count > 0) return;
  keytable_remove(shard, &entry->keyed);
  waiters_free(&entry->waiters);
  memory_free(entry);
}

/* --- Making and unmaking -------------------------------------------------- */

struct registry *registry_new(struct directory *directory) {
  struct registry *registry = memory_aligned(KEYTABLE_LINE, sizeof *registry);
  if (registry == NULL) return NULL;
  registry->directory = directory;
  keytable_init(&registry->names);
  keytable_init(&registry->groups);
  return registry;
}

void registry_fix_order(struct registry *registry) {
  keytable_fix_order(&registry->names);
  keytable_fix_order(&registry->groups);
}

static void free_queue(struct message_queue *queue) {
  struct message *message;
  while ((message = message_queue_pop(queue)) != NULL) message_free(message);
}

static void drop_entry(struct keyed *keyed) {
  struct entry *entry = entry_of(keyed);
  if (entry->seat != NULL) {
    free_queue(&entry->seat->before);
    free_queue(&entry->seat->held);
    memory_free(entry->seat);
  }
  waiters_free(&entry->waiters);
  memory_free(entry);
}

void registry_free(struct registry *registry) {
  if (registry == NULL) return;
  keytable_drain(&registry->names, drop_entry);
  registry_drop_groups(registry);
  keytable_deinit(&registry->names);
  keytable_deinit(&registry->groups);
  memory_free_aligned(registry);
}

/* --- Looking up ----------------------------------------------------------- */

enum status registry_find(struct registry *registry, struct key key,
                          uint64_t *pid) {
  struct place place = keytable_lock(&registry->names, key);
  struct entry *entry = find_locked(&place);
  *pid = entry != NULL && is_open_locked(registry, entry->pid) ? entry->pid
                                                               : ID_NONE;
  keytable_unlock(&place);
  return *pid == ID_NONE ? STATUS_ABSENT : STATUS_OK;
}

enum status registry_find_live(struct registry *registry, struct key key,
                               uint64_t *pid) {
  struct place place = keytable_lock(&registry->names, key);
  struct entry *entry = find_locked(&place);
  bool live = entry != NULL && entry->state == ENTRY_LIVE &&
              is_open_locked(registry, entry->pid);
  *pid = live ? entry->pid : ID_NONE;
  keytable_unlock(&place);
  return live ? STATUS_OK : STATUS_ABSENT;
}

static enum status ensure_locked(struct registry *registry,
                                 struct entry *entry, struct waiter waiter,
                                 uint64_t *pid) {
  *pid = ID_NONE;
  if (entry == NULL || entry->pid == ID_NONE) return STATUS_ABSENT;
  *pid = entry->pid;
  if (entry->state == ENTRY_LIVE && is_open_locked(registry, entry->pid))
    return STATUS_OK;
  return waiters_add(&entry->waiters, waiter) ? STATUS_WAIT : STATUS_NOMEM;
}

enum status registry_ensure(struct registry *registry, struct key key,
                            struct waiter waiter, uint64_t *pid) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status =
      ensure_locked(registry, find_locked(&place), waiter, pid);
  keytable_unlock(&place);
  return status;
}

static enum status await_locked(struct registry *registry,
                                struct entry *entry, struct waiter waiter) {
  if (entry == NULL || entry->pid == ID_NONE) return STATUS_ABSENT;
  if (is_open_locked(registry, entry->pid)) return STATUS_EXISTS;
  return waiters_add(&entry->waiters, waiter) ? STATUS_WAIT : STATUS_NOMEM;
}

enum status registry_await(struct registry *registry, struct key key,
                           struct waiter waiter) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status = await_locked(registry, find_locked(&place), waiter);
  keytable_unlock(&place);
  return status;
}

void registry_forget(struct registry *registry, struct key key,
                     struct waiter waiter) {
  struct place place = keytable_lock(&registry->names, key);
  struct entry *entry = find_locked(&place);
  if (entry != NULL && waiters_remove(&entry->waiters, waiter))
    tidy_locked(place.shard, entry);
  keytable_unlock(&place);
}

/* --- Taking and leaving a key --------------------------------------------- */

static void occupy_locked(struct entry *entry, struct actor *actor,
                          enum entry_state state) {
  entry->pid = registration_pid(actor);
  entry->state = state;
  if (entry->seat == NULL) return;
  ASSERT(entry->seat->before.first == NULL, "a vacant seat has one queue");
  entry->seat->bound = load_bound(&actor->mailbox.load);
  message_queue_join(&entry->seat->before, &entry->seat->held);
}

static enum status enter_locked(const struct place *place,
                                struct actor *actor, enum entry_state state,
                                uint64_t *holder) {
  struct entry *entry = find_or_add_locked(place);
  *holder = ID_NONE;
  if (entry == NULL) return STATUS_NOMEM;
  if (entry->pid != ID_NONE) {
    *holder = entry->pid;
    return STATUS_EXISTS;
  }
  /* Who is live at once could be overtaken by what the seat holds. */
  if (entry->seat != NULL && state == ENTRY_LIVE) return STATUS_INVALID;
  occupy_locked(entry, actor, state);
  registration_link(actor, &entry->registration);
  registry_name_taken(actor, entry);
  return STATUS_OK;
}

static enum status enter(struct registry *registry, struct key key,
                         struct actor *actor, enum entry_state state,
                         uint64_t *holder) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status = enter_locked(&place, actor, state, holder);
  keytable_unlock(&place);
  return status;
}

enum status registry_reserve(struct registry *registry, struct key key,
                             struct actor *actor, uint64_t *holder) {
  return enter(registry, key, actor, ENTRY_STARTING, holder);
}

enum status registry_register(struct registry *registry, struct key key,
                              struct actor *actor, uint64_t *holder) {
  return enter(registry, key, actor, ENTRY_LIVE, holder);
}

/* Without memory to hand out the waiters of more than one key in one list,
** those of the others stay: the next occupant hands them out, or their
** deadlines end them. */
static void hand_out_locked(struct entry *entry, struct waiters *freed) {
  (void)waiters_join(freed, &entry->waiters);
}

/* The occupant leaves. `left` may be NULL: its mailbox goes on. */
static void vacate_locked(struct shard *shard, struct entry *entry,
                          struct waiters *freed, struct message_queue *left) {
  struct seat *seat = entry->seat;
  hand_out_locked(entry, freed);
  if (seat != NULL) {
    struct message_queue all = seat->before;
    if (left != NULL) message_queue_join(&all, left);
    message_queue_join(&all, &seat->held);
    seat->held = all;
    seat->load = weigh(&all);
    seat->before = (struct message_queue){NULL, NULL};
  }
  entry->pid = ID_NONE;
  entry->state = ENTRY_VACANT;
  tidy_locked(shard, entry);
}

enum status registry_unregister(struct registry *registry, struct key key,
                                struct actor *actor, struct waiters *freed) {
  struct place place = keytable_lock(&registry->names, key);
  struct entry *entry = find_locked(&place);
  bool ours = entry != NULL && entry->pid == registration_pid(actor);
  if (ours) {
    registration_unlink(actor, &entry->registration);
    vacate_locked(place.shard, entry, freed, NULL);
  }
  keytable_unlock(&place);
  if (ours) registry_name_left(actor);
  return ours ? STATUS_OK : STATUS_ABSENT;
}

/* --- The occupant's life -------------------------------------------------- */

static void start_locked(struct entry *entry, uint64_t pid,
                         struct waiters *freed, struct message_queue *held) {
  CHECK(entry->pid == pid, "an entry on an actor's list is that actor's");
  if (entry->state != ENTRY_STARTING) return;
  entry->state = ENTRY_LIVE;
  hand_out_locked(entry, freed);
  if (entry->seat == NULL) return;
  ASSERT(entry->seat->held.first == NULL, "nothing is held from the open");
  entry->seat->load = 0;
  message_queue_join(held, &entry->seat->before);
}

/* Held messages were meant for the seat; now they are meant for who sits in
** it, and only then does its reader take them. */
static void retarget(struct message_queue *queue, uint64_t pid) {
  for (struct message *at = queue->first; at != NULL; at = at->next)
    at->target = pid;
}

void registry_started(struct registry *registry, struct actor *actor,
                      struct waiters *freed, struct message_queue *held) {
  struct message_queue found = {NULL, NULL};
  uint64_t pid = registration_pid(actor);
  struct registration *registration = actor->registrations;
  for (; registration != NULL; registration = registration->next) {
    if (registration->member) continue;
    struct entry *entry = occupied_by(registration);
    struct shard *shard = keytable_shard(&registry->names, &entry->keyed);
    mutex_lock(&shard->lock);
    start_locked(entry, pid, freed, &found);
    mutex_unlock(&shard->lock);
  }
  retarget(&found, pid);
  message_queue_join(held, &found);
}

void registry_ended(struct registry *registry, struct actor *actor,
                    struct waiters *freed, struct message_queue *left) {
  struct registration *registration;
  uint64_t pid = registration_pid(actor);
  while ((registration = actor->registrations) != NULL) {
    /* Off the list first: once it is vacant the link is the next one's. */
    actor->registrations = registration->next;
    if (registration->member) {
      registry_drop_member(registry, registration);
      continue;
    }
    struct entry *entry = occupied_by(registration);
    struct shard *shard = keytable_shard(&registry->names, &entry->keyed);
    mutex_lock(&shard->lock);
    CHECK(entry->pid == pid, "an entry on an actor's list is that actor's");
    vacate_locked(shard, entry, freed, left);
    mutex_unlock(&shard->lock);
  }
}

/* --- Seats ---------------------------------------------------------------- */

static enum status seat_locked(const struct place *place) {
  struct entry *entry = find_or_add_locked(place);
  if (entry == NULL) return STATUS_NOMEM;
  if (entry->seat != NULL) return STATUS_OK;
  entry->seat = memory_zalloc(sizeof *entry->seat);
  if (entry->seat != NULL) {
    entry->seat->bound = MAILBOX_SIZE * LOAD_ONE + MAILBOX_BYTES;
    return STATUS_OK;
  }
  tidy_locked(place->shard, entry);
  return STATUS_NOMEM;
}

enum status registry_seat(struct registry *registry, struct key key) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status = seat_locked(&place);
  keytable_unlock(&place);
  return status;
}

void registry_unseat(struct registry *registry, struct key key,
                     struct message_queue *left, struct waiters *freed) {
  struct place place = keytable_lock(&registry->names, key);
  struct entry *entry = find_locked(&place);
  struct seat *seat = entry != NULL ? entry->seat : NULL;
  *left = (struct message_queue){NULL, NULL};
  if (seat != NULL) {
    message_queue_join(left, &seat->before);
    message_queue_join(left, &seat->held);
    entry->seat = NULL;
    memory_free(seat);
    hand_out_locked(entry, freed);
    tidy_locked(place.shard, entry);
  }
  keytable_unlock(&place);
}

static enum status hold_locked(struct registry *registry, struct entry *entry,
                               uint64_t closed, struct message *message,
                               uint64_t *pid) {
  *pid = ID_NONE;
  if (entry == NULL || entry->seat == NULL) return STATUS_ABSENT;
  if (is_open_locked(registry, entry->pid)) {
    ASSERT(entry->pid != closed, "a closed mailbox stays closed");
    *pid = entry->pid;
    return STATUS_OK;
  }
  if (!load_fits(entry->seat->load, entry->seat->bound,
                 mailbox_weight(message)))
    return STATUS_FULL;
  entry->seat->load += mailbox_weight(message);
  message_queue_append(&entry->seat->held, message);
  return STATUS_WAIT;
}

enum status registry_hold(struct registry *registry, struct key key,
                          uint64_t closed, struct message *message,
                          uint64_t *pid) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status =
      hold_locked(registry, find_locked(&place), closed, message, pid);
  keytable_unlock(&place);
  return status;
}

static enum status await_seat_locked(struct registry *registry,
                                     struct entry *entry,
                                     struct waiter waiter) {
  if (entry == NULL || entry->seat == NULL ||
      is_open_locked(registry, entry->pid))
    return STATUS_OK;
  return waiters_add(&entry->waiters, waiter) ? STATUS_WAIT : STATUS_NOMEM;
}

enum status registry_await_seat(struct registry *registry, struct key key,
                                struct waiter waiter) {
  struct place place = keytable_lock(&registry->names, key);
  enum status status =
      await_seat_locked(registry, find_locked(&place), waiter);
  keytable_unlock(&place);
  return status;
}
