/*
** Id: the text of a pid.
*/
#include "core/id.h"

#include <stdio.h>

const char *id_text(uint64_t pid, char text[ID_TEXT_SIZE]) {
  snprintf(text, ID_TEXT_SIZE, "<%u.%u.%u>", id_node(pid), id_slot(pid),
           id_generation(pid));
  return text;
}
