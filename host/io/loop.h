/*
** Loop: a worker's libuv loop, as a poller.
**
** Threads
**   [main]        loop_poller, before the worker's thread starts
**   [worker]      everything else
**   [any thread]  the poller's wake
** Ownership
**   What has handles on a loop joins its list; when the poller is freed,
**   whoever is still there is told to abandon: it closes its handles and its
**   memory goes with their close callbacks. Nobody is posted to any more and
**   no actor is touched, so actors must have been ended before.
*/
#ifndef TROUPE_IO_LOOP_H
#define TROUPE_IO_LOOP_H

#include <uv.h>

#include "core/poller.h"
#include "core/scheduler.h"

/* For struct scheduler_options; `context` is unused. False: no memory or no
** file descriptors. poller.self is a struct loop. */
bool loop_poller(void *context, int index, struct poller *poller);

struct loop;
/* The loop of the worker that this thread holds. [worker] */
struct loop *loop_current(void);
uv_loop_t *loop_uv(struct loop *loop);

/* One buffer that all streams of a loop receive into, so that an idle one
** holds none. Its bytes must be copied inside the read callback. */
#define LOOP_RECEIVE_SIZE ((size_t)65536)
char *loop_receive_buffer(struct loop *loop);

/* Around a request that ends by itself and soon: time does not go on under it
** where it is virtual (core/quiet.c). Not for what waits for somebody else, as
** a connection does. */
void loop_begin(struct loop *loop);
void loop_end(struct loop *loop);

/* Somebody with handles on a loop; a member of theirs. */
struct loop_item {
  struct loop_item *next;
  struct loop_item **link; /* what points here; NULL: on no loop */
  void (*abandon)(struct loop_item *item); /* the loop ends: close, leave */
};
void loop_join(struct loop *loop, struct loop_item *item);
void loop_leave(struct loop_item *item); /* nothing if it is on no loop */

#endif
