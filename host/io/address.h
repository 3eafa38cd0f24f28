/*
** Address: where a socket listens or connects to, as text.
**
**   127.0.0.1:4000   [::1]:4000   localhost:4000   unix:/run/shop.sock
**
** A port of 0 asks for any free one. A host of "*" listens on every
** interface.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_IO_ADDRESS_H
#define TROUPE_IO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct address {
  bool numeric; /* `storage` is valid; else look up `host` and `port` */
  struct sockaddr_storage storage;
  socklen_t size;
  char host[256];
  char port[8];
};

/* False: `why` says what was expected, in one line. */
bool address_parse(const char *text, struct address *address, char *why,
                   size_t why_size);
/* For a name that could not be looked up: "localhost" means the loopback
** interface even on a machine that has no list of hosts (RFC 6761, 6.3), and
** becomes 127.0.0.1. False for any other name. */
bool address_loopback(struct address *address);
/* The text form of a socket address; "" when it has none. */
void address_format(const struct sockaddr *address, socklen_t size, char *text,
                    size_t text_size);

#endif
