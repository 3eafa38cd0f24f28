/*
** Limits: what an actor may use unless its start options say otherwise. One
** per host, in struct script; script/defaults.h reads it.
*/
#ifndef TROUPE_SCRIPT_LIMITS_H
#define TROUPE_SCRIPT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "core/mailbox.h"

struct limits {
  size_t memory;          /* bytes of the state; SIZE_MAX: none */
  uint64_t cpu_ns;        /* of one message; UINT64_MAX: none */
  struct mailbox_bound mailbox;
};

/* None of memory and cpu; MAILBOX_SIZE messages, 16 MiB, and senders wait. */
void limits_init(struct limits *limits);

#endif
