/*
** Check: two kinds of claim about the program itself. Neither judges input.
**
** CHECK stays in release builds and guards memory safety: going on after it
** failed would corrupt something. ASSERT is compiled in test builds only
** (TROUPE_ASSERTS) and guards beliefs: roles, invariants, legal states.
*/
#ifndef TROUPE_BASE_CHECK_H
#define TROUPE_BASE_CHECK_H

/* Whom check_failed tells, in place of standard error: `text` is one line
** without its end, and lives until it returns. For the whole process, as who
** fails may belong to no host; to be set before there is one. */
typedef void check_hook(void *context, const char *text);
void check_tell(check_hook *hook, void *context);

/* Says where and why, and aborts. In the library the process is not ours to
** end: there this thread, which must not go on, stops for good. [any thread] */
_Noreturn void check_failed(const char *file, int line, const char *condition,
                            const char *why);

#define CHECK(condition, why)                                          \
  ((condition) ? (void)0                                               \
               : check_failed(__FILE__, __LINE__, #condition, (why)))

#ifdef TROUPE_ASSERTS
#define ASSERT(condition, why) CHECK(condition, why)
#else
#define ASSERT(condition, why) ((void)sizeof(condition))
#endif

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
