/*
** For a build with ThreadSanitizer. Debian's Lua is compiled with
** _FORTIFY_SOURCE, so its errors and yields leave by __longjmp_chk, of which
** the sanitizer knows nothing: the frames left would stay in its own record of
** the stack, until that is full and the process ends. It knows longjmp.
*/
#ifdef __SANITIZE_THREAD__

#include <setjmp.h>

__attribute__((noreturn)) void __longjmp_chk(jmp_buf place, int value);

void __longjmp_chk(jmp_buf place, int value) { longjmp(place, value); }

#endif
