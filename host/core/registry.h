/*
** Registry: key -> pid, unique; group -> pids; get-or-start; seats.
**
** A sharded table, a short lock per shard, never held across a step of any
** actor. A key is bytes to us: the script layer makes them canonical, so
** equal keys are equal bytes.
**
** An entry is absent, starting(pid, waiters) or live(pid). The one who finds
** it absent makes an actor and enters it as *starting*; those who come later
** are queued as waiters and woken, all with the same outcome, when its init
** has returned. An entry whose actor is closing stays until the actor is
** gone; who asks meanwhile is queued too and looks again.
**
** A seat is an entry that outlives its actors: what they left in their
** mailboxes, and what comes while nobody sits there, is held for the next.
**
** Waking is by return value: functions that end waits return the waiters,
** and the caller, who holds the scheduler, ends and posts.
**
** Threads
**   [any thread]  all functions; *_actor functions: that actor's owner
** Ownership
**   Keys are copied. A list of waiters that comes back is the caller's:
**   waiters_free.
*/
#ifndef TROUPE_CORE_REGISTRY_H
#define TROUPE_CORE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "core/actor.h"
#include "core/key.h"
#include "core/mailbox.h"
#include "core/waiters.h"

struct registry;

/* `directory` is borrowed: look-ups check that a pid is alive and open. */
struct registry *registry_new(struct directory *directory); /* NULL: nomem */
void registry_free(struct registry *registry);
/* While it is empty: what it lists, it lists in the same order in each process
** that has done the same with it. [main] */
void registry_fix_order(struct registry *registry);

/* STATUS_OK and *pid for a starting or live entry whose actor is open;
** STATUS_ABSENT otherwise, *pid = ID_NONE. */
enum status registry_find(struct registry *registry, struct key key,
                          uint64_t *pid);
/* The same for a live entry only: its init has returned. */
enum status registry_find_live(struct registry *registry, struct key key,
                               uint64_t *pid);

/*
** The way to a live actor for get-or-start.
**   STATUS_OK      *pid is live (init has returned, mailbox open)
**   STATUS_ABSENT  nobody: make an actor and registry_reserve it
**   STATUS_WAIT    starting or closing; `waiter` is queued: it will be ended
**                  with OUTCOME_RETRY, or with the start's error. *pid is the
**                  actor waited for.
**   STATUS_NOMEM
** `waiter`'s wait must be open already (actor_wait_begin).
*/
enum status registry_ensure(struct registry *registry, struct key key,
                            struct waiter waiter, uint64_t *pid);

/*
** For who wants a key that is taken. STATUS_ABSENT: not any more.
** STATUS_EXISTS: its holder is open. STATUS_WAIT: it is closing; `waiter`,
** whose wait must be open, is queued and ended when it is gone. NOMEM.
*/
enum status registry_await(struct registry *registry, struct key key,
                           struct waiter waiter);

/* Forgets a waiter whose wait ended some other way; nothing if it is gone.*/
void registry_forget(struct registry *registry, struct key key,
                     struct waiter waiter);

/*
** Enters `actor`, which has not run yet, as starting, and puts the key on
** its list. STATUS_OK, STATUS_NOMEM, or STATUS_EXISTS with *holder set to
** the pid that has the key (also while that one is closing).
*/
enum status registry_reserve(struct registry *registry, struct key key,
                             struct actor *actor, uint64_t *holder);
/* The same for an actor that is running already: live at once. STATUS_INVALID
** for a vacant seat: only who starts can be given what a seat holds. */
enum status registry_register(struct registry *registry, struct key key,
                              struct actor *actor, uint64_t *holder);
/* STATUS_OK, or STATUS_ABSENT if the actor does not hold this key. *freed:
** those who waited for it. */
enum status registry_unregister(struct registry *registry, struct key key,
                                struct actor *actor, struct waiters *freed);

