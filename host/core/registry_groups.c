/*
** Groups: a group is here while it has members.
**
** Its members stand in one array in the order they joined, so that publishing
** reads pids from consecutive memory. Who leaves makes a hole; when half of
** the array is holes it is packed, so leaving costs O(1) on the average even
** where thousands leave at once, and the order stays.
*/
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "core/keytable.h"
#include "core/registration.h"

#ifdef TROUPE_STRESS
#define FIRST_CAPACITY UINT32_C(1)
#else
#define FIRST_CAPACITY UINT32_C(4)
#endif

struct member {
  uint64_t pid;
  struct membership *membership; /* NULL: a hole */
};

struct group {
  /* --- Shard's lock. --- */
  struct keyed keyed;
  struct member *members;
  uint32_t used;  /* places in use, holes included */
  uint32_t count; /* members */
  uint32_t capacity;
  unsigned char bytes[]; /* the key */
};

struct membership {
  struct registration registration; /* [owner] */
  /* The group lives as long as it has a member: [owner] may read its key. */
  struct group *group;
  uint32_t at; /* in group->members; shard's lock */
};

static struct group *group_of(struct keyed *keyed) {
  if (keyed == NULL) return NULL;
  return (struct group *)((char *)keyed - offsetof(struct group, keyed));
}

static struct membership *membership_of(struct registration *registration) {
  ASSERT(registration->member, "a group's registration");
  return (struct membership *)((char *)registration -
                               offsetof(struct membership, registration));
}

static struct membership *find_membership(struct actor *actor,
                                          struct key group) {
  struct registration *at = actor->registrations;
  for (; at != NULL; at = at->next)
    if (at->member && keyed_is(&membership_of(at)->group->keyed, group))
      return membership_of(at);
  return NULL;
}

static struct group *find_or_add_locked(const struct place *place) {
  struct group *group = group_of(keytable_find(place));
  if (group != NULL) return group;
  group = memory_zalloc(sizeof *group + place->key.size);
  if (group == NULL) return NULL;
  if (keytable_insert(place, &group->keyed, group->bytes)) return group;
  memory_free(group);
  return NULL;
}

static void tidy_locked(struct shard *shard, struct group *group) {
  if (group->count > 0) return;
  keytable_remove(shard, &group->keyed);
  memory_free(group->members);
  memory_free(group);
}

static bool resize_locked(struct group *group, uint32_t capacity) {
  struct member *members =
      memory_resize(group->members, capacity * sizeof *members);
  if (members == NULL) return false;
  group->members = members;
  group->capacity = capacity;
  return true;
}

static bool make_room_locked(struct group *group) {
  if (group->used < group->capacity) return true;
  return resize_locked(group, group->capacity == 0 ? FIRST_CAPACITY
                                                   : group->capacity * 2);
}

/* Closes the holes; gives memory back where it can. */
static void pack_locked(struct group *group) {
  uint32_t used = 0;
  for (uint32_t i = 0; i < group->used; i++) {
    if (group->members[i].membership == NULL) continue;
    group->members[used] = group->members[i];
    group->members[used].membership->at = used;
    used++;
  }
  ASSERT(used == group->count, "every place but the holes has a member");
  group->used = used;
  if (group->capacity > FIRST_CAPACITY && used < group->capacity / 4)
    (void)resize_locked(group, group->capacity / 2);
}

static enum status join_locked(const struct place *place, uint64_t pid,
                               struct membership *membership) {
  struct group *group = find_or_add_locked(place);
  if (group == NULL) return STATUS_NOMEM;
  if (!make_room_locked(group)) {
    tidy_locked(place->shard, group);
    return STATUS_NOMEM;
  }
  membership->group = group;
  membership->at = group->used;
  group->members[group->used++] = (struct member){pid, membership};
  group->count++;
  return STATUS_OK;
}

enum status registry_join(struct registry *registry, struct key key,
                          struct actor *actor) {
  struct membership *membership;
  struct place place;
  enum status status;
  if (find_membership(actor, key) != NULL) return STATUS_OK;
  membership = memory_zalloc(sizeof *membership);
  if (membership == NULL) return STATUS_NOMEM;
  membership->registration.member = true;
  place = keytable_lock(&registry->groups, key);
  status = join_locked(&place, registration_pid(actor), membership);
  keytable_unlock(&place);
  if (status == STATUS_OK)
    registration_link(actor, &membership->registration);
  else
    memory_free(membership);
  return status;
}

void registry_drop_member(struct registry *registry,
                          struct registration *registration) {
  struct membership *membership = membership_of(registration);
  struct group *group = membership->group;
  struct shard *shard = keytable_shard(&registry->groups, &group->keyed);
  mutex_lock(&shard->lock);
  CHECK(group->members[membership->at].membership == membership,
        "a member knows its place");
  group->members[membership->at] = (struct member){ID_NONE, NULL};
  group->count--;
  if (group->count < group->used / 2) pack_locked(group);
  tidy_locked(shard, group);
  mutex_unlock(&shard->lock);
  memory_free(membership);
}

enum status registry_leave(struct registry *registry, struct key key,
                           struct actor *actor) {
  struct membership *membership = find_membership(actor, key);
  if (membership == NULL) return STATUS_ABSENT;
  registration_unlink(actor, &membership->registration);
  registry_drop_member(registry, &membership->registration);
  return STATUS_OK;
}

static enum status copy_members_locked(const struct group *group,
                                       uint64_t **pids, size_t *count) {
  if (group == NULL) return STATUS_OK;
  *pids = memory_alloc(group->count * sizeof **pids);
  if (*pids == NULL) return STATUS_NOMEM;
  for (uint32_t i = 0; i < group->used; i++)
    if (group->members[i].membership != NULL)
      (*pids)[(*count)++] = group->members[i].pid;
  return STATUS_OK;
}

enum status registry_members(struct registry *registry, struct key key,
                             uint64_t **pids, size_t *count) {
  struct place place = keytable_lock(&registry->groups, key);
  enum status status;
  *pids = NULL;
  *count = 0;
  status = copy_members_locked(group_of(keytable_find(&place)), pids, count);
  keytable_unlock(&place);
  return status;
}

/* --- For registry.c ------------------------------------------------------- */

struct key registry_group_key(struct registration *registration) {
  return keyed_key(&membership_of(registration)->group->keyed);
}

uint64_t registry_group_count_locked(struct keyed *keyed) {
  return group_of(keyed)->count;
}

static void drop_group(struct keyed *keyed) {
  struct group *group = group_of(keyed);
  for (uint32_t i = 0; i < group->used; i++)
    memory_free(group->members[i].membership);
  memory_free(group->members);
  memory_free(group);
}

void registry_drop_groups(struct registry *registry) {
  keytable_drain(&registry->groups, drop_group);
}

size_t registry_count_groups(struct registry *registry) {
  size_t count = 0;
  for (int i = 0; i < KEYTABLE_SHARDS; i++) {
    struct shard *shard = &registry->groups.shards[i];
    mutex_lock(&shard->lock);
    count += shard->count;
    mutex_unlock(&shard->lock);
  }
  return count;
}
