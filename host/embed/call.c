/*
** An errand's end is noted on the worker where the gateway runs, as messages
** and texts that the errand owns; what the engine sees of it, a struct
** troupe_result, is made on the thread that looks at it.
*/
#include "embed/call.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "codec/values.h"
#include "core/scheduler.h"
#include "embed/entry.h"
#include "embed/host.h"
#include "embed/inside.h"
#include "embed/latch.h"
#include "embed/problem.h"
#include "embed/target.h"
#include "script/gateway.h"

#define DEADLINE_DEFAULT_MS 5000
#define KIND_SIZE 24
#define MS (TICK_SECOND / 1000)

struct call {
  struct errand errand; /* the first */
  struct troupe *host;
  /* One of these two: */
  troupe_callback *callback;
  struct latch latch;
  void *context; /* the callback's */
  struct job job;
  /* How it has ended. Written before the job or the latch tells so. */
  struct message *values;
  char *text; /* of an error; NULL: no memory for it */
  char kind[KIND_SIZE];
  bool failed, begun;
  char texts[]; /* of its target */
};

static struct call *call_of(struct errand *errand) {
  return (struct call *)errand;
}

/* --- Its end -------------------------------------------------------------- */

static void note(struct call *call, const struct errand_end *end) {
  call->values = end->values;
  if (end->kind == NULL) return;
  call->failed = true;
  call->begun = end->begun;
  call->text = memory_strdup(end->text);
  snprintf(call->kind, sizeof call->kind, "%s", end->kind);
}

static void free_call(struct call *call) {
  message_free(call->values);
  message_free(call->errand.message);
  memory_free(call->text);
  memory_free(call);
}

static const char *text_of(const struct call *call) {
  if (!call->failed) return NULL;
  return call->text != NULL ? call->text : "not enough memory";
}

/* It borrows from the call. */
static void show(const struct call *call, struct troupe_result *result) {
  result->size = sizeof *result;
  result->ok = !call->failed;
  result->begun = call->begun;
  result->error = text_of(call);
  result->kind = call->failed ? call->kind : NULL;
  if (call->values != NULL)
    values_read_message(&result->values, call->values);
  else
    values_read(&result->values, NULL, 0, 0);
}

static void run(struct job *job) {
  struct call *call =
      (struct call *)((char *)job - offsetof(struct call, job));
  struct troupe_result result;
  show(call, &result);
  call->callback(call->context, &result);
  free_call(call);
}

static void end_called(struct errand *errand, const struct errand_end *end) {
  struct call *call = call_of(errand);
  note(call, end);
  call->job.run = run;
  worker_post_job(call->host->scheduler->engine, &call->job);
}

static void end_awaited(struct errand *errand, const struct errand_end *end) {
  struct call *call = call_of(errand);
  note(call, end);
  latch_open(&call->latch, call->host);
}

static void end_sent(struct errand *errand, const struct errand_end *end) {
  struct call *call = call_of(errand);
  if (end->kind != NULL)
    log_write(call->host->log, LOG_WARN, "troupe.gateway",
              "a message for entity %s is lost: %s", errand->module,
              end->text);
  note(call, end);
  free_call(call);
}

/* --- Asking --------------------------------------------------------------- */

static const char *copy(char **at, const char *text) {
  char *copied = *at;
  if (text == NULL) return NULL;
  *at += strlen(text) + 1;
  return memcpy(copied, text, strlen(text) + 1);
}

static size_t room(const char *text) {
  return text != NULL ? strlen(text) + 1 : 0;
}

/* NULL: no memory. */
static struct call *new_call(struct troupe *host,
                             const struct troupe_target *target,
                             enum errand_kind kind) {
  struct call *call = memory_zalloc(sizeof *call + room(target->module) +
                                    room(target->name));
  char *at;
  if (call == NULL) return NULL;
  at = call->texts;
  call->host = host;
  call->errand.kind = kind;
  call->errand.pid = target->pid;
  call->errand.number = target->number;
  call->errand.module = copy(&at, target->module);
  call->errand.name = copy(&at, target->name);
  return call;
}

