#include "script/record.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/tick.h"
#include "codec/peek.h"
#include "script/body.h"
#include "script/field.h"
#include "script/script.h"
#include "script/timer.h"
#include "script/value.h"
#include "script/words.h"

static const char *const directions[] = {
#define RECORD_WORD(name, text) text,
    RECORD_LIST(RECORD_WORD)
#undef RECORD_WORD
};

static const char *const hows[] = {
#define RECORD_WORD(name, text) text,
    RECORD_HOW_LIST(RECORD_WORD)
#undef RECORD_WORD
};

/* As scripts know them; the others are the host's own. */
static const char *kind_name(unsigned kind) {
  switch ((enum message_kind)kind) {
    case MESSAGE_CALL: return "call";
    case MESSAGE_CAST: return "cast";
    case MESSAGE_INFO: return "info";
    case MESSAGE_STOP: return "stop";
    case MESSAGE_START: return "start";
    case MESSAGE_TIMER: return "timer";
    case MESSAGE_SOCKET: return "socket";
    case MESSAGE_DOWN: return "down";
    case MESSAGE_OUTCOME: return "reply";
    default: return "host";
  }
}

void record_words(const struct message *message, char text[RECORD_TEXT]) {
  int size = snprintf(text, RECORD_TEXT, "%s", kind_name(message->kind));
  if (message->kind == MESSAGE_TIMER) message = timer_values(message);
  if (message->count == 0) return;
  text[size++] = ' ';
  codec_words(message->bytes, message->size, message->count, " ", text + size,
              RECORD_TEXT - (size_t)size);
}

/* What others than calls, casts and infos have in these fields is not it. */
uint64_t record_waited(struct scheduler *scheduler,
                       const struct message *message) {
  uint64_t span;
  bool timed = message->kind == MESSAGE_CALL ||
               message->kind == MESSAGE_CAST || message->kind == MESSAGE_INFO;
  if (timed && meter_waited(scheduler, message, &span)) return span;
  return RECORD_UNKNOWN_SPAN;
}

/* --- Writing -------------------------------------------------------------- */

bool record_add(struct buffer *list, struct record *record,
                const struct record_texts *texts) {
  _Static_assert(RECORD_TEXT - 1 <= UINT8_MAX, "a length fits");
  char *at;
  size_t size;
  record->request = (uint8_t)strlen(texts->request);
  record->answer = (uint8_t)strlen(texts->answer);
  record->target = (uint8_t)strlen(texts->target);
  size = sizeof *record + record->request + record->answer + record->target;
  at = buffer_reserve(list, size);
  if (at == NULL) return false;
  memcpy(at, record, sizeof *record);
  at += sizeof *record;
  memcpy(at, texts->request, record->request);
  at += record->request;
  memcpy(at, texts->answer, record->answer);
  at += record->answer;
  memcpy(at, texts->target, record->target);
  buffer_grow(list, size);
  return true;
}

/* --- Reading -------------------------------------------------------------- */

static void set_text(lua_State *L, const char *name, const char **bytes,
                     size_t size) {
  if (size > 0) {
    lua_pushlstring(L, *bytes, size);
    lua_setfield(L, -2, name);
  }
  *bytes += size;
}

static void set_span(lua_State *L, const char *name, uint64_t span) {
  if (span == RECORD_UNKNOWN_SPAN) return;
  lua_pushnumber(L, (double)span / 1e9);
  lua_setfield(L, -2, name);
}

/* `at` is comparable to troupe.now(), `time` to troupe.time(). */
static void set_times(lua_State *L, uint64_t at, double utc) {
  if (at == 0) return;
  field_number(L, "at", (double)at / 1e9);
  field_number(L, "time", utc + (double)at / 1e9);
}

static void set_peer(lua_State *L, uint64_t pid) {
  if (pid == ID_NONE) return;
  field_pid(L, "peer", pid);
  field_text(L, "behaviour",
             words_name(body_of(L)->script->scheduler, pid));
}

static const char *push_one(lua_State *L, const struct record *record,
                            const char *texts, double utc) {
  lua_createtable(L, 0, 10);
  set_times(L, record->at, utc);
  field_text(L, "direction", directions[record->direction]);
  field_text(L, "kind", kind_name(record->kind));
  field_text(L, "how", hows[record->how]);
  set_peer(L, record->peer);
  set_span(L, "queued", record->queued);
  set_span(L, "took", record->took);
  if (record->bytes > 0) {
    field_integer(L, "bytes", record->bytes);
  }
  set_text(L, "request", &texts, record->request);
  set_text(L, "answer", &texts, record->answer);
  set_text(L, "target", &texts, record->target);
  return texts;
}

void record_push(lua_State *L, const char *bytes, size_t size) {
  const char *end = bytes + size;
  const struct clock *clock = &body_of(L)->script->scheduler->clock;
  double utc = clock_utc(clock) - (double)clock_now(clock) / 1e9;
  struct record record;
  luaL_checkstack(L, 6, NULL);
  lua_newtable(L);
  for (lua_Integer i = 1; bytes < end; i++) {
    ASSERT((size_t)(end - bytes) >= sizeof record, "what record_add wrote");
    memcpy(&record, bytes, sizeof record);
    bytes = push_one(L, &record, bytes + sizeof record, utc);
    lua_rawseti(L, -2, i);
  }
}
