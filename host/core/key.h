/*
** Key: what names, groups and pools are found by: bytes, whatever they mean to
** the layers above.
*/
#ifndef TROUPE_CORE_KEY_H
#define TROUPE_CORE_KEY_H

#include <stddef.h>

struct key {
  const void *bytes;
  size_t size; /* at most KEY_LARGEST */
};
#define KEY_LARGEST ((size_t)4096)

#endif
