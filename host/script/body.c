#include "script/body.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

void body_who(struct body *body, char *text, size_t size) {
  char pid[ID_TEXT_SIZE];
  uint64_t id =
      body_pid(body);
  snprintf(text, size, "%s %s", id_text(id, pid),
           body->behaviour != NULL ? body->behaviour : "script");
}

void body_keep_text(struct body *body, const char *text, size_t size) {
  memory_free(body->text);
  body->text = memory_alloc(size + 1);
  if (body->text == NULL) return;
  memcpy(body->text, text, size);
  body->text[size] = '\0';
}
