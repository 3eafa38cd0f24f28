/*
** Stream: a connected socket (TCP or unix) of one actor.
**
** A stream lives on the loop of the worker that its owner is pinned to, so
** owner and callbacks share one thread and need no lock. Reading is driven
** by the owner: bytes wait in a buffer; when what the owner asked for is
** there, its wait is ended with OUTCOME_RETRY (it asks again and gets it), or,
** in deliver mode, one MESSAGE_SOCKET is posted and no other until
** stream_delivered. The socket is read only while somebody wants bytes and
** the buffer is below its limit, so a fast client fills its own window, not
** our memory.
**
** Threads
**   [owner on its worker]  all functions but
**   [any thread]           stream_count, stream_counted
** Ownership
**   stream_open and stream_adopt return owned; stream_close ends it (the
**   memory goes when libuv lets go of the handle). Closing twice is a bug.
** Errors
**   Negative libuv codes (UV_ECONNRESET); names by uv_err_name.
*/
#ifndef TROUPE_IO_STREAM_H
#define TROUPE_IO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "core/scheduler.h"
#include "io/address.h"
#include "io/input.h" /* enum stream_want */

struct stream;

#define STREAM_LINE_DEFAULT ((size_t)65536) /* longest line, bytes */
#define STREAM_HIGH_WATER ((size_t)262144)  /* written but not sent */
#define STREAM_LOW_WATER ((size_t)65536)

/* Takes the descriptor `fd` of a connected socket in any case; pins the
** actor. NULL with *error set. Must run on the actor's worker (its home, or
** the current one if it has none). `fd` is made non-blocking; TCP_NODELAY is
** set. */
struct stream *stream_adopt(struct actor *actor, int fd, int *error);

/*
** Connects; `waiter` is ended with OUTCOME_RETRY when it has come out:
** stream_connected then says how. Pins the actor. NULL with *error set.
** A name is looked up on libuv's thread pool.
*/
struct stream *stream_open(struct actor *actor, const struct address *address,
                           struct waiter waiter, int *error);
/* 0 when connected, UV_EAGAIN while it is under way, else the error. */
int stream_connected(struct stream *stream);

/*
** STATUS_OK: *bytes and *got are there, valid until the next call or the end
** of this turn, and are then consumed. STATUS_WAIT: not yet: `waiter` (its
** wait must be open) is ended when it is worth asking again; waiter.pid
** ID_NONE asks without waiting. STATUS_CLOSED: the end; *error is 0 for an
** orderly end, else why (UV_EMSGSIZE: a line longer than the limit, after
** which reading is over but writing is not). At an orderly end STREAM_LINE
** still gives an unfinished last line, STREAM_EXACTLY what there is.
*/
enum status stream_read(struct stream *stream, enum stream_want want,
                        size_t size, struct waiter waiter, const char **bytes,
                        size_t *got, int *error);
void stream_set_line_limit(struct stream *stream, size_t bytes);

/*
** Deliver mode of a connected stream: whenever `want` is there, or the end, a
** MESSAGE_SOCKET whose payload is this stream's address (struct stream *) is
** posted to the owner, one at a time. The owner calls stream_read without
** waiting and, when it is done with it, stream_delivered. After the end
** nothing more is posted. A message can outlive its stream: the owner looks
** whether it still has that address before it follows it.
*/
void stream_deliver(struct stream *stream, enum stream_want want, size_t size);
bool stream_delivering(struct stream *stream, enum stream_want *want,
                       size_t *size);
void stream_delivered(struct stream *stream);

/*
** Writes what it can at once and queues the rest (copied). STATUS_OK: taken.
** STATUS_FULL: more than STREAM_HIGH_WATER was waiting already, nothing is
** taken; if `waiter.pid` is not ID_NONE it is ended with OUTCOME_RETRY when it
** has drained below STREAM_LOW_WATER or failed. STATUS_CLOSED: *error.
** STATUS_NOMEM.
*/
enum status stream_write(struct stream *stream, const void *bytes, size_t size,
                         struct waiter waiter, int *error);
/* Forgets the waiters of a wait that ended some other way. */
void stream_forget(struct stream *stream);

/* Closes once what was written is sent, at most 5 s later; `at_once` drops
** it. Waits that are open are ended with OUTCOME_RETRY. Unpins the owner; the
** stream is no longer the owner's. */
void stream_close(struct stream *stream, bool at_once);

void stream_peer(struct stream *stream, char *text, size_t size);
void stream_local(struct stream *stream, char *text, size_t size);

/* Streams and listeners alive in this process; 0 when quiet. */
int64_t stream_count(void);
void stream_counted(int change); /* for those who make and free them */

#endif
