#include "script/admission.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/peer.h"

#define FRAME_END 'Z' /* the session is over; payload: why */
#define WHY_SIZE 120

static bool is_ours(int fd, uid_t *user) {
  return peer_user(fd, user) && (*user == 0 || *user == geteuid());
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
  uid_t user;
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
