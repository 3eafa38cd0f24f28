/*
** For people who look: what is registered, and under which key an actor is.
**
** An actor's slot has the hash of a key of its own, which leads to its shard
** and bucket: under the lock there an entry with this hash and pid is that
** key, and if there is none it has been given up meanwhile.
*/
#include <string.h>

#include "base/buffer.h"
#include "core/registration.h"

/* --- Which key an actor has ----------------------------------------------- */

static uint64_t hash_of(const struct actor *actor) {
  return atomic_load_explicit(&actor->key_hash, memory_order_relaxed);
}

static void set_hash(struct actor *actor, uint64_t hash) {
  atomic_store_explicit(&actor->key_hash, hash, memory_order_relaxed);
}

void registry_name_taken(struct actor *actor, const struct entry *entry) {
  if (hash_of(actor) == 0) set_hash(actor, entry->keyed.hash);
}

/* Another, if there is one. */
void registry_name_left(struct actor *actor) {
  struct registration *at = actor->registrations;
  uint64_t hash = 0;
  for (; at != NULL; at = at->next)
    if (!at->member) hash = occupied_by(at)->keyed.hash;
  set_hash(actor, hash);
}

bool registry_name(struct registry *registry, uint64_t pid,
                   unsigned char *bytes, size_t room, size_t *size) {
  struct actor *actor = directory_find(registry->directory, pid);
  uint64_t hash = actor != NULL ? hash_of(actor) : 0;
  struct shard *shard;
  struct keyed *keyed;
  if (hash == 0) return false;
  shard = keytable_lock_hash(&registry->names, hash);
  keyed = keytable_chain(shard, hash);
  while (keyed != NULL &&
         (keyed->hash != hash || entry_of(keyed)->pid != pid))
    keyed = keyed->next;
  if (keyed != NULL) {
    *size = keyed->size < room ? keyed->size : room;
    memcpy(bytes, keyed->bytes, *size);
  }
  mutex_unlock(&shard->lock);
  return keyed != NULL;
}

/* --- For whoever looks at all of it --------------------------------------- */

/* What stands before each key's bytes in a copy. */
struct copied {
  uint64_t number;
  size_t size;
};

/* A table has as many shards as there are parts, or fewer. */
static struct shard *lock_part(struct keytable *table, int part) {
  _Static_assert(KEYTABLE_SHARDS <= REGISTRY_PARTS, "a part is a shard");
  struct shard *shard;
  if (part >= KEYTABLE_SHARDS) return NULL;
  shard = &table->shards[part];
  mutex_lock(&shard->lock);
  return shard;
}

static bool add_copy(struct buffer *copy, const struct keyed *keyed,
                     uint64_t number) {
  struct copied head = {number, keyed->size};
  return buffer_append(copy, &head, sizeof head) &&
         buffer_append(copy, keyed->bytes, keyed->size);
}

static bool copy_entry(struct registry *registry, struct keyed *keyed,
                       struct buffer *copy) {
  uint64_t pid = entry_of(keyed)->pid;
  return !is_open_locked(registry, pid) || add_copy(copy, keyed, pid);
}

static bool copy_group(struct registry *registry, struct keyed *keyed,
                       struct buffer *copy) {
  (void)registry;
  return add_copy(copy, keyed, registry_group_count_locked(keyed));
}

static enum status copy_part(struct registry *registry, struct keytable *table,
                             int part, struct buffer *copy,
                             bool (*add)(struct registry *registry,
                                         struct keyed *keyed,
                                         struct buffer *copy)) {
  struct shard *shard = lock_part(table, part);
  struct keyed *keyed = NULL;
  uint32_t bucket = 0;
  bool ok = true;
  if (shard == NULL) return STATUS_OK;
  while (ok && (keyed = keytable_next(shard, &bucket, keyed)) != NULL)
    ok = add(registry, keyed, copy);
  mutex_unlock(&shard->lock);
  return ok ? STATUS_OK : STATUS_NOMEM;
}

enum status registry_copy_keys(struct registry *registry, int part,
                               struct buffer *copy) {
  return copy_part(registry, &registry->names, part, copy, copy_entry);
}

enum status registry_copy_groups(struct registry *registry, int part,
                                 struct buffer *copy) {
  return copy_part(registry, &registry->groups, part, copy, copy_group);
}

/* Consuming moves nothing: the key's bytes stay till something is added. */
bool registry_next_copied(struct buffer *copy, struct key *key,
                          uint64_t *number) {
  struct copied head;
  if (buffer_size(copy) < sizeof head) return false;
  memcpy(&head, buffer_bytes(copy), sizeof head);
  *key = (struct key){buffer_bytes(copy) + sizeof head, head.size};
  *number = head.number;
  buffer_consume(copy, sizeof head + head.size);
  return true;
}

enum status registry_keys(struct registry *registry,
                          bool (*each)(void *context, struct key key,
                                       uint64_t pid),
                          void *context) {
  struct buffer copy;
  struct key key;
  uint64_t pid;
  enum status status = STATUS_OK;
  bool more = true;
  buffer_init(&copy);
  for (int i = 0; status == STATUS_OK && more && i < REGISTRY_PARTS; i++) {
    status = registry_copy_keys(registry, i, &copy);
    while (more && registry_next_copied(&copy, &key, &pid))
      more = each(context, key, pid);
  }
  buffer_deinit(&copy);
  return status;
}

void registry_held(const struct actor *actor,
                   bool (*each)(void *context, struct key key, bool group),
                 void *context) {
  struct registration *at = actor->registrations;
  bool more = true;
  for (; at != NULL && more; at = at->next)
    more = each(context, at->member ? registry_group_key(at)
                                    : keyed_key(&occupied_by(at)->keyed),
                at->member);
}

static size_t queue_count(const struct message_queue *queue) {
  size_t count = 0;
  for (struct message *at = queue->first; at != NULL; at = at->next) count++;
  return count;
}

static size_t count_shard(struct shard *shard) {
  struct keyed *keyed = NULL;
  uint32_t bucket = 0;
  size_t count;
  mutex_lock(&shard->lock);
  count = shard->count;
  while ((keyed = keytable_next(shard, &bucket, keyed)) != NULL) {
    struct entry *entry = entry_of(keyed);
    count += entry->waiters.count;
    if (entry->seat != NULL)
      count += queue_count(&entry->seat->before) +
               queue_count(&entry->seat->held);
  }
  mutex_unlock(&shard->lock);
  return count;
}

size_t registry_count(struct registry *registry) {
  size_t count = registry_count_groups(registry);
  for (int i = 0; i < KEYTABLE_SHARDS; i++)
    count += count_shard(&registry->names.shards[i]);
  return count;
}
