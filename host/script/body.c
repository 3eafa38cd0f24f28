#include "script/body.h"

#include <string.h>

#include "base/memory.h"
#include "script/script.h"

void body_who(struct body *body, char text[WORDS_WHO_SIZE]) {
  words_who_is(body->script->scheduler, body_pid(body),
               body->behaviour != NULL ? body->behaviour : "script", text);
}

void body_keep_text(struct body *body, const char *text, size_t size) {
  memory_free(body->text);
  body->text = memory_alloc(size + 1);
  if (body->text == NULL) return;
  memcpy(body->text, text, size);
  body->text[size] = '\0';
}
