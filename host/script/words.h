/*
** Words: who an actor is and what one waits for, as people are told.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_SCRIPT_WORDS_H
#define TROUPE_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/scheduler.h"

/* The behaviour of a live actor, NULL if it is not known; lives as long as the
** host. */
const char *words_name(struct scheduler *scheduler, uint64_t pid);

/* A registry key, a pool's and an entity's, too: `"disk1"`, `{"room", 7}`,
** "pool rates 2", "entity account 17". Returns `text`. */
#define WORDS_KEY_SIZE 96
const char *words_key(struct key key, char text[WORDS_KEY_SIZE]);

/* That of an actor, in the same words; false: it has none. */
bool words_key_of(struct scheduler *scheduler, uint64_t pid,
                  char text[WORDS_KEY_SIZE]);

/* "<0.9.1> disk ("disk1")": its behaviour and a key that it is registered
** under, as far as there are such. Returns `text`. */
#define WORDS_WHO_SIZE 224
const char *words_who(struct scheduler *scheduler, uint64_t pid,
                      char text[WORDS_WHO_SIZE]);
/* The same for one whose behaviour the caller knows, or NULL. */
const char *words_who_is(struct scheduler *scheduler, uint64_t pid,
                         const char *behaviour, char text[WORDS_WHO_SIZE]);

/* "a reply from <0.9.1> disk". Returns `text`. */
#define WORDS_WAIT_SIZE (WORDS_WHO_SIZE * 10)
const char *words_wait(struct scheduler *scheduler,
                       const struct wait_edge *wait,
                       char text[WORDS_WAIT_SIZE]);
/* The same without whom it is for: "a reply". Lives for ever. */
const char *words_kind(enum wait_kind kind);

#endif
