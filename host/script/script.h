/*
** Script: what all Lua actors of one host share.
**
** Threads
**   [any thread]  the fields, which do not change after runtime_new
*/
#ifndef TROUPE_SCRIPT_SCRIPT_H
#define TROUPE_SCRIPT_SCRIPT_H

#include <lua.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "core/scheduler.h"
#include "script/limits.h"

struct body;    /* script/body.h */
struct modules; /* script/module.h */
struct interrupt; /* script/order.h */
struct native;  /* base/native.h */
struct path;
struct stock;   /* script/stock.h */
struct setting; /* script/settings.h */
struct console; /* script/console.h */
struct gateway; /* script/gateway.h */
struct reloads; /* script/reload.h */
struct overtime; /* script/overtime.h */
struct coverage; /* script/coverage.h */
struct boards;   /* core/board.h */
struct natives;  /* embed/native.h */
struct natives_face; /* script/natives.h */
struct bindings; /* script/binding.h */

/* An exit reason that the host itself gives, encoded once. */
struct fixed_reason {
  unsigned char bytes[32];
  size_t size;
};

enum visit_how {
  VISIT_BOUNDARY = 0, /* between two messages */
  VISIT_NOW = 1,      /* wherever the actor is suspended */
  VISIT_SHOWS = 2     /* also: what it returns may be such as cannot be sent */
};

/* What one actor may do in the state of another: script/visit.h. */
struct visit_entry {
  const char *name;  /* NULL ends the table */
  lua_CFunction run; /* values in, values out */
  unsigned char how; /* enum visit_how */
};

struct script {
  struct scheduler *scheduler;
  /* Handed down, so that what is below need not see what is above. */
  const struct actor_type *actor_type; /* script/turn.c */
  lua_CFunction exit;                  /* os.exit: script/face.c */
  const char *(*push_request)(lua_State *L); /* script/doing.c */
  void (*answer_stuck)(struct body *body, lua_State *running);
  void (*make_way)(lua_State *L); /* script/face_schedule.c */
  const struct visit_entry *visits; /* script/visit_table.h */
  struct message *(*dossier)(struct body *body, lua_State *running,
                             bool all); /* script/dossier.c */
  bool (*interrupt_fits)(const struct body *body,
                         const struct interrupt *wanted);
  /* The behaviours of C; set before start. NULL: nobody embeds this host. */
  const struct natives_face *natives_face; /* embed/native.h */
  struct natives *natives;
  struct stock *stock;
  struct modules *modules;
  char *assets; /* the folder of troupe.asset */
  struct native *native; /* its C modules; NULL: this is no release */
  bool tests; /* script/face_test.h; fixed before start, but for probe */
  struct log *log;
  struct path *path;
  void (*begun)(void *context); /* its start, and no failure, is over */
  void (*ended)(void *context, int status, const char *text);
  void *context;
  /* What actors print, in an engine: script/outlet.h. NULL: the log. */
  void (*output)(void *context, uint64_t pid, const char *bytes, size_t size);
  void *output_context;
  struct fixed_reason normal, shutdown, killed, noactor, nomem;
  struct limits limits;       /* script/limits.h */
  struct reloads *reloads;
  struct overtime *overtime;
  struct coverage *coverage;
  struct boards *boards;
  struct bindings *bindings;
  struct setting *settings;   /* script/settings.h; sorted out before start */
  struct console *console;    /* set before start; NULL: none */
  struct gateway *gateway;    /* the same */
  _Atomic int64_t bodies;     /* actors whose Lua state exists; relaxed */
  _Atomic uint64_t unhandled; /* casts and infos without a handler; relaxed */
};

#endif
