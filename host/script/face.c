/*
** The table that `require "troupe"` returns, the registry's, and the parts of
** the library in lua/troupe that are C.
*/
#include "script/face.h"

#include <lauxlib.h>
#include <string.h>

#include "base/tick.h"
#include "script/answer.h"
#include "script/body.h"
#include "script/call.h"
#include "script/codec.h"
#include "script/console.h"
#include "script/coroutine.h"
#include "script/entity.h"
#include "script/face_archive.h"
#include "script/face_asset.h"
#include "script/face_board.h"
#include "script/face_bond.h"
#include "script/face_census.h"
#include "script/face_clock.h"
#include "script/face_inspect.h"
#include "script/face_keys.h"
#include "script/face_lease.h"
#include "script/face_link.h"
#include "script/face_registry.h"
#include "script/face_schedule.h"
#include "script/face_reload.h"
#include "script/face_supervise.h"
#include "script/face_test.h"
#include "script/face_trace.h"
#include "script/face_wait.h"
#include "script/failure.h"
#include "script/gateway.h"
#include "script/interrupt.h"
#include "script/lazy.h"
#include "script/overload.h"
#include "script/probe.h"
#include "script/reason.h"
#include "script/receive.h"
#include "script/script.h"
#include "script/settings.h"
#include "script/socket.h"
#include "script/spawn.h"
#include "script/state.h"
#include "script/timer.h"
#include "script/value.h"
#include "script/visit.h"
#include "script/wait.h"

static int lua_self(lua_State *L) {
  value_push_pid(L, body_pid(body_of(L)));
  return 1;
}

static int lua_now(lua_State *L) {
  lua_pushnumber(L, (double)worker_now(worker_current()) / 1e9);
  return 1;
}

static int lua_time(lua_State *L) {
  lua_pushnumber(L, clock_utc(&body_of(L)->script->scheduler->clock));
  return 1;
}

static int never_resumed(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return luaL_error(L, "an actor that has exited was resumed");
}

/* Ends the actor here: the thread yields to the host and is not resumed, so no
** pcall sees it; `__close` runs when it is unwound. */
static int leave(lua_State *L) {
  wait_check(L);
  body_of(L)->exiting = true;
  return coroutine_wait(L, HOST_EXIT, 0, never_resumed);
}

static int lua_exit(lua_State *L) {
  reason_value(L, 1);
  return leave(L);
}

int face_exit(lua_State *L) {
  struct body *body = body_of(L);
  int status = 0;
  if (lua_isboolean(L, 1))
    status = lua_toboolean(L, 1) ? 0 : 1;
  else
    status = (int)luaL_optinteger(L, 1, 0);
  body->exit_status = status;
  reason_set(body, &body->script->normal, true);
  return leave(L);
}

/* core.log(level, text): written with the actor's name in front. */
static int lua_log(lua_State *L) {
  struct body *body = body_of(L);
  enum log_level level;
  char who[WORDS_WHO_SIZE];
  size_t size;
  const char *text = luaL_checklstring(L, 2, &size);
  if (!log_level_parse(luaL_checkstring(L, 1), &level))
    return failure_expected(L, "level", "a log level", 1);
  body_who(body, who);
  log_text(body->script->log, level, who, text, size);
  return 0;
}

/* core.logs(level): would a line of this level be written? */
static int lua_logs(lua_State *L) {
  enum log_level level;
  if (!log_level_parse(luaL_checkstring(L, 1), &level))
    return failure_expected(L, "level", "a log level", 1);
  lua_pushboolean(L, level >= log_level(body_of(L)->script->log));
  return 1;
}

/* core.describe(value) -> its text in "expected X to be Y, got Z" */
static int lua_describe(lua_State *L) {
  failure_describe(L, 1);
  return 1;
}

static int lua_is_pid(lua_State *L) {
  lua_pushboolean(L, value_is_pid(L, 1));
  return 1;
}

static void make_noreply(lua_State *L) { answer_push_noreply(L); }

static const struct lazy_field troupe_fields[] = {
    {"start", spawn_lua_start, NULL},
    {"call", call_lua_call, NULL},
    {"cast", call_lua_cast, NULL},
    {"trycast", call_lua_trycast, NULL},
    {"send", call_lua_send, NULL},
    {"noreply", NULL, make_noreply},
    {"from", answer_lua_from, NULL},
    {"reply", answer_lua_reply, NULL},
    {"timeout", wait_lua_timeout, NULL},
    {"shield", wait_lua_shield, NULL},
    {"after", timer_lua_after, NULL},
    {"every", timer_lua_every, NULL},
    {"now", lua_now, NULL},
    {"time", lua_time, NULL},
    {"sleep", wait_lua_sleep, NULL},
    {"self", lua_self, NULL},
    {"exit", lua_exit, NULL},
    {"stop", call_lua_stop, NULL},
    {"kill", call_lua_kill, NULL},
    {"link", link_lua_link, NULL},
    {"unlink", link_lua_unlink, NULL},
    {"monitor", link_lua_monitor, NULL},
    {"demonitor", link_lua_demonitor, NULL},
    {"trap", link_lua_trap, NULL},
    {"receive", receive_lua_receive, NULL},
    {"encode", codec_lua_encode, NULL},
    {"decode", codec_lua_decode, NULL},
    {"config", settings_lua_config, NULL},
    {"board", board_lua_board, NULL},
    {NULL, NULL, NULL}};

