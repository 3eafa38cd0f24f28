/*
** Limits: what an actor may use unless its start options say otherwise. One
** per host, in struct script; script/defaults.h reads it.
*/
#ifndef TROUPE_SCRIPT_LIMITS_H
#define TROUPE_SCRIPT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define FULL_LIST(X) X(WAIT, "wait")

/* What happens to who sends to a mailbox that is full. */
enum full {
#define FULL_NAME(name, text) FULL_##name,
  FULL_LIST(FULL_NAME)
#undef FULL_NAME
};

struct limits {
  size_t memory;          /* bytes of the state; SIZE_MAX: none */
  uint64_t cpu_ns;        /* of one message; UINT64_MAX: none */
  uint64_t mailbox_size;  /* user messages */
  uint64_t mailbox_bytes; /* of them all */
  enum full full;
};

/* None of memory and cpu; 10,000 messages, 16 MiB, and senders wait. */
void limits_init(struct limits *limits);

#endif