static uint64_t deadline(struct troupe *host, uint64_t milliseconds) {
  if (milliseconds == 0) milliseconds = DEADLINE_DEFAULT_MS;
  if (milliseconds > UINT64_MAX / MS) return TICK_NEVER;
  return tick_add(scheduler_now(host->scheduler), milliseconds * MS);
}

static bool ask(struct call *call) {
  struct gateway *gateway = call->host->script->gateway;
  switch (gateway_ask(gateway, &call->errand)) {
    case STATUS_OK:
      return true;
    case STATUS_CLOSED:
      return problem_set("the host has not been started, or has stopped");
    default:
      return problem_set("not enough memory");
  }
}

static bool has_gateway(struct troupe *host) {
  return host->script->gateway != NULL ||
         problem_set("expected a host with options.engine to be asked");
}

bool call_send(struct troupe *host, const struct troupe_target *target,
               struct message **message) {
  struct call *call;
  if (!has_gateway(host)) return false;
  call = new_call(host, target, ERRAND_SEND);
  if (call == NULL) return problem_set("not enough memory");
  call->errand.message = *message;
  call->errand.deadline = deadline(host, 0);
  call->errand.end = end_sent;
  *message = NULL;
  if (ask(call)) return true;
  *message = call->errand.message;
  call->errand.message = NULL;
  free_call(call);
  return false;
}

/* What is to be asked, without how it is to end; NULL: problem_set says why.
** Within an entry. Takes the message; NULL: there was no memory for it. */
static struct call *prepare(struct troupe *host,
                            const struct troupe_target *target,
                            enum errand_kind kind, struct message *message) {
  struct call *call = message != NULL ? new_call(host, target, kind) : NULL;
  if (call != NULL) {
    call->errand.message = message;
    return call;
  }
  if (message != NULL) message_free(message);
  problem_set("not enough memory");
  return NULL;
}

static struct call *prepare_call(struct troupe *host,
                                 const struct troupe_target *target,
                                 const struct troupe_writer *values) {
  if (!has_gateway(host) || !target_check(target) ||
      !target_check_request(values))
    return NULL;
  return prepare(host, target, ERRAND_CALL,
                 values_message(values, MESSAGE_CALL));
}

static bool check_start(const char *module,
                        const struct troupe_writer *values) {
  struct values written;
  const char *error;
  if (module == NULL || module[0] == '\0')
    return problem_set("expected the name of a module to start");
  if (values == NULL) return true;
  error = troupe_writer_error(values);
  if (error != NULL) return problem_set("%s", error);
  CHECK(values_written(values, &written), "it has no error");
  return written.count <= 2 ||
         problem_set("expected args and options, got %d values",
                     (int)written.count);
}

static struct call *prepare_start(struct troupe *host, const char *module,
                                  const struct troupe_writer *values) {
  struct troupe_target target = {.module = module};
  if (!has_gateway(host) || !check_start(module, values)) return NULL;
  return prepare(host, &target, ERRAND_START,
                 values != NULL ? values_message(values, MESSAGE_START)
                                : message_new(MESSAGE_START, 0));
}

/* --- With a callback ------------------------------------------------------ */

static bool call_back(struct call *call, uint64_t deadline_ms,
                      troupe_callback *callback, void *context) {
  if (call == NULL) return false;
  call->errand.deadline = deadline(call->host, deadline_ms);
  call->errand.end = end_called;
  call->callback = callback;
  call->context = context;
  if (ask(call)) return true;
  free_call(call);
  return false;
}

static bool check_callback(troupe_callback *callback) {
  return callback != NULL || problem_set("expected a callback, got NULL");
}

