/*
** Status: what a C function of ours answers when it can fail. 0 is ok.
** The names and their texts come from one list.
*/
#ifndef TROUPE_BASE_STATUS_H
#define TROUPE_BASE_STATUS_H

#define STATUS_LIST(X)                              \
  X(OK, "ok")                                       \
  X(NOMEM, "out of memory")                         \
  X(NOACTOR, "no such actor")                       \
  X(FULL, "the mailbox is full")                    \
  X(BUSY, "busy")                                   \
  X(EXISTS, "the name is taken")                    \
  X(ABSENT, "no such entry")                        \
  X(INVALID, "invalid argument")                    \
  X(WAIT, "the caller has been queued")             \
  X(CLOSED, "closed")

enum status {
#define STATUS_NAME(name, text) STATUS_##name,
  STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
};

/* One line of English for a status; never NULL. [any thread] */
const char *status_text(enum status status);

#endif
