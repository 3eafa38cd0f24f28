/*
** Signals: those that a client of a host acts on, as a descriptor, so that
** it waits for them as for all else.
**
** Threads
**   [main]  all functions: before any other thread is started, which then
**           have none of these signals
*/
#ifndef TROUPE_TERMINAL_SIGNALS_H
#define TROUPE_TERMINAL_SIGNALS_H

/* From here on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGTSTP wait
** behind this descriptor, and writing to a pipe that nobody reads is an error
** only. -1: no descriptor. */
int signals_open(void);

/* The next one; 0: there is none. */
int signals_next(int fd);

/* Stops the process, as SIGTSTP would have; returns once it goes on. */
void signals_suspend(void);

#endif
