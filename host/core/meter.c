/*
** What is measured of a message, and of which.
**
** To look at the clock for each, and at a histogram, would cost more than all
** else that is counted. So of each actor's messages, in and out, METER_FIRST
** are passed over (who has no more is not worth a histogram), METER_ALL are all
** measured, and then one in METER_RARE, which stands for as many. Which one is
** not in step with anything: how many are passed over is drawn each time, from
** the time of the last. For the others it is one decrement in the actor.
**
** The handling is measured by who handles: from the beginning, which is when
** the worker last looked at the counter, to the end, with all waits inside. So
** is the waiting of a call, of those that are handled and measured: since when
** it has waited its caller's wait says. Casts and infos have nothing that says
** it; those that their sender has chosen carry it.
*/
#include "core/worker.h"

#include "base/check.h"
#include "core/timing.h"

/* One in 16 was measured to cost a cast 7 ns, one in 64 less than 2. */
#define METER_ALL 256
#define METER_RARE 64
#define SENT_MASK ((UINT64_C(1) << 48) - 1)

/* 1 .. 2 * METER_RARE - 1, so METER_RARE on average. */
static uint8_t draw(uint64_t cycles) {
  uint64_t dice = cycles * UINT64_C(0x9E3779B97F4A7C15) >> 32;
  return (uint8_t)(1 + (dice * (2 * METER_RARE - 1) >> 32));
}

/* One is measured: for how many it stands; chooses the next. */
static uint8_t choose(struct actor *actor, uint64_t cycles) {
  uint8_t weight = actor->meter_weight;
  uint64_t count = counter_read(&actor->messages_in) +
                   counter_read(&actor->messages_out);
  bool all = count < METER_FIRST + METER_ALL;
  actor->meter = all ? 1 : draw(cycles);
  actor->meter_weight = all ? 1 : METER_RARE;
  return weight;
}

static void stamp(struct message *message, uint64_t cycles, uint8_t weight) {
  message->sent = cycles & SENT_MASK;
  message->weight = weight;
}

/* Of two that come from two cores the later may be a little less. */
static uint64_t since_stamp(const struct message *message, uint64_t cycles) {
  uint64_t span = (cycles - message->sent) & SENT_MASK;
  return span > SENT_MASK / 2 ? 0 : span;
}

void meter_note_sending(struct actor *actor, struct message *message) {
  uint64_t cycles = tick_cycles();
  uint8_t weight = choose(actor, cycles);
  if (message->kind != MESSAGE_CALL) stamp(message, cycles, weight);
}

/* False: it waits no more, or in another wait. */
static bool call_waits(struct scheduler *scheduler,
                       const struct message *message, uint64_t *since) {
  struct actor *caller =
      directory_find(scheduler->directory, message->sender);
  struct wait *wait;
  if (caller == NULL) return false;
  wait = actor_wait_of(caller, actor_strand(message->epoch));
  if (wait == NULL) return false;
  *since = counter_read(&wait->since);
  return actor_wait_open(caller, message->epoch);
}

bool meter_waited(struct scheduler *scheduler, const struct message *message,
                  uint64_t *nanoseconds) {
  uint64_t since, now = scheduler_now(scheduler);
  if (message->kind == MESSAGE_CALL) {
    if (!call_waits(scheduler, message, &since)) return false;
    *nanoseconds = now > since ? now - since : 0;
    return true;
  }
  if (message->weight == 0) return false;
  *nanoseconds =
      worker_ns(worker_current(), since_stamp(message, tick_cycles()));
  return true;
}

static void add_waited(struct scheduler *scheduler, struct actor *actor,
                       uint64_t nanoseconds, unsigned weight) {
  timing_add(directory_timings(scheduler->directory), actor, TIMING_WAITING,
             nanoseconds, weight);
}

static void note_call(struct scheduler *scheduler, struct actor *actor,
                      const struct message *message, unsigned weight) {
  uint64_t since, now = worker_seen(worker_current());
  if (!call_waits(scheduler, message, &since)) return;
  add_waited(scheduler, actor, now > since ? now - since : 0, weight);
}

void meter_note_begin(struct scheduler *scheduler, struct actor *actor,
                      struct message *message) {
  const struct worker *worker = worker_current();
  uint8_t weight = message->weight;
  if (weight != 0)
    add_waited(scheduler, actor,
               worker_ns(worker, since_stamp(message, worker->cycles)),
               weight);
  message->weight = 0;
  if (actor->meter != 0) return;
  weight = choose(actor, worker->cycles);
  if (message->kind == MESSAGE_CALL)
    note_call(scheduler, actor, message, weight);
  stamp(message, worker->cycles, weight);
}

void meter_note_end(struct scheduler *scheduler, struct actor *actor,
                    struct message *message) {
  struct worker *worker = worker_current();
  uint64_t cycles = since_stamp(message, worker_tick(worker));
  timing_add(directory_timings(scheduler->directory), actor, TIMING_HANDLING,
             worker_ns(worker, cycles), message->weight);
  message->weight = 0;
}
