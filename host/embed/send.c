#include "base/check.h"
#include "codec/values.h"
#include "core/scheduler.h"
#include "embed/call.h"
#include "embed/entry.h"
#include "embed/host.h"
#include "embed/problem.h"
#include "embed/target.h"
#include "script/order.h"
#include "script/words.h"

static bool refused(struct troupe *host, enum status status, uint64_t pid) {
  char who[WORDS_WHO_SIZE], text[ID_TEXT_SIZE];
  if (status == STATUS_FULL)
    return problem_set("the mailbox of %s is full",
                       words_who(host->scheduler, pid, who));
  return problem_set("there is no actor %s", id_text(pid, text));
}

static bool post(struct troupe *host, const struct troupe_target *target,
                 struct message *message) {
  uint64_t pid = target_pid_now(host, target);
  enum status status;
  if (pid == ID_NONE) return false;
  message->target = pid;
  status = scheduler_post(host->scheduler, message, READY_AFTER);
  return status == STATUS_OK || refused(host, status, pid);
}

static bool send(struct troupe *host, const struct troupe_target *target,
                 const struct troupe_writer *values, enum message_kind kind) {
  struct message *message;
  struct entry entry;
  bool sent;
  if (!target_check(target) || !target_check_request(values)) return false;
  if (!entry_open(&host->entries, &entry)) return false;
  message = values_message(values, kind);
  if (message == NULL)
    sent = problem_set("not enough memory");
  else if (target->module != NULL)
    sent = call_send(host, target, &message);
  else if ((sent = post(host, target, message)))
    message = NULL;
  message_free(message);
  entry_close(&host->entries, &entry);
  return sent;
}

bool troupe_cast(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values) {
  return send(host, &target, values, MESSAGE_CAST);
}

bool troupe_send(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values) {
  return send(host, &target, values, MESSAGE_INFO);
}

bool troupe_end(struct troupe *host, uint64_t pid) {
  struct troupe_target target = troupe_to(pid);
  struct entry entry;
  enum status status;
  if (!target_check(&target)) return false;
  if (!entry_open(&host->entries, &entry)) return false;
  status = order_stop(host->script, pid);
  entry_close(&host->entries, &entry);
  if (status == STATUS_NOMEM) return problem_set("not enough memory");
  return status == STATUS_OK || refused(host, status, pid);
}
