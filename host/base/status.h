/*
** Status: what a C function of ours answers when it can fail. 0 is ok.
*/
#ifndef TROUPE_BASE_STATUS_H
#define TROUPE_BASE_STATUS_H

enum status {
  STATUS_OK,
  STATUS_NOMEM,   /* out of memory */
  STATUS_NOACTOR, /* no such actor */
  STATUS_FULL,    /* the mailbox is full */
  STATUS_BUSY,
  STATUS_EXISTS,  /* the name is taken */
  STATUS_ABSENT,  /* no such entry */
  STATUS_INVALID, /* an argument is */
  STATUS_WAIT,    /* the caller has been queued */
  STATUS_CLOSED
};

#endif
