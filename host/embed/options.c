#include "embed/options.h"

#include <string.h>

#include "base/flavour.h"
#include "core/schedule.h"
#include "embed/sized.h"
#include "io/loop.h"

#define STEP_INSTRUCTIONS UINT64_C(10000000)

bool options_take(struct troupe *host, const struct troupe_options *given,
                  struct troupe_options *options) {
  if (!sized_take(given, options, sizeof *options, "troupe_options"))
    return host_fail(host, "%s", troupe_problem());
  if (options->stepped) options->engine = true;
  return options->grace >= 0 ||
         host_fail(host, "expected a grace of 0 seconds or more, got %g",
                   options->grace);
}

bool options_check(struct troupe *host, const struct troupe_options *given) {
  if (!flavour_is_library()) return true;
  if (given->cpath != NULL && given->cpath[0] != '\0')
    return host_fail(host, "expected no cpath: libtroupe loads no C modules");
  if (given->tests)
    return host_fail(host, "expected no tests: only the command runs them");
  return true;
}

bool options_read_level(struct troupe *host,
                        const struct troupe_options *given,
                        enum log_level *level) {
  const char *name = given->log_level;
  *level = LOG_INFO;
  if (name == NULL || log_level_parse(name, level)) return true;
  return host_fail(host, "expected a log level (debug, info, warn, error, "
                   "off), got \"%s\"", name);
}

static bool read_slices(struct troupe *host, const char *name,
                        enum slices *slices) {
  static const char *const names[] = {"signal", "hook", "none"};
  *slices = flavour_is_library() ? SLICES_HOOK : SLICES_SIGNAL;
  if (name == NULL) return true;
  for (int i = 0; i <= SLICES_NONE; i++) {
    if (strcmp(name, names[i]) != 0) continue;
    *slices = (enum slices)i;
    return true;
  }
  return host_fail(host,
                   "expected slices to be signal, hook or none, got \"%s\"",
                   name);
}

static bool read_workers(struct troupe *host,
                         const struct troupe_options *given,
                         struct scheduler_options *options) {
  options->workers = given->workers;
  if (given->workers == 0) options->workers = thread_cores();
  if (options->workers > WORKERS_LARGEST) options->workers = WORKERS_LARGEST;
  if (given->schedule != NULL) options->workers = 1;
  if (given->workers >= 0 && given->workers <= WORKERS_LARGEST) return true;
  return host_fail(host, "expected 1 to %d workers, got %d", WORKERS_LARGEST,
                   given->workers);
}

static bool read_clock(struct troupe *host, const struct troupe_options *given,
                       struct scheduler_options *options) {
  const char *name = given->clock != NULL ? given->clock : "real";
  options->virtual_time = strcmp(name, "virtual") == 0;
  if (!options->virtual_time && strcmp(name, "real") != 0)
    return host_fail(host, "expected clock to be real or virtual, got \"%s\"",
                     name);
  if (!options->virtual_time) return true;
  if (options->workers != 1)
    return host_fail(host, "expected one worker for a virtual clock, got %d",
                     options->workers);
  if (options->console)
    return host_fail(host,
                     "expected no console and no name with a virtual clock");
  if (options->engine)
    return host_fail(host, "expected no engine's thread with a virtual clock");
  return true;
}

static bool read_schedule(struct troupe *host,
                          const struct troupe_options *given,
                          struct scheduler_options *options) {
  if (given->schedule == NULL) return true;
  if (options->console)
    return host_fail(host, "expected no name and no console beside a schedule");
  if (options->engine)
    return host_fail(host, "expected no engine's thread beside a schedule");
  options->schedule =
      schedule_new(given->schedule, host->error, sizeof host->error);
  return options->schedule != NULL;
}

static bool read_now(struct troupe *host, const struct troupe_options *given,
                     struct scheduler_options *options) {
  options->now = given->now;
  options->now_context = given->context;
  if (given->now == NULL ||
      (!options->virtual_time && given->schedule == NULL))
    return true;
  return host_fail(host, "expected no clock of the engine's beside a virtual "
                   "one or a schedule");
}

/* Last: it looks at what the others have read. */
static bool read_stepped(struct troupe *host,
                         const struct troupe_options *given,
                         struct scheduler_options *options) {
  uint64_t limit = given->step_instructions;
  if (!given->stepped) {
    if (given->seed == 0 && limit == 0) return true;
    return host_fail(host, "expected options.stepped beside seed and "
                     "step_instructions");
  }
  if (given->workers > 1 || given->slices != NULL || given->clock != NULL ||
      given->now != NULL || given->schedule != NULL || options->console)
    return host_fail(host, "expected no workers, slices, clock, now, schedule, "
                     "console and name in a stepped host");
  options->stepped = options->virtual_time = true;
  options->workers = 1;
  options->engine = false; /* its one worker is that one, too */
  options->seed = given->seed;
  options->turn_limit = limit != 0 ? limit : STEP_INSTRUCTIONS;
  options->slices = SLICES_NONE;
  return true;
}

bool options_read_scheduler(struct troupe *host,
                            const struct troupe_options *given,
                            struct scheduler_options *options) {
  *options = (struct scheduler_options){.poller = loop_poller};
  options->console = given->console || given->name != NULL;
  options->engine = given->engine;
  return read_slices(host, given->slices, &options->slices) &&
         read_workers(host, given, options) &&
         read_clock(host, given, options) &&
         read_now(host, given, options) &&
         read_schedule(host, given, options) &&
         read_stepped(host, given, options);
}
