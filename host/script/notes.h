/*
** Notes: values that are written down without a Lua state, in the form that
** the codec reads. For what an actor tells of itself while it may be anywhere:
** nothing of its state is touched, nothing can be raised.
**
**   notes_open(notes, NULL);
**   notes_text(notes, "behaviour", "account");
**   notes_open(notes, "links");
**   notes_pid(notes, NULL, pid);
**   notes_close(notes);
**   notes_close(notes);
**
** A `key` of NULL: the next item of the open table, or the value itself. The
** items of a table come before its fields.
**
** Threads    [owner] all functions
** Ownership  notes_deinit frees the bytes.
** Errors     Without memory the notes are `failed`, and the rest is lost.
*/
#ifndef TROUPE_SCRIPT_NOTES_H
#define TROUPE_SCRIPT_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/message.h"

#define NOTES_DEPTH 8 /* tables in tables */
#define NOTES_LISTED 100 /* of a list that may be as long as it likes */

struct notes {
  struct buffer bytes;
  bool failed;
  int depth;
  struct {
    size_t at; /* of its tag */
    uint32_t items, fields;
  } open[NOTES_DEPTH];
};

void notes_init(struct notes *notes);
void notes_deinit(struct notes *notes);

void notes_open(struct notes *notes, const char *key);
void notes_close(struct notes *notes);
/* Closes a list of `count` things of which the first NOTES_LISTED have been
** written down: `more` says how many there are beside. */
void notes_close_list(struct notes *notes, uint64_t count);

void notes_text(struct notes *notes, const char *key, const char *text);
void notes_bytes(struct notes *notes, const char *key, const void *bytes,
                 size_t size);
void notes_integer(struct notes *notes, const char *key, int64_t value);
void notes_number(struct notes *notes, const char *key, double value);
void notes_boolean(struct notes *notes, const char *key, bool value);
/* Nothing for ID_NONE. */
void notes_pid(struct notes *notes, const char *key, uint64_t pid);
/* A value that is encoded already: a registry key. */
void notes_value(struct notes *notes, const char *key, const void *bytes,
                 size_t size);

/* An OUTCOME_REPLY that is this value; nil if the notes have failed. Never
** NULL; as long as there is memory for that. */
struct message *notes_outcome(const struct notes *notes);

#endif
