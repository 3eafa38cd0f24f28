#include "core/message.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slab.h"

static const unsigned char classes[] = {
#define MESSAGE_CLASS(name, class) [MESSAGE_##name] = CLASS_##class,
    MESSAGE_LIST(MESSAGE_CLASS)
#undef MESSAGE_CLASS
};

struct message *message_new(enum message_kind kind, size_t size) {
  struct message *message;
  if (unlikely(size > MESSAGE_LARGEST)) return NULL;
  message = slab_take(sizeof *message + size);
  if (unlikely(message == NULL)) return NULL;
  memset(message, 0, sizeof *message);
  message->kind = (uint8_t)kind;
  message->size = (uint32_t)size;
  return message;
}

struct message *message_need(enum message_kind kind, size_t size) {
  struct message *message;
  for (int attempt = 0; (message = message_new(kind, size)) == NULL; attempt++)
    memory_await(attempt);
  return message;
}

struct message *message_reply(const void *head, size_t head_size,
                              const struct buffer *rest) {
  size_t size = buffer_size(rest);
  struct message *message = message_new(MESSAGE_OUTCOME, head_size + size);
  if (message == NULL)
    message = message_need(MESSAGE_OUTCOME, head_size), size = 0;
  message->outcome = OUTCOME_REPLY;
  memcpy(message->bytes, head, head_size);
  if (size > 0) memcpy(message->bytes + head_size, buffer_bytes(rest), size);
  return message;
}

void message_free(struct message *message) {
  if (message != NULL) slab_give(message, sizeof *message + message->size);
}

struct message *message_copy(const struct message *message) {
  size_t size = sizeof *message + message->size;
  struct message *copy = slab_take(size);
  if (copy != NULL) memcpy(copy, message, size);
  return copy;
}

enum message_class message_class(enum message_kind kind) {
  return (enum message_class)classes[kind];
}
