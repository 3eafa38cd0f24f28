/*
** Shim: what stands, in the library, for parts of the C library that the code
** in it must not reach: Lua's and libuv's as well as ours. The piece that is
** linked refers to these names in place of theirs (scripts/build/piece.sh).
** Never part of the command.
**
** Streams are for who escapes what a script is given instead (script/
** stream.h): nothing can be read from them, and what is written is lost.
** Nobody ends the process: who would has found itself wrong (base/check.h).
** Nothing is loaded, and the process's environment is not changed.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_SHIM_H
#define TROUPE_BASE_SHIM_H

#include <netinet/in.h>
#include <stdio.h>

extern FILE *shim_stdin, *shim_stdout, *shim_stderr;

_Noreturn void shim_abort(void);
_Noreturn void shim_exit(int status);
_Noreturn void shim_quit(int status); /* for _exit */
_Noreturn void shim_assert_fail(const char *condition, const char *file,
                                unsigned line, const char *function);

void *shim_dlopen(const char *file, int mode); /* NULL: it is refused */
void *shim_dlsym(void *handle, const char *name);
int shim_dlclose(void *handle);
char *shim_dlerror(void);

/* For code that takes the address of the C library's own, as a shared library
** must not. */
extern const struct in6_addr shim_in6addr_any;
extern char *const shim_environ[];

#endif
