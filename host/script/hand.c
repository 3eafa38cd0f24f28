#include "script/hand.h"

#include "script/script.h"

void hand_let_go(struct script *script, struct hand *hand) {
  struct scheduler *scheduler = script->scheduler;
  room_leave(scheduler, &hand->room);
  if (hand->outcome != NULL) scheduler->discard(scheduler, hand->outcome);
  message_free(hand->sending);
  message_free(hand->sending_start);
  hand->outcome = hand->sending = hand->sending_start = NULL;
}
