/*
** The command.
*/
#include <malloc.h>
#include <stdio.h>

#include "command/attach.h"
#include "command/release.h"
#include "command/repl.h"
#include "command/request.h"
#include "command/run.h"
#include "command/schedules.h"

/* A megabyte that is freed by one actor is soon wanted by the next: the heap
** keeps it instead of giving its pages back each time and faulting them in
** again. The process is ours, so we may say so; a library could not. */
static void tune_heap(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

static int perform(enum request_kind kind, const struct request *request) {
  switch (kind) {
    case REQUEST_RUN:
      if (request->options.schedule != NULL)
        seeded_start_again(&request->seeded);
      return run_script(request);
    case REQUEST_SCHEDULES:
      return schedules_run(&request->seeded);
    case REQUEST_REPL:
      return run_repl(request);
    case REQUEST_ATTACH:
      return attach(request);
    case REQUEST_HELP:
      fputs(request_help, stdout);
      return 0;
    case REQUEST_VERSION:
      printf("troupe %s\n", troupe_version());
      return 0;
    case REQUEST_DONE:
      return 0;
    case REQUEST_MISUSED:
      break;
  }
  return 1;
}

int main(int argc, char **argv) {
  struct request request;
  struct release release;
  enum request_kind kind;
  int status;
  tune_heap();
  if (!release_open(&release)) return 1;
  kind = release.archive != NULL ? release_read(&release, &request, argc, argv)
                                 : request_read(&request, argc, argv);
  status = perform(kind, &request);
  seeded_free(&request.seeded);
  release_close(&release);
  return status;
}
