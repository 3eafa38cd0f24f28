#include "script/order.h"

#include <string.h>

#include "core/scheduler.h"
#include "script/script.h"

static enum status send_signal(struct script *script, uint64_t pid,
                               enum message_kind kind, uint8_t flags,
                               const struct fixed_reason *reason) {
  struct message *message = message_new(kind, reason->size);
  enum status status;
  if (message == NULL) return STATUS_NOMEM;
  memcpy(message->bytes, reason->bytes, reason->size);
  message->target = pid;
  message->count = 1;
  message->flags = flags;
  status = scheduler_post(script->scheduler, message, READY_AFTER);
  if (status != STATUS_OK) message_free(message);
  return status;
}

enum status order_shutdown(struct script *script, uint64_t pid) {
  return send_signal(script, pid, MESSAGE_EXIT,
                     MESSAGE_SHUTDOWN | MESSAGE_NORMAL, &script->shutdown);
}

enum status order_stop(struct script *script, uint64_t pid) {
  return send_signal(script, pid, MESSAGE_STOP, MESSAGE_NORMAL,
                     &script->normal);
}

enum status order_kill(struct script *script, uint64_t pid, bool late) {
  return send_signal(script, pid, MESSAGE_KILL, late ? MESSAGE_SHUTDOWN : 0,
                     &script->killed);
}

static void interrupt(struct script *script, uint64_t pid,
                      const struct interrupt *wanted) {
  struct message *message = message_need(MESSAGE_INTERRUPT, sizeof *wanted);
  memcpy(message->bytes, wanted, sizeof *wanted);
  message->target = pid;
  if (scheduler_post(script->scheduler, message, READY_AFTER) != STATUS_OK)
    message_free(message);
}

void order_interrupt(struct script *script, uint64_t pid,
                     struct waiter asker) {
  interrupt(script, pid, &(struct interrupt){.visit = asker});
}

void order_interrupt_evaluation(struct script *script, uint64_t pid,
                                uint64_t evaluation) {
  interrupt(script, pid, &(struct interrupt){.evaluation = evaluation});
}

/* All its strands: none knows which of them is meant. */
bool order_cancel(struct script *script, uint64_t pid) {
  struct actor *actor = directory_find(script->scheduler->directory, pid);
  bool cancelled = false;
  for (uint32_t i = 0; actor != NULL && i <= STRANDS_LARGEST; i++) {
    struct wait *wait = actor_wait_of(actor, i);
    struct waiter waiter = {pid, 0};
    if (wait == NULL) break;
    if (actor_wait_pending(wait, &waiter.epoch))
      cancelled |= scheduler_end_wait(script->scheduler, waiter,
                                      OUTCOME_CANCELLED);
  }
  return cancelled;
}
