/*
** Folder: the names of all files in a folder and below it.
**
** Threads    [any thread] all functions
** Ownership  The caller has a `struct folder`, and frees what is in it.
*/
#ifndef TROUPE_BASE_FOLDER_H
#define TROUPE_BASE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

struct folder {
  char **names; /* from the folder on: "pages/index.html" */
  uint32_t count, capacity;
};

/* Fills an empty (cleared) one, sorted as bytes; links are followed, a folder
** that is not there has no files. False: no memory. */
bool folder_read(struct folder *folder, const char *path);
void folder_deinit(struct folder *folder); /* leaves an empty one */

#endif
