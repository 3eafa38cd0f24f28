#include "script/limits.h"

void limits_init(struct limits *limits) {
  limits->memory = SIZE_MAX;
  limits->cpu_ns = UINT64_MAX;
  limits->mailbox_size = 10000;
  limits->mailbox_bytes = UINT64_C(16) << 20;
  limits->full = FULL_WAIT;
}
