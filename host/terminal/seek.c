#include "terminal/seek.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/peer.h"
#include "base/rendezvous.h"

#define HOSTS_LARGEST 64 /* that are told of */
#define NEAREST_LARGEST 5
#define CONNECTING_LIMIT 5 /* seconds */

struct host {
  char name[RENDEZVOUS_NAME_LARGEST + 1];
  long process;
  int distance;
};

struct hosts {
  struct host list[HOSTS_LARGEST];
  int count;
  const char *wanted; /* NULL: none in particular */
};

/* --- Connecting ----------------------------------------------------------- */

static int fail(struct buffer *problem, const char *before, const char *path,
                const char *after) {
  buffer_format(problem, "%s%s%s\n", before, path, after);
  return -1;
}

static int explain(int error, const char *path, struct buffer *problem) {
  struct stat file;
  bool there = stat(path, &file) == 0;
  if (there && !S_ISSOCK(file.st_mode))
    return fail(problem, "", path, " is not a socket");
  switch (error) {
    case ENOENT:
      return fail(problem, "there is no ", path, "");
    case ECONNREFUSED:
      return fail(problem, "nobody listens at ", path, ": its host has died");
    case EACCES:
    case EPERM:
      return fail(problem, "", path, " belongs to another user");
    case EAGAIN:
      return fail(problem, "the host at ", path, " does not answer");
    case EPROTOTYPE:
      return fail(problem, "", path, " is not the socket of a host");
    default:
      buffer_format(problem, "cannot connect to %s: %s\n", path,
                    strerror(error));
      return -1;
  }
}

/* What is typed here is for our own host only, and what it answers is written
** to our terminal as it is. */
static bool is_ours(int fd) {
  uid_t user;
  return peer_user(fd, &user) &&
         (user == geteuid() || user == 0 || geteuid() == 0);
}

static int connect_to(const char *path, struct buffer *problem) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval limit = {.tv_sec = CONNECTING_LIMIT};
  int fd;
  if (strlen(path) >= sizeof address.sun_path)
    return fail(problem, "", path, " is longer than the path of a socket");
  strcpy(address.sun_path, path);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return explain(errno, path, problem);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    explain(errno, path, problem);
  else if (!is_ours(fd))
    explain(EACCES, path, problem);
  else
    return fd;
  close(fd);
  return -1;
}

/* --- Which hosts there are ------------------------------------------------ */

static int smaller(int one, int other) { return one < other ? one : other; }

/* Letters to put in, to drop or to change, from one name to the other. */
static int distance(const char *one, const char *other) {
  int row[RENDEZVOUS_NAME_LARGEST + 1];
  size_t width = strlen(other);
  CHECK(width <= RENDEZVOUS_NAME_LARGEST, "a host's name");
  for (size_t j = 0; j <= width; j++) row[j] = (int)j;
  for (size_t i = 0; one[i] != '\0'; i++) {
    int diagonal = row[0];
    row[0]++;
    for (size_t j = 0; j < width; j++) {
      int change = diagonal + (one[i] != other[j]);
      diagonal = row[j + 1];
      row[j + 1] = smaller(change, 1 + smaller(row[j], row[j + 1]));
    }
  }
  return row[width];
}

static bool add_host(void *context, const char *name, long process) {
  struct hosts *hosts = context;
  struct host *host = &hosts->list[hosts->count++];
  strncpy(host->name, name, sizeof host->name - 1);
  host->process = process;
  if (hosts->wanted != NULL) host->distance = distance(hosts->wanted, name);
  return hosts->count < HOSTS_LARGEST;
}

static int compare(const void *one, const void *other) {
  const struct host *first = one, *second = other;
  if (first->distance != second->distance)
    return first->distance < second->distance ? -1 : 1;
  return strcmp(first->name, second->name);
}

/* The nearest to `wanted` first. */
static bool find_hosts(struct hosts *hosts, const char *wanted,
                       struct buffer *problem) {
  char error[RENDEZVOUS_ERROR_SIZE];
  *hosts = (struct hosts){.wanted = wanted};
  if (!rendezvous_list(add_host, hosts, error, sizeof error)) {
    buffer_format(problem, "%s\n", error);
    return false;
  }
  qsort(hosts->list, (size_t)hosts->count, sizeof *hosts->list, compare);
  return true;
}

static int tell_nearest(const char *name, struct buffer *problem) {
  struct hosts hosts;
  buffer_format(problem, "no host named %s is running", name);
  if (!find_hosts(&hosts, name, problem)) return -1;
  for (int i = 0; i < hosts.count && i < NEAREST_LARGEST; i++)
    buffer_format(problem, "%s%s", i == 0 ? "; there is: " : ", ",
                  hosts.list[i].name);
  buffer_append(problem, "\n", 1);
  return -1;
}

/* --- Seeking -------------------------------------------------------------- */

static int seek_name(const char *name, struct buffer *problem) {
  struct rendezvous place;
  char error[RENDEZVOUS_ERROR_SIZE];
  if (!rendezvous_find(&place, name, error, sizeof error)) {
    buffer_format(problem, "%s\n", error);
    return -1;
  }
  if (access(place.socket, F_OK) != 0 && rendezvous_holder(&place) == 0)
    return tell_nearest(name, problem);
  return connect_to(place.socket, problem);
}

static int tell_all(const struct hosts *hosts, struct buffer *problem) {
  buffer_format(problem, "several hosts are running: name one of them\n");
  for (int i = 0; i < hosts->count; i++)
    buffer_format(problem, "  %s (process %ld)\n", hosts->list[i].name,
                  hosts->list[i].process);
  return -1;
}

static int seek_any(struct buffer *problem) {
  struct hosts hosts;
  if (!find_hosts(&hosts, NULL, problem)) return -1;
  if (hosts.count == 1) return seek_name(hosts.list[0].name, problem);
  if (hosts.count > 1) return tell_all(&hosts, problem);
  return fail(problem, "no host that has a name is running (",
              "troupe run --name NAME FILE", " starts one)");
}

int seek_host(const char *word, struct buffer *problem) {
  if (word == NULL) return seek_any(problem);
  if (strchr(word, '/') != NULL) return connect_to(word, problem);
  return seek_name(word, problem);
}

bool seek_list(struct buffer *names, struct buffer *problem) {
  struct hosts hosts;
  if (!find_hosts(&hosts, NULL, problem)) return false;
  for (int i = 0; i < hosts.count; i++)
    if (!buffer_format(names, "%s\n", hosts.list[i].name)) return false;
  return true;
}
