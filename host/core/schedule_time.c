#include "core/schedule_time.h"

#include <stddef.h>

#include "core/schedule.h"
#include "core/scheduler.h"

time_t __wrap_time(time_t *into) {
  struct worker *worker = worker_current();
  if (worker == NULL || worker_scheduler(worker)->schedule == NULL)
    return __real_time(into);
  if (into != NULL) *into = (time_t)SCHEDULE_UTC;
  return (time_t)SCHEDULE_UTC;
}
