#include "io/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <uv.h>

#include "base/check.h"

#define HOST_CHARACTERS \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

__attribute__((format(printf, 3, 4))) static bool refuse(char *why,
                                                         size_t why_size,
                                                         const char *format,
                                                         ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, why_size, format, arguments);
  va_end(arguments);
  return false;
}

static bool parse_unix(const char *path, struct address *address, char *why,
                       size_t why_size) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  size_t size = strlen(path);
  if (size == 0 || size >= sizeof name.sun_path)
    return refuse(why, why_size, "expected unix:/path of 1..%zu bytes, got %zu",
                  sizeof name.sun_path - 1, size);
  memcpy(name.sun_path, path, size);
  memcpy(&address->storage, &name, sizeof name);
  address->size = sizeof name;
  address->numeric = true;
  snprintf(address->host, sizeof address->host, "%s", path);
  return true;
}

/* Copies [from, to) as a string; false: nothing there, or too long. */
static bool cut(char *text, size_t text_size, const char *from,
                const char *to) {
  size_t size = (size_t)(to - from);
  if (size == 0 || size >= text_size) return false;
  memcpy(text, from, size);
  text[size] = '\0';
  return true;
}

/* Host and port apart. Colons inside a host need brackets around it. */
static bool split(const char *text, struct address *address, bool *brackets) {
  const char *host = text, *host_end = strchr(text, ':'), *port;
  *brackets = text[0] == '[';
  if (*brackets) {
    host = text + 1;
    host_end = strchr(host, ']');
    if (host_end == NULL || host_end[1] != ':') return false;
    port = host_end + 2;
  } else {
    if (host_end == NULL) return false;
    port = host_end + 1;
  }
  return cut(address->host, sizeof address->host, host, host_end) &&
         cut(address->port, sizeof address->port, port, port + strlen(port));
}

static bool parse_port(const char *text, int *port) {
  if (text[strspn(text, "0123456789")] != '\0' || strlen(text) > 5)
    return false;
  *port = atoi(text);
  return *port <= 65535;
}

/* An address in figures becomes one; false for a name. */
static bool parse_figures(struct address *address, bool brackets, int port) {
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  bool all = !brackets && strcmp(address->host, "*") == 0;
  const char *host = all ? "::" : address->host;
  if ((brackets || all) && uv_ip6_addr(host, port, &six) == 0) {
    memcpy(&address->storage, &six, sizeof six);
    address->size = sizeof six;
    return true;
  }
  if (!brackets && uv_ip4_addr(host, port, &four) == 0) {
    memcpy(&address->storage, &four, sizeof four);
    address->size = sizeof four;
    return true;
  }
  return false;
}

bool address_parse(const char *text, struct address *address, char *why,
                   size_t why_size) {
  bool brackets;
  int port = 0;
  memset(address, 0, sizeof *address);
  if (strncmp(text, "unix:", 5) == 0)
    return parse_unix(text + 5, address, why, why_size);
  if (!split(text, address, &brackets))
    return refuse(why, why_size,
                  "expected host:port, [ipv6]:port or unix:/path, got \"%s\"",
                  text);
  if (!parse_port(address->port, &port))
    return refuse(why, why_size, "expected a port of 0..65535, got \"%s\"",
                  address->port);
  address->numeric = parse_figures(address, brackets, port);
  if (address->numeric) return true;
  if (brackets)
    return refuse(why, why_size, "expected an IPv6 address, got \"%s\"",
                  address->host);
  if (address->host[strspn(address->host, HOST_CHARACTERS)] != '\0')
    return refuse(why, why_size, "expected a host name, got \"%s\"",
                  address->host);
  return true;
}

bool address_loopback(struct address *address) {
  if (strcmp(address->host, "localhost") != 0) return false;
  snprintf(address->host, sizeof address->host, "127.0.0.1");
  address->numeric = parse_figures(address, false, atoi(address->port));
  return address->numeric;
}

static void format_unix(const struct sockaddr *address, socklen_t size,
                        char *text, size_t text_size) {
  struct sockaddr_un name;
  size_t path_size;
  memset(&name, 0, sizeof name);
  memcpy(&name, address, size < sizeof name ? size : sizeof name);
  path_size = strnlen(name.sun_path, sizeof name.sun_path);
  if (path_size > 0)
    snprintf(text, text_size, "unix:%.*s", (int)path_size, name.sun_path);
}

/* A client of a listener on "*" that speaks IPv4 has an IPv6 address that
** stands for its real one, which is what people want to read. */
static bool unmap(const struct sockaddr_in6 *six, struct sockaddr_in *four) {
  if (!IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) return false;
  memset(four, 0, sizeof *four);
  four->sin_family = AF_INET;
  four->sin_port = six->sin6_port;
  memcpy(&four->sin_addr, &six->sin6_addr.s6_addr[12], 4);
  return true;
}

static void format_internet(const struct sockaddr *address, socklen_t size,
                            char *text, size_t text_size) {
  struct sockaddr_storage real = {0};
  struct sockaddr_in6 six;
  struct sockaddr_in four;
  char host[INET6_ADDRSTRLEN + 32], port[8];
  memcpy(&real, address, size);
  if (real.ss_family == AF_INET6) {
    memcpy(&six, &real, sizeof six);
    if (unmap(&six, &four)) memcpy(&real, &four, sizeof four);
  }
  size = real.ss_family == AF_INET ? sizeof four : sizeof six;
  if (getnameinfo((struct sockaddr *)&real, size, host, sizeof host, port,
                  sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return;
  snprintf(text, text_size, real.ss_family == AF_INET ? "%s:%s" : "[%s]:%s",
           host, port);
}

void address_format(const struct sockaddr *address, socklen_t size, char *text,
                    size_t text_size) {
  ASSERT(text_size > 0, "room for the end of the text");
  text[0] = '\0';
  if (size < sizeof address->sa_family ||
      size > sizeof(struct sockaddr_storage))
    return;
  if (address->sa_family == AF_UNIX)
    format_unix(address, size, text, text_size);
  else if (address->sa_family == AF_INET || address->sa_family == AF_INET6)
    format_internet(address, size, text, text_size);
}
