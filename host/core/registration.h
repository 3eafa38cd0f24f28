/*
** Registration: what registry.c and registry_groups.c share. Private to them.
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

/* --- registry_groups.c ---------------------------------------------------- */

/* Leaves the group and frees the registration, which is off its list. */
void registry_drop_member(struct registry *registry,
                          struct registration *registration);
struct key registry_group_key(struct registration *registration);
void registry_drop_groups(struct registry *registry);
size_t registry_count_groups(struct registry *registry);

#endif
