#define _GNU_SOURCE /* struct ucred */
#include "script/admission.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#define FRAME_END 'Z' /* the session is over; payload: why */
#define WHY_SIZE 120

static bool is_ours(int fd, unsigned *user) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  *user = (unsigned)-1;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  *user = peer.uid;
  return peer.uid == 0 || peer.uid == geteuid();
}

/* A frame as lua/troupe/console/session.lua sends them: length, type, payload.
** What is this short fits into a new socket's buffer. */
static void refuse(int fd, const char *why) {
  char frame[5 + WHY_SIZE] = "";
  size_t size = strlen(why);
  ASSERT(size < WHY_SIZE, "one line");
  frame[0] = (char)(size + 1);
  frame[4] = FRAME_END;
  memcpy(frame + 5, why, size);
  (void)!send(fd, frame, 5 + size, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

bool admission_grant(int fd, int others, int most) {
  char why[WHY_SIZE];
  unsigned user;
  if (!is_ours(fd, &user))
    snprintf(why, sizeof why,
             "this host is another user's: user %u may not attach to it", user);
  else if (others >= most)
    snprintf(why, sizeof why, "this host has %d sessions already", others);
  else
    return true;
  refuse(fd, why);
  return false;
}
