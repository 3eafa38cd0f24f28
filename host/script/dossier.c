/*
** What is told stands in fields that only the owner may read, and the owner is
** here: between two turns, or in the hook of a running script. The waits are
** told as they stand in the slot, too, so who asks may compare.
*/
#include "script/dossier.h"

#include "base/check.h"
#include "base/tick.h"
#include "core/links.h"
#include "script/doing.h"
#include "script/entity.h"
#include "script/face_lease.h"
#include "script/failure.h"
#include "script/library.h"
#include "script/notes.h"
#include "script/script.h"
#include "script/server.h"
#include "script/socket.h"
#include "script/strand.h"
#include "script/timer.h"
#include "script/words.h"

#define HANDLERS_WITH_STACKS 64

/* --- What it is doing ----------------------------------------------------- */

static const char *doing_of(const struct body *body,
                            const lua_State *running) {
  if (body_is_new(body)) return "new";
  if (body->activity == ACTIVITY_TERMINATE || body->activity == ACTIVITY_LAST)
    return "ending";
  if (doing_waits(body, running)) return "waiting";
  if (body->activity != ACTIVITY_NONE) return "running";
  return doing_frozen(body) ? "frozen" : "idle";
}

static void note_wait(struct body *body, struct notes *notes) {
  struct actor *actor = body->actor;
  struct wait_edge wait = doing_wait(actor);
  char text[WORDS_WAIT_SIZE];
  notes_text(notes, "waits",
             words_wait(body->script->scheduler, &wait, text));
  notes_pid(notes, "target", wait.target);
  notes_number(notes, "since",
               tick_seconds(actor_wait_since(actor),
                            scheduler_now(body->script->scheduler)));
}

/* An outermost one that runs nothing is none. */
static void note_stacks(struct body *body, const lua_State *running,
                        struct notes *notes) {
  struct doing_nest nest;
  lua_State *thread;
  struct buffer text;
  doing_nest(body, running, &nest);
  buffer_init(&text);
  notes_open(notes, "stacks");
  for (int i = 0; (thread = doing_nest_at(&nest, i)) != NULL; i++) {
    buffer_clear(&text);
    if (!failure_stack(thread, 0, &text)) notes->failed = true;
    if (buffer_size(&text) > 0 || i + 1 < nest.depth)
      notes_bytes(notes, NULL, buffer_bytes(&text), buffer_size(&text));
  }
  notes_close(notes);
  buffer_deinit(&text);
}

/* Of the main thread, or of one handler of several. */
static void note_hand(struct body *body, lua_State *running, bool stacks,
                      struct notes *notes) {
  char request[DOING_SIZE], place[DOING_PLACE_SIZE];
  const char *text = doing_text(body, request);
  const char *doing = doing_of(body, running);
  notes_text(notes, "doing", doing);
  if (text != NULL) notes_text(notes, "request", text);
  notes_pid(notes, "caller", body->actor->serving.pid);
  if (body->L == NULL) return;
  doing_place(body, running, place);
  if (*place != '\0') notes_text(notes, "where", place);
  if (doing_waits(body, running)) note_wait(body, notes);
  if (stacks) note_stacks(body, running, notes);
}

static void note_handlers(struct body *body, lua_State *running, bool stacks,
                          struct notes *notes) {
  struct strand_shown shown;
  unsigned index = 0, told = 0;
  if (strand_count(body) == 0) return;
  notes_open(notes, "handlers");
  while (strand_show(body, &index, &shown)) {
    bool runs = strand_shows_running(body, index);
    notes_open(notes, NULL);
    note_hand(body, runs ? running : NULL,
              stacks && told++ < HANDLERS_WITH_STACKS, notes);
    notes_close(notes);
    strand_hide(body, &shown);
  }
  notes_close(notes);
  notes_integer(notes, "concurrent", strand_count(body));
}

/* --- Whom it belongs to --------------------------------------------------- */

static void note_relations(const struct actor *actor, const char *key,
                           uint32_t flag, struct notes *notes) {
  struct pidset_entry entry;
  uint64_t count = 0;
  uint32_t at = 0;
  notes_open(notes, key);
  while (pidset_next(&actor->relations, &at, &entry))
    if (entry.flags & flag && count++ < NOTES_LISTED)
      notes_pid(notes, NULL, entry.pid);
  notes_close_list(notes, count);
}