/* For lua/troupe alone. */
static const struct lazy_field core_fields[] = {
    /* Errors, and how values read in them. */
    {"describe", lua_describe, NULL},
    {"expected", supervise_lua_expected, NULL},
    {"misuse", supervise_lua_misuse, NULL},
    {"failure", supervise_lua_failure, NULL},
    {"caught", supervise_lua_caught, NULL},
    {"raise", supervise_lua_raise, NULL},
    /* The log. */
    {"log", lua_log, NULL},
    {"logs", lua_logs, NULL},
    {"level", inspect_lua_level, NULL},
    /* Pids, names and keys. */
    {"is_pid", lua_is_pid, NULL},
    {"pid", inspect_lua_pid, NULL},
    {"occupant", inspect_lua_occupant, NULL},
    {"behaviour", inspect_lua_behaviour, NULL},
    {"name", bond_lua_name, NULL},
    {"key", supervise_lua_key, NULL},
    /* Actors that are bound to who starts them. */
    {"start", spawn_lua_bound, NULL},
    {"check_child", supervise_lua_check, NULL},
    {"shutdown", supervise_lua_shutdown, NULL},
    {"task", supervise_lua_task, NULL},
    {"dismiss", supervise_lua_dismiss, NULL},
    {"orphan", supervise_lua_orphan, NULL},
    {"options", entity_lua_options, NULL},
    /* Pools and entities. */
    {"open_pool", lease_lua_open, NULL},
    {"close_pool", lease_lua_close, NULL},
    {"occupied", lease_lua_occupied, NULL},
    {"vacated", lease_lua_vacated, NULL},
    {"least_busy", lease_lua_least_busy, NULL},
    {"hash", lease_lua_hash, NULL},
    {"checkout", lease_lua_checkout, NULL},
    {"seat", entity_lua_seat, NULL},
    {"entity", entity_lua_at, NULL},
    /* What is read from slots and shards: nobody is asked. */
    {"actors", census_lua_actors, NULL},
    {"actor", census_lua_actor, NULL},
    {"workers", census_lua_workers, NULL},
    {"waits", wait_lua_waits, NULL},
    {"bonds", bond_lua_bonds, NULL},
    {"keys", keys_lua_keys, NULL},
    {"groups", keys_lua_groups, NULL},
    {"modules", inspect_lua_modules, NULL},
    {"mailbox", overload_lua_mailbox, NULL},
    {"defaults", inspect_lua_defaults, NULL},
    /* What an actor says of itself when it is asked. */
    {"info", inspect_lua_info, NULL},
    {"stacks", inspect_lua_stacks, NULL},
    {"messages", trace_lua_messages, NULL},
    {"trace", trace_lua_trace, NULL},
    /* What is done inside an actor, or to one. */
    {"visit", visit_lua_visit, NULL},
    {"cancel", interrupt_lua_cancel, NULL},
    {"evaluate", coroutine_lua_evaluate, NULL},
    {"interrupt", interrupt_lua_interrupt, NULL},
    /* The clock: core/quiet.c. */
    {"clock", clock_lua_clock, NULL},
    {"settle", clock_lua_settle, NULL},
    /* What troupe.test needs. */
    {"take", receive_lua_take, NULL},
    {"keep_log", test_lua_keep_log, NULL},
    {"kept_log", test_lua_kept_log, NULL},
    {"overtime", test_lua_overtime, NULL},
    {"exit_status", test_lua_exit_status, NULL},
    {"refuse", test_lua_refuse, NULL},
    {"stop_timers", test_lua_stop_timers, NULL},
    {"close_socket", test_lua_close_socket, NULL},
    {"cover", test_lua_cover, NULL},
    {"covered", test_lua_covered, NULL},
    {"answerer", test_lua_answerer, NULL},
    /* The console. */
    {"console_start", console_lua_start, NULL},
    {"console_serve", console_lua_serve, NULL},
    {"console_adopt", console_lua_adopt, NULL},
    /* The gateway. */
    {"gateway_slot", gateway_lua_slot, NULL},
    {"gateway_watches", gateway_lua_watches, NULL},
    {"gateway_serve", gateway_lua_serve, NULL},
    {"gateway_done", gateway_lua_done, NULL},
    {"gateway_failed", gateway_lua_failed, NULL},
    {"gateway_refused", gateway_lua_refused, NULL},
    /* Tests. */
    {"schedule", schedule_lua_figures, NULL},
    {NULL, NULL, NULL}};

static const struct lazy_field registry_fields[] = {
    {"whereis", registry_lua_whereis, NULL},
    {"ensure", spawn_lua_ensure, NULL},
    {"register", registry_lua_register, NULL},
    {"unregister", registry_lua_unregister, NULL},
    {"join", registry_lua_join, NULL},
    {"leave", registry_lua_leave, NULL},
    {"members", registry_lua_members, NULL},
    {"publish", registry_lua_publish, NULL},
    {"keys", registry_lua_keys, NULL},
    {NULL, NULL, NULL}};

static const struct lazy_table troupe_table = {"troupe", troupe_fields};
static const struct lazy_table core_table = {"troupe.core", core_fields};
static const struct lazy_table registry_table = {"troupe.registry",
                                                 registry_fields};

static void open_troupe(lua_State *L) { lazy_push(L, &troupe_table); }

static void open_core(lua_State *L) { lazy_push(L, &core_table); }

static void open_registry(lua_State *L) { lazy_push(L, &registry_table); }

const struct state_module state_modules[] = {
    {"troupe", open_troupe},
    {"troupe.core", open_core},
    {"troupe.registry", open_registry},
    {"troupe.exchange", reload_open},
    {"troupe.tcp", socket_open_tcp},
    {"troupe.asset", asset_open},
    {"troupe.archive", archive_open_face},
#ifdef TROUPE_ASSERTS
    {"probe", probe_open},
#endif
    {NULL, NULL}};
