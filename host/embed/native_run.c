/*
** The engine's functions. While one runs, the worker may be lent (core/hold.c)
** if it blocks; nothing of ours that lasts happens meanwhile but what it calls.
*/
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "codec/peek.h"
#include "codec/values.h"
#include "core/links.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/native.h"
#include "embed/problem.h"
#include "script/run.h"
#include "script/timer.h"

#define REASON_SIZE 512

static bool is_polled(const struct troupe_actor *self) {
  return self->native->behaviour.where == TROUPE_ON_POLL;
}

static void set_polled(struct troupe_actor *self, uint64_t pid) {
  if (is_polled(self))
    atomic_store_explicit(&self->native->natives->polled, pid,
                          memory_order_relaxed);
}

static void enter(struct troupe_actor *self) {
  set_polled(self, body_pid(self->body));
  atomic_store_explicit(&self->body->interrupted, false,
                        memory_order_relaxed);
  inside_enter();
  worker_share();
}

static void leave(struct troupe_actor *self) {
  run_tell_absence(self->body, worker_own());
  inside_leave();
  set_polled(self, ID_NONE);
}

/* --- A reason as a text --------------------------------------------------- */

static bool copy_string(struct troupe_reader *reader, char *text) {
  const char *bytes;
  size_t size;
  if (!troupe_read_string(reader, &bytes, &size)) return false;
  snprintf(text, REASON_SIZE, "%.*s", (int)(size < REASON_SIZE ? size
                                                               : REASON_SIZE),
           bytes);
  return true;
}

static const char *reason_text(const void *bytes, size_t size, char *text) {
  struct troupe_reader reader, message;
  if (size == 0) return "noactor";
  values_read(&reader, bytes, size, 1);
  if (troupe_peek(&reader) == TROUPE_ERROR &&
      troupe_field(&reader, "message", &message) &&
      copy_string(&message, text))
    return text;
  if (!copy_string(&reader, text))
    codec_words(bytes, size, 1, "", text, REASON_SIZE);
  return text;
}

/* --- Calling -------------------------------------------------------------- */

bool native_start(struct troupe_actor *self, const struct message *start) {
  const struct troupe_behaviour *behaviour = &self->native->behaviour;
  struct troupe_reader arguments;
  bool started;
  if (behaviour->start == NULL) return true;
  values_read_message(&arguments, start);
  troupe_skip(&arguments); /* the module */
  enter(self);
  started = behaviour->start(self, &arguments);
  leave(self);
  return started;
}

static void read_request(const struct message *message,
                         struct troupe_request *request) {
  bool call = message->kind == MESSAGE_CALL;
  request->size = sizeof *request;
  request->kind = call                            ? TROUPE_CALL
                  : message->kind == MESSAGE_CAST ? TROUPE_CAST
                                                  : TROUPE_INFO;
  request->sender = message->sender;
  request->from.pid = message->sender;
  request->from.epoch = call ? message->epoch : 0;
  if (message->kind == MESSAGE_TIMER) message = timer_values(message);
  values_read_message(&request->arguments, message);
  if (troupe_read_string(&request->arguments, &request->name,
                         &request->name_size))
    return;
  request->name = NULL;
  request->name_size = 0;
}

void native_handle(struct troupe_actor *self, const struct message *message) {
  const struct troupe_behaviour *behaviour = &self->native->behaviour;
  struct troupe_request request;
  if (behaviour->handle == NULL) {
    native_unknown(self->body);
    return;
  }
  read_request(message, &request);
  enter(self);
  behaviour->handle(self, &request);
  leave(self);
}

void native_down(struct troupe_actor *self, const struct message *down) {
  const struct troupe_behaviour *behaviour = &self->native->behaviour;
  char text[REASON_SIZE];
  const char *reason;
  if (behaviour->down == NULL) return;
  reason = reason_text(down->bytes, down->size, text);
  enter(self);
  behaviour->down(self, down->sender, reason);
  leave(self);
}

void native_finish(struct troupe_actor *self) {
  const struct troupe_behaviour *behaviour = &self->native->behaviour;
  const struct buffer *why = &self->body->reason;
  char text[REASON_SIZE];
  const char *reason;
  if (behaviour->end == NULL) return;
  reason = reason_text(buffer_bytes(why), buffer_size(why), text);
  self->finishing = true;
  enter(self);
  behaviour->end(self, reason);
  leave(self);
}

/* --- Itself --------------------------------------------------------------- */

uint64_t troupe_self(const struct troupe_actor *self) {
  return body_pid(self->body);
}

void *troupe_context(const struct troupe_actor *self) {
  return self->native->behaviour.context;
}

struct troupe *troupe_host(const struct troupe_actor *self) {
  return self->native->natives->host;
}

void *troupe_state(const struct troupe_actor *self) { return self->state; }

void troupe_set_state(struct troupe_actor *self, void *state) {
  self->state = state;
}

void troupe_leave_actor(struct troupe_actor *self, const char *reason) {
  if (self->finishing) return;
  worker_keep();
  native_set_reason(self->body, reason != NULL ? reason : "normal");
  self->leaving = true;
  worker_let();
}

/* --- Others --------------------------------------------------------------- */

typedef enum status relate(struct scheduler *scheduler, struct actor *actor,
                           uint64_t pid);

static bool relate_to(struct troupe_actor *self, uint64_t pid,
                      relate *function) {
  enum status status;
  if (!id_valid(pid)) return problem_set("expected a pid, got none");
  worker_keep();
  status = function(self->body->script->scheduler, self->body->actor, pid);
  worker_let();
  return status == STATUS_OK || problem_set("not enough memory");
}

bool troupe_monitor(struct troupe_actor *self, uint64_t pid) {
  return relate_to(self, pid, links_monitor);
}

void troupe_demonitor(struct troupe_actor *self, uint64_t pid) {
  relate_to(self, pid, links_demonitor);
}

bool troupe_link(struct troupe_actor *self, uint64_t pid) {
  return relate_to(self, pid, links_link);
}

void troupe_unlink(struct troupe_actor *self, uint64_t pid) {
  relate_to(self, pid, links_unlink);
}