static void note_deferred(const struct actor *actor, struct notes *notes) {
  notes_open(notes, "owes");
  for (uint32_t i = 0; i < actor->deferred_count && i < NOTES_LISTED; i++)
    notes_pid(notes, NULL, actor->deferred[i].pid);
  notes_close_list(notes, actor->deferred_count);
}

struct registered {
  struct notes *notes;
  bool groups, made; /* which are told: groups; those that no script names */
  uint64_t count;
};

static bool note_registered(void *context, struct key key, bool group) {
  struct registered *registered = context;
  bool made = !group && entity_owns(key);
  char text[WORDS_KEY_SIZE];
  if (group != registered->groups || made != registered->made) return true;
  if (registered->count++ >= NOTES_LISTED) return true;
  if (made)
    notes_text(registered->notes, NULL, words_key(key, text));
  else
    notes_value(registered->notes, NULL, key.bytes, key.size);
  return true;
}

static void note_names(const struct actor *actor, const char *name,
                       bool groups, bool made, struct notes *notes) {
  struct registered registered = {notes, groups, made, 0};
  notes_open(notes, name);
  registry_held(actor, note_registered, &registered);
  notes_close_list(notes, registered.count);
}

static void note_bonds(const struct actor *actor, struct notes *notes) {
  enum bond bond = actor_bond(actor);
  notes_pid(notes, "starter", actor_starter(actor));
  if (bond != BOND_NONE)
    notes_text(notes, "bond", bond == BOND_TASK ? "task" : "child");
  notes_boolean(notes, "trap", actor->trap);
  note_names(actor, "keys", false, false, notes);
  note_names(actor, "serves", false, true, notes);
  note_names(actor, "groups", true, false, notes);
  note_relations(actor, "links", RELATION_LINK, notes);
  note_relations(actor, "monitors", RELATION_MONITOR, notes);
  note_relations(actor, "watched_by", RELATION_WATCHED, notes);
  note_deferred(actor, notes);
}

/* --- What it may use ------------------------------------------------------ */

static void note_libraries(const struct body *body, struct notes *notes) {
  const char *name;
  notes_open(notes, "libraries");
  for (uint32_t i = 0; (name = library_name(i)) != NULL; i++)
    if (body->libraries & library_bit(name)) notes_text(notes, NULL, name);
  notes_close(notes);
}

static void note_limits(struct body *body, struct notes *notes) {
  uint64_t used =
      atomic_load_explicit(&body->actor->cpu_used, memory_order_relaxed);
  notes_open(notes, "limits");
  notes_open(notes, "memory");
  notes_integer(notes, "used", (int64_t)body->memory);
  if (body->memory_limit != SIZE_MAX)
    notes_integer(notes, "limit", (int64_t)body->memory_limit);
  notes_close(notes);
  notes_open(notes, "cpu");
  notes_number(notes, "used", (double)used / 1e9);
  if (body->cpu_limit != TICK_NEVER)
    notes_number(notes, "limit", (double)body->cpu_limit / 1e9);
  notes_close(notes);
  note_libraries(body, notes);
  notes_close(notes);
}

static void note_things(struct body *body, struct notes *notes) {
  timer_note(body, notes);
  socket_note(body, notes);
  server_note(body, notes);
  lease_note(body, notes);
  if (body->idle_span != 0)
    notes_number(notes, "idle", (double)body->idle_span / 1e9);
}

/* --- The answer ----------------------------------------------------------- */

struct message *dossier_outcome(struct body *body, lua_State *running,
                                bool all) {
  struct message *message;
  struct notes notes;
  ASSERT(running == NULL || body->L != NULL, "what runs has a state");
  notes_init(&notes);
  notes_open(&notes, NULL);
  notes_pid(&notes, "pid", body_pid(body));
  notes_text(&notes, "behaviour",
             body->behaviour != NULL ? body->behaviour : "script");
  note_hand(body, running, !all, &notes);
  note_handlers(body, running, !all, &notes);
  if (all) {
    note_bonds(body->actor, &notes);
    if (body->native == NULL) note_limits(body, &notes);
    note_things(body, &notes);
  }
  notes_close(&notes);
  message = notes_outcome(&notes);
  notes_deinit(&notes);
  return message;
}
