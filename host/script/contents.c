#include "script/contents.h"

#include <string.h>

#include "base/check.h"
#include "script/record.h"
#include "script/script.h"

#define LOOKED_AT 1000 /* messages that are looked at one by one */

struct message *contents_order_new(uint32_t count) {
  struct message *message = message_need(MESSAGE_REPORT, sizeof count);
  ASSERT(count >= 1 && count <= CONTENTS_LARGEST, "the caller has checked");
  memcpy(message->bytes, &count, sizeof count);
  return message;
}

struct listing {
  struct body *body;
  struct buffer records;
  uint64_t seen, requests; /* messages */
  uint32_t left;
};

/* It will be skipped, as far as can be said now. */
static bool has_given_up(struct body *body, const struct message *message) {
  struct directory *directory = body->script->scheduler->directory;
  struct actor *caller;
  if (message->kind != MESSAGE_CALL) return false;
  if (message->deadline <= scheduler_now(body->script->scheduler)) return true;
  caller = directory_find(directory, message->sender);
  return caller == NULL || !actor_wait_open(caller, message->epoch);
}

static void add(struct listing *listing, const struct message *message) {
  struct record_texts texts;
  struct record record = {.peer = message->sender,
                          .queued = record_waited(
                              listing->body->script->scheduler, message),
                          .took = RECORD_UNKNOWN_SPAN,
                          .bytes = record_bytes(message),
                          .direction = RECORD_QUEUED,
                          .kind = message->kind};
  texts.answer[0] = texts.target[0] = '\0';
  if (has_given_up(listing->body, message)) record.how = RECORD_GIVEN_UP;
  record_words(message, texts.request);
  if (record_add(&listing->records, &record, &texts)) listing->left--;
}

static bool is_request(const struct message *message) {
  return message_class((enum message_kind)message->kind) == CLASS_USER;
}

/* What was meant for an earlier actor of the slot is none of its. */
static void walk(struct listing *listing, const struct message *message) {
  uint64_t pid = body_pid(listing->body);
  for (; message != NULL && listing->seen < LOOKED_AT;
       message = message->next) {
    if (message->target != pid) continue;
    listing->seen++;
    listing->requests += is_request(message);
    if (listing->left > 0) add(listing, message);
  }
}

static struct contents count(struct listing *listing) {
  struct actor *actor = listing->body->actor;
  uint64_t popped = mailbox_popped(&actor->mailbox);
  uint64_t counted = mailbox_count(&actor->mailbox);
  uint64_t queued = counted > popped ? counted - popped : 0;
  uint64_t size = mailbox_size(&actor->mailbox);
  uint64_t taken = load_bytes(actor->mailbox.popped);
  struct contents contents = {.total = listing->seen};
  if (queued > listing->requests) contents.total += queued - listing->requests;
  contents.bytes = size > taken ? size - taken : 0;
  contents.senders =
      room_count(listing->body->script->scheduler, body_pid(listing->body));
  return contents;
}

void contents_answer(struct body *body, struct message *order) {
  struct scheduler *scheduler = body->script->scheduler;
  struct waiter asker = {order->sender, order->epoch};
  struct listing listing = {.body = body};
  struct contents contents;
  memcpy(&listing.left, order->bytes, sizeof listing.left);
  message_free(order);
  buffer_init(&listing.records);
  room_take(scheduler, body->actor);
  walk(&listing, body->aside.first);
  walk(&listing, body->actor->mailbox.queue.first);
  contents = count(&listing);
  scheduler_answer(scheduler, asker,
                   message_reply(&contents, sizeof contents,
                                 &listing.records));
  buffer_deinit(&listing.records);
}

struct contents contents_read(const struct message *outcome,
                              const char **records, size_t *size) {
  struct contents contents;
  ASSERT(outcome->size >= sizeof contents, "what contents_answer sends");
  memcpy(&contents, outcome->bytes, sizeof contents);
  *records = (const char *)outcome->bytes + sizeof contents;
  *size = outcome->size - sizeof contents;
  return contents;
}
