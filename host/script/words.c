#include "script/words.h"

#include <stdio.h>
#include <string.h>

#include "codec/peek.h"
#include "core/circle.h"
#include "script/seat.h"

#define HOLDERS_SHOWN 8 /* of a pool's seats */
#define ENTITY_NAME_SHOWN 32 /* bytes of the module's name */
#define KEY_BYTES_SHOWN 128

/* --- Keys ----------------------------------------------------------------- */

/* The mark, the pool's name, the seat. */
static void tell_seat(const unsigned char *bytes, size_t size,
                      char text[WORDS_KEY_SIZE]) {
  char name[WORDS_KEY_SIZE - 20];
  uint32_t seat = 0;
  if (size < 1 + sizeof seat) return;
  size -= 1 + sizeof seat;
  memcpy(&seat, bytes + 1 + size, sizeof seat);
  codec_peek_key(bytes + 1, size, name, sizeof name);
  snprintf(text, WORDS_KEY_SIZE, "pool %s %u", name, seat);
}

/* The mark, the module's name and its NUL, the entity's key. */
static void tell_entity(const unsigned char *bytes, size_t size,
                        char text[WORDS_KEY_SIZE]) {
  size_t module = strnlen((const char *)bytes + 1, size - 1);
  int used;
  if (module + 2 > size) return;
  used = snprintf(text, WORDS_KEY_SIZE, "entity %.*s ", ENTITY_NAME_SHOWN,
                  (const char *)bytes + 1);
  codec_peek_key(bytes + 2 + module, size - module - 2, text + used,
                 WORDS_KEY_SIZE - (size_t)used);
}

const char *words_key(struct key key, char text[WORDS_KEY_SIZE]) {
  const unsigned char *bytes = key.bytes;
  text[0] = '\0';
  if (key.size == 0) return text;
  if (*bytes == SEAT_MARK)
    tell_seat(bytes, key.size, text);
  else if (*bytes == ENTITY_MARK)
    tell_entity(bytes, key.size, text);
  else
    codec_peek_key(bytes, key.size, text, WORDS_KEY_SIZE);
  return text;
}

bool words_key_of(struct scheduler *scheduler, uint64_t pid,
                  char text[WORDS_KEY_SIZE]) {
  unsigned char bytes[KEY_BYTES_SHOWN];
  struct key key = {bytes, 0};
  if (!registry_name(scheduler->registry, pid, bytes, sizeof bytes, &key.size))
    return false;
  words_key(key, text);
  return true;
}

/* --- Actors --------------------------------------------------------------- */

const char *words_name(struct scheduler *scheduler, uint64_t pid) {
  struct actor *actor = directory_find(scheduler->directory, pid);
  if (actor == NULL) return NULL;
  return atomic_load_explicit(&actor->name, memory_order_acquire);
}

const char *words_who_is(struct scheduler *scheduler, uint64_t pid,
                         const char *behaviour, char text[WORDS_WHO_SIZE]) {
  char id[ID_TEXT_SIZE], key[WORDS_KEY_SIZE];
  bool named = words_key_of(scheduler, pid, key);
  snprintf(text, WORDS_WHO_SIZE, "%s%s%.80s%s%s%s", id_text(pid, id),
           behaviour != NULL ? " " : "", behaviour != NULL ? behaviour : "",
           named ? " (" : "", named ? key : "", named ? ")" : "");
  return text;
}

const char *words_who(struct scheduler *scheduler, uint64_t pid,
                      char text[WORDS_WHO_SIZE]) {
  return words_who_is(scheduler, pid, words_name(scheduler, pid), text);
}

/* --- Waits ---------------------------------------------------------------- */

static const char *const kinds[] = {
#define WAIT_TEXT(name, text) text,
    WAIT_LIST(WAIT_TEXT)
#undef WAIT_TEXT
};

/* With somebody in particular to wait for; else NULL. */
static const char *waits_for(enum wait_kind kind) {
  switch (kind) {
    case WAIT_CALL:
      return "a reply from ";
    case WAIT_START:
      return "the start of ";
    case WAIT_STOP:
      return "the end of ";
    case WAIT_ROOM:
      return "room in the mailbox of ";
    case WAIT_VISIT:
      return "the answer to a visit of ";
    default:
      return NULL;
  }
}

const char *words_kind(enum wait_kind kind) { return kinds[kind]; }

static void tell_checkout(struct scheduler *scheduler,
                          const struct wait_edge *wait,
                          char text[WORDS_WAIT_SIZE]) {
  uint64_t pids[CIRCLE_TARGETS];
  char who[WORDS_WHO_SIZE];
  uint32_t count = circle_targets(scheduler, wait, pids);
  int used = snprintf(text, WORDS_WAIT_SIZE, "a worker of a pool");
  for (uint32_t i = 0; i < count && i < HOLDERS_SHOWN; i++)
    used += snprintf(text + used, WORDS_WAIT_SIZE - (size_t)used, "%s%s",
                     i == 0 ? ", held by " : ", ",
                     words_who(scheduler, pids[i], who));
  if (count > HOLDERS_SHOWN)
    snprintf(text + used, WORDS_WAIT_SIZE - (size_t)used, " and %u others",
             count - HOLDERS_SHOWN);
}

const char *words_wait(struct scheduler *scheduler,
                       const struct wait_edge *wait,
                       char text[WORDS_WAIT_SIZE]) {
  const char *what = waits_for(wait->kind);
  char who[WORDS_WHO_SIZE];
  if (wait->kind == WAIT_CHECKOUT)
    tell_checkout(scheduler, wait, text);
  else if (id_valid(wait->target) && what != NULL)
    snprintf(text, WORDS_WAIT_SIZE, "%s%s", what,
             words_who(scheduler, wait->target, who));
  else
    snprintf(text, WORDS_WAIT_SIZE, "%s", kinds[wait->kind]);
  return text;
}
