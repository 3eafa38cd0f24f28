/*
** Client: what a session with the console of a host is made of.
*/
#ifndef TROUPE_TERMINAL_CLIENT_H
#define TROUPE_TERMINAL_CLIENT_H

#include <stdbool.h>

#include "terminal/talk.h"

struct client {
  int fd;      /* to the host; the session takes it */
  int signals; /* of signals_open */
  struct aside *asides;
  int aside_count;
  int input;
  int output;
  int error;
  const char *program; /* in whose name it complains */
  bool json;
  const char *const *codes; /* evaluated one after another */
  int code_count;           /* 0: the input is read */
};

#endif