/*
** Init has returned: every starting key of the actor becomes live. What the
** seats among them held is appended to `held` *before* anybody can find the
** actor live through the key, so nothing overtakes it: it goes in front of
** all that the actor's mailbox has. Its target is the actor by then. *freed:
** the waiters, to be ended with OUTCOME_RETRY. [owner]
**
** *freed is added to, here and below: it starts as {NULL, 0, 0}.
*/
void registry_started(struct registry *registry, struct actor *actor,
                      struct waiters *freed, struct message_queue *held);

/*
** The actor has ended: compare and remove each of its keys and groups, then
** free its list. For a seat, `left` (what its mailbox had that a successor may
** take over: not what was meant for this actor alone) goes in front of what
** has been held since it closed, and *left is emptied. *freed: the waiters of
** all its keys. Before directory_remove. [owner]
*/
void registry_ended(struct registry *registry, struct actor *actor,
                    struct waiters *freed, struct message_queue *left);

/* --- Seats ---------------------------------------------------------------- */

/* Makes the key a seat (vacant if absent). STATUS_OK or STATUS_NOMEM. */
enum status registry_seat(struct registry *registry, struct key key);
/* No longer a seat; *left: what was held, the caller's to refuse. *freed: who
** waited for it. */
void registry_unseat(struct registry *registry, struct key key,
                     struct message_queue *left, struct waiters *freed);
/*
** A push failed because nobody sits there, or because `closed` does but has
** closed its mailbox. STATUS_OK: somebody else sits there by now, *pid: push
** again. STATUS_WAIT: the message is held (taken). STATUS_ABSENT: no seat.
** STATUS_FULL: the seat holds as much as its last occupant's mailbox might.
*/
enum status registry_hold(struct registry *registry, struct key key,
                          uint64_t closed, struct message *message,
                          uint64_t *pid);

/* For who was refused so. STATUS_WAIT: `waiter`, whose wait must be open, is
** queued and ended when somebody sits there. STATUS_OK: look again. NOMEM. */
enum status registry_await_seat(struct registry *registry, struct key key,
                                struct waiter waiter);

/* --- Groups --------------------------------------------------------------- */

enum status registry_join(struct registry *registry, struct key group,
                          struct actor *actor); /* twice is once */
enum status registry_leave(struct registry *registry, struct key group,
                           struct actor *actor); /* OK or ABSENT */
/* A copy of the pids, in the order they joined; *pids is NULL for none and
** is freed with memory_free. STATUS_OK or STATUS_NOMEM. */
enum status registry_members(struct registry *registry, struct key group,
                             uint64_t **pids, size_t *count);

/* Calls `each` for a copy of every key whose actor is found by
** registry_find, with no lock held. Stops when `each` returns false. */
enum status registry_keys(struct registry *registry,
                          bool (*each)(void *context, struct key key,
                                       uint64_t pid),
                          void *context);
/* The same in pieces: appends to `copy` what is in one of REGISTRY_PARTS parts,
** of the keys with their pids, or of the groups with how many members they
** have. NOMEM: a part of it. */
#define REGISTRY_PARTS 64
enum status registry_copy_keys(struct registry *registry, int part,
                               struct buffer *copy);
enum status registry_copy_groups(struct registry *registry, int part,
                                 struct buffer *copy);
/* Takes the next out of the copy; its bytes stay valid until more is copied.
** False: that was all. *number: a pid, or a count. */
bool registry_next_copied(struct buffer *copy, struct key *key,
                          uint64_t *number);

/*
** A key that this actor is registered under, for people: its first `room`
** bytes, and in *size how many these are. False: it has none, or not any more.
** Of several the one that it has had for longest, mostly.
*/
bool registry_name(struct registry *registry, uint64_t pid,
                   unsigned char *bytes, size_t room, size_t *size);

/* Calls `each` for all that the actor is registered under, keys and groups,
** the latest first; the key lives until it leaves. Stops when `each` returns
** false. [owner] */
void registry_held(const struct actor *actor,
                   bool (*each)(void *context, struct key key, bool group),
                 void *context);

/* Entries, groups, waiters and held messages; 0 when quiet. */
size_t registry_count(struct registry *registry);

#endif
