#include "script/preempt.h"

#include <string.h>

#include "script/body.h"
#include "script/script.h"

/* Of the actor alone, or only looked up: whoever came in between would make no
** difference. `timeout` and `shield` do nothing but what they are given. */
static const char unseen[] =
    " now time self config encode decode noreply from timeout shield trap "
    "describe expected misuse failure caught raise log logs level is_pid pid "
    "behaviour key check_child options hash defaults evaluate schedule clock ";

/* Each of a class's events is Lua's to call, but for the end of a scope. */
static bool is_seen(const char *owner, const char *name) {
  char word[64];
  const char *found;
  if (strncmp(name, "__", 2) == 0) return strcmp(name, "__close") == 0;
  if (strncmp(owner, "troupe", 6) != 0) return true; /* a class's method */
  if (strlen(name) > sizeof word - 3) return true;
  word[0] = ' ';
  strcpy(word + 1, name);
  strcat(word, " ");
  found = strstr(unseen, word);
  return found == NULL;
}

/* Upvalue: the function. One that waits makes way anyway, and does not return
** to here. */
static int make_way(lua_State *L) {
  int results = lua_tocfunction(L, lua_upvalueindex(1))(L);
  body_of(L)->script->make_way(L);
  return results;
}

void preempt_push(lua_State *L, const char *owner, const char *name,
                  lua_CFunction function) {
  lua_pushcfunction(L, function);
  if (body_of(L)->script->scheduler->schedule == NULL || !is_seen(owner, name))
    return;
  lua_pushcclosure(L, make_way, 1);
}
