#include "script/misspelt.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "script/body.h"
#include "script/script.h"
#include "script/words.h"

#define NAME_LARGEST 12 /* bytes; a longer name is none of ours */

/* What a behaviour can have, and the type that tells it from a client function
** of nearly the same name. */
static const struct field {
  const char *name;
  int type;
} fields[] = {
    {"call", LUA_TTABLE},         {"cast", LUA_TTABLE},
    {"info", LUA_TTABLE},         {"init", LUA_TFUNCTION},
    {"continue", LUA_TFUNCTION},  {"down", LUA_TFUNCTION},
    {"terminate", LUA_TFUNCTION}, {"upgrade", LUA_TFUNCTION},
    {"save", LUA_TFUNCTION},      {"idle", LUA_TNUMBER},
    {"concurrent", LUA_TNUMBER},  {"version", LUA_TNUMBER}};

#define FIELDS (sizeof fields / sizeof *fields)

static int least(int a, int b) { return a < b ? a : b; }

/* How many letters have to be put in, left out, exchanged for others or for
** their neighbours, to make one of the other. */
static int distance(const char *one, const char *other) {
  int costs[NAME_LARGEST + 1][NAME_LARGEST + 1];
  int rows = (int)strlen(one), columns = (int)strlen(other);
  for (int i = 0; i <= rows; i++) costs[i][0] = i;
  for (int j = 0; j <= columns; j++) costs[0][j] = j;
  for (int i = 1; i <= rows; i++)
    for (int j = 1; j <= columns; j++) {
      int changed = one[i - 1] != other[j - 1];
      int cost = costs[i - 1][j - 1] + changed;
      cost = least(cost, costs[i - 1][j] + 1);
      cost = least(cost, costs[i][j - 1] + 1);
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] &&
          one[i - 2] == other[j - 1])
        cost = least(cost, costs[i - 2][j - 2] + 1);
      costs[i][j] = cost;
    }
  return costs[rows][columns];
}

/* In a short name one letter is much. */
static bool is_like(const char *name, const char *field) {
  int letters = distance(name, field);
  return letters > 0 && letters <= (strlen(field) > 6 ? 2 : 1);
}

static bool has(lua_State *L, int behaviour, const char *name) {
  bool there;
  lua_pushstring(L, name);
  there = lua_rawget(L, behaviour) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/* The field that is meant by this name with a value of this type; or NULL. */
static const char *meant(lua_State *L, int behaviour, const char *name,
                         int type) {
  for (size_t i = 0; i < FIELDS; i++)
    if (strcmp(name, fields[i].name) == 0) return NULL;
  for (size_t i = 0; i < FIELDS; i++)
    if (type == fields[i].type && is_like(name, fields[i].name) &&
        !has(L, behaviour, fields[i].name))
      return fields[i].name;
  return NULL;
}

static void warn(struct body *body, const char *name, const char *field) {
  char who[WORDS_WHO_SIZE];
  body_who(body, who);
  log_write(body->script->log, LOG_WARN, who,
            "its behaviour has a field '%s', which means nothing to the host: "
            "is it '%s'?",
            name, field);
}

void misspelt_warn(lua_State *L, int index) {
  int behaviour = lua_absindex(L, index);
  luaL_checkstack(L, 4, NULL);
  lua_pushnil(L);
  while (lua_next(L, behaviour)) {
    const char *name = NULL, *field = NULL;
    if (lua_type(L, -2) == LUA_TSTRING && lua_rawlen(L, -2) <= NAME_LARGEST)
      name = lua_tostring(L, -2);
    if (name != NULL) field = meant(L, behaviour, name, lua_type(L, -1));
    if (field != NULL) warn(body_of(L), name, field);
    lua_pop(L, 1);
  }
}
