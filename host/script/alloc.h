/*
** Alloc: the lua_Alloc of every actor's state. Accounts in body->memory,
** refuses growth beyond body->memory_limit, never a shrink; nor what the host's
** finalisers need.
*/
#ifndef TROUPE_SCRIPT_ALLOC_H
#define TROUPE_SCRIPT_ALLOC_H

#include <stddef.h>

#define ALLOC_RESERVE ((size_t)64 * 1024) /* for the host, past a limit */

/* `body`: struct body *. As lua_Alloc in the manual. [owner] */
void *alloc_lua(void *body, void *block, size_t old_size, size_t size);

#endif
