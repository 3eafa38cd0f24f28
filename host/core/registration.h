/*
** Registration: what registry.c, registry_groups.c and registry_look.c share.
** Private to them.
**
** An actor's list of registrations is a chain through the things themselves:
** an entry has one occupant and embeds the link, a group has many members
** and each is a block of its own. The list is the owner's and needs no lock;
** what a registration is part of stands under the lock of its shard.
*/
#ifndef TROUPE_CORE_REGISTRATION_H
#define TROUPE_CORE_REGISTRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "core/keytable.h"
#include "core/registry.h"

struct registry {
  struct keytable names;
  struct keytable groups;
  struct directory *directory; /* borrowed */
};

struct registration {
  struct registration *next; /* in actor->registrations; [owner] */
  bool member;               /* of a group; else the occupant of an entry */
};

enum entry_state { ENTRY_VACANT, ENTRY_STARTING, ENTRY_LIVE };

struct seat {
  struct message_queue before; /* held before the occupant was reserved */
  struct message_queue held;   /* held since it closed, or while vacant */
  uint64_t load, bound;        /* of both: core/load.h */
};

struct entry {
  struct registration registration; /* the occupant's: [owner] */
  /* --- Shard's lock. --- */
  struct keyed keyed;
  uint64_t pid;      /* occupant; ID_NONE while vacant */
  struct seat *seat; /* NULL: it is none */
  struct waiters waiters;
  enum entry_state state;
  unsigned char bytes[]; /* the key */
};

static inline struct entry *entry_of(struct keyed *keyed) {
  if (keyed == NULL) return NULL;
  return (struct entry *)((char *)keyed - offsetof(struct entry, keyed));
}

static inline struct entry *occupied_by(struct registration *registration) {
  ASSERT(!registration->member, "an entry's registration");
  return (struct entry *)((char *)registration -
                          offsetof(struct entry, registration));
}

/* The essay in registry.c says why this is exact only under the lock. */
static inline bool is_open_locked(struct registry *registry, uint64_t pid) {
  struct actor *actor;
  if (pid == ID_NONE) return false;
  actor = directory_find(registry->directory, pid);
  return actor != NULL && !mailbox_closed(&actor->mailbox);
}

static inline void registration_link(struct actor *actor,
                                     struct registration *registration) {
  registration->next = actor->registrations;
  actor->registrations = registration;
}

static inline void registration_unlink(struct actor *actor,
                                       struct registration *registration) {
  struct registration **link = &actor->registrations;
  while (*link != registration) link = &(*link)->next;
  *link = registration->next;
}

/* While the actor ends its own pid field may be hidden already. */
static inline uint64_t registration_pid(const struct actor *actor) {
  return id_make(actor->slot, actor->generation);
}

/* --- registry_look.c ------------------------------------------------------ */

/* What registry_name tells of an actor that has taken, or given up, a key. */
void registry_name_taken(struct actor *actor, const struct entry *entry);
void registry_name_left(struct actor *actor);

/* --- registry_groups.c ---------------------------------------------------- */

/* Leaves the group and frees the registration, which is off its list. */
void registry_drop_member(struct registry *registry,
                          struct registration *registration);
struct key registry_group_key(struct registration *registration);
uint64_t registry_group_count_locked(struct keyed *keyed);
void registry_drop_groups(struct registry *registry);
size_t registry_count_groups(struct registry *registry);

#endif
