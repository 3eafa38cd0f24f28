/*
** Release: the commands of an executable that `troupe build` has made.
**
** Threads
**   [main]  all functions
*/
#ifndef TROUPE_COMMAND_RELEASE_H
#define TROUPE_COMMAND_RELEASE_H

#include "command/request.h"

struct archive; /* base/archive.h */

struct release {
  struct archive *archive; /* NULL: this is plain troupe */
  char facts[1024];        /* the texts that follow */
  const char *name;        /* the project's */
  const char *version;
  const char *module;      /* with which its application starts */
  const char *environment;
};

/* False: it is one, and damaged; why has been told. Before the process goes to
** another folder. */
bool release_open(struct release *release);
void release_close(struct release *release);

/* As request_read, of a release. What it reads lives as long as that. */
enum request_kind release_read(const struct release *release,
                               struct request *request, int argc, char **argv);

#endif
