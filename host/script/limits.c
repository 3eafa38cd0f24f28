#include "script/limits.h"

void limits_init(struct limits *limits) {
  limits->memory = SIZE_MAX;
  limits->cpu_ns = UINT64_MAX;
  limits->mailbox =
      (struct mailbox_bound){MAILBOX_SIZE, MAILBOX_BYTES, FULL_WAIT};
}
