#include "script/natives.h"

const struct native *natives_find(const struct script *script,
                                  const char *name) {
  if (script->natives == NULL) return NULL;
  return script->natives_face->find(script->natives, name);
}
