#include "core/schedule_time.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/schedule.h"
#include "core/scheduler.h"

static _Thread_local const struct schedule *current;

void schedule_time_set(const struct schedule *schedule) { current = schedule; }

static bool is_fixed(void) {
  struct worker *worker = worker_current();
  return worker != NULL ? worker_scheduler(worker)->schedule != NULL
                        : current != NULL;
}

time_t __wrap_time(time_t *into) {
  if (!is_fixed()) return __real_time(into);
  if (into != NULL) *into = (time_t)SCHEDULE_UTC;
  return (time_t)SCHEDULE_UTC;
}
