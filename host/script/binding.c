#include "script/binding.h"

#include <string.h>

#include "base/memory.h"
#include "script/codec.h"

struct bindings *bindings_new(lua_CFunction call) {
  struct bindings *bindings = memory_zalloc(sizeof *bindings);
  if (bindings == NULL) return NULL;
  mutex_init(&bindings->lock);
  bindings->call = call;
  return bindings;
}

void bindings_free(struct bindings *bindings) {
  struct binding *binding;
  if (bindings == NULL) return;
  binding = atomic_load_explicit(&bindings->first, memory_order_relaxed);
  while (binding != NULL) {
    struct binding *next = binding->next;
    memory_free(binding);
    binding = next;
  }
  mutex_deinit(&bindings->lock);
  memory_free(bindings);
}

const struct binding *bindings_find(const struct bindings *bindings,
                                    enum binding_kind kind, const char *name,
                                    size_t size) {
  const struct binding *binding =
      atomic_load_explicit(&bindings->first, memory_order_acquire);
  for (; binding != NULL; binding = binding->next)
    if (binding->kind == kind && strlen(binding->name) == size &&
        memcmp(binding->name, name, size) == 0)
      break;
  return binding;
}

/* --- Adding --------------------------------------------------------------- */

static char *copy_name(char **to, const char *name) {
  char *copy = *to;
  size_t size = strlen(name) + 1;
  memcpy(copy, name, size);
  *to += size;
  return copy;
}

/* In one piece: the functions and the names follow. */
static struct binding *copy(const struct binding *given,
                            const struct troupe_method *functions) {
  size_t count = 0, size = strlen(given->name) + 1;
  struct binding *binding;
  char *names;
  for (; functions != NULL && functions[count].name != NULL; count++)
    size += strlen(functions[count].name) + 1;
  size += sizeof *binding + count * sizeof binding->functions[0];
  binding = memory_alloc(size);
  if (binding == NULL) return NULL;
  *binding = *given;
  binding->count = count;
  names = (char *)&binding->functions[count];
  binding->name = copy_name(&names, given->name);
  for (size_t i = 0; i < count; i++)
    binding->functions[i] = (struct binding_function){
        copy_name(&names, functions[i].name), functions[i].run, binding};
  return binding;
}

static bool add_locked(struct bindings *bindings, struct binding *binding) {
  if (bindings_find(bindings, binding->kind, binding->name,
                    strlen(binding->name)) != NULL)
    return false;
  binding->bindings = bindings;
  binding->next = atomic_load_explicit(&bindings->first, memory_order_relaxed);
  atomic_store_explicit(&bindings->first, binding, memory_order_release);
  return true;
}

enum status bindings_add(struct bindings *bindings,
                         const struct binding *given,
                         const struct troupe_method *functions) {
  struct binding *binding = copy(given, functions);
  bool added;
  if (binding == NULL) return STATUS_NOMEM;
  mutex_lock(&bindings->lock);
  added = add_locked(bindings, binding);
  mutex_unlock(&bindings->lock);
  if (!added) memory_free(binding);
  return added ? STATUS_OK : STATUS_EXISTS;
}

/* --- In a state ----------------------------------------------------------- */

void binding_push(lua_State *L, const struct binding *binding) {
  codec_ready(L);
  lua_createtable(L, 0, (int)binding->count);
  for (size_t i = 0; i < binding->count; i++) {
    const struct binding_function *function = &binding->functions[i];
    lua_pushlightuserdata(L, (void *)(uintptr_t)function);
    lua_pushcclosure(L, binding->bindings->call, 1);
    lua_setfield(L, -2, function->name);
  }
}