bool troupe_call(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values, uint64_t deadline_ms,
                 troupe_callback *callback, void *context) {
  struct entry entry;
  bool asked;
  if (!check_callback(callback) || !entry_open(&host->entries, &entry))
    return false;
  asked = call_back(prepare_call(host, &target, values), deadline_ms, callback,
                    context);
  entry_close(&host->entries, &entry);
  return asked;
}

bool troupe_spawn(struct troupe *host, const char *module,
                  const struct troupe_writer *values, uint64_t deadline_ms,
                  troupe_callback *callback, void *context) {
  struct entry entry;
  bool asked;
  if (!check_callback(callback) || !entry_open(&host->entries, &entry))
    return false;
  asked = call_back(prepare_start(host, module, values), deadline_ms, callback,
                    context);
  entry_close(&host->entries, &entry);
  return asked;
}

/* --- Waiting -------------------------------------------------------------- */

static bool may_wait(struct troupe *host, struct entry *entry) {
  if (inside_forbids("wait")) return false;
  if (!host_is_here(host)) return false;
  return entry_open(&host->entries, entry);
}

/* False: it was not asked. Takes NULL. */
static bool await(struct call *call, uint64_t deadline_ms) {
  bool asked;
  if (call == NULL) return false;
  latch_init(&call->latch);
  call->errand.deadline = deadline(call->host, deadline_ms);
  call->errand.end = end_awaited;
  asked = ask(call) && latch_await(&call->latch, call->host, TICK_NEVER);
  latch_deinit(&call->latch);
  return asked;
}

/* One block: the result, its values, its texts. NULL: no memory. */
static struct troupe_result *keep(const struct call *call) {
  const struct message *values = call->values;
  const char *text = text_of(call);
  size_t size = values != NULL ? values->size : 0;
  struct troupe_result *result = memory_alloc(
      sizeof *result + size + room(text) + room(call->kind));
  char *at = (char *)(result + 1);
  if (result == NULL) return NULL;
  show(call, result);
  if (size > 0) memcpy(at, values->bytes, size);
  if (values != NULL) values_read(&result->values, at, size, values->count);
  at += size;
  result->error = copy(&at, text);
  if (call->failed) result->kind = copy(&at, call->kind);
  return result;
}

struct troupe_result *troupe_call_wait(struct troupe *host,
                                       struct troupe_target target,
                                       const struct troupe_writer *values,
                                       uint64_t deadline_ms) {
  struct troupe_result *result = NULL;
  struct entry entry;
  struct call *call;
  if (!may_wait(host, &entry)) return NULL;
  call = prepare_call(host, &target, values);
  if (await(call, deadline_ms)) {
    result = keep(call);
    if (result == NULL) problem_set("not enough memory");
  }
  if (call != NULL) free_call(call);
  entry_close(&host->entries, &entry);
  return result;
}

void troupe_result_free(struct troupe_result *result) { memory_free(result); }

/* The pid; ID_NONE: problem_set says why. */
static uint64_t started(const struct call *call) {
  struct troupe_result result;
  uint64_t pid = ID_NONE;
  show(call, &result);
  if (!result.ok)
    problem_set("%s", result.error);
  else if (!troupe_read_pid(&result.values, &pid))
    problem_set("not enough memory");
  return pid;
}

uint64_t troupe_spawn_wait(struct troupe *host, const char *module,
                           const struct troupe_writer *values,
                           uint64_t deadline_ms, char *error,
                           size_t error_size) {
  uint64_t pid = ID_NONE;
  const char *text = NULL;
  struct entry entry;
  struct call *call = NULL;
  bool entered = may_wait(host, &entry);
  if (entered) call = prepare_start(host, module, values);
  if (await(call, deadline_ms)) {
    pid = started(call);
    text = text_of(call);
  }
  if (pid == ID_NONE && error != NULL && error_size > 0)
    snprintf(error, error_size, "%s",
             text != NULL ? text : troupe_problem());
  if (call != NULL) free_call(call);
  if (entered) entry_close(&host->entries, &entry);
  return pid;
}
