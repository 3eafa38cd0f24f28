#include "embed/target.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "codec/format.h"
#include "codec/values.h"
#include "core/id.h"
#include "embed/host.h"
#include "embed/problem.h"

struct troupe_target troupe_to(uint64_t pid) {
  return (struct troupe_target){.pid = pid};
}

struct troupe_target troupe_named(const char *name) {
  return (struct troupe_target){.name = name};
}

/* Without a key it would be the one of number 0, without a module a name. */
struct troupe_target troupe_entity(const char *module, const char *key) {
  if (module == NULL || key == NULL) return troupe_to(ID_NONE);
  return (struct troupe_target){.module = module, .name = key};
}

struct troupe_target troupe_entity_number(const char *module, int64_t key) {
  return (struct troupe_target){.module = module, .number = key};
}

bool target_check(const struct troupe_target *target) {
  if (target->module != NULL)
    return target->module[0] != '\0' ||
           problem_set("expected an entity to have a module, got \"\"");
  if (target->name != NULL || id_valid(target->pid)) return true;
  if (target->pid == ID_NONE)
    return problem_set("expected a pid or a name to send to, got none");
  return problem_set("expected a pid, got %" PRIu64, target->pid);
}

bool target_check_request(const struct troupe_writer *values) {
  const char *error = troupe_writer_error(values);
  struct values written;
  if (error != NULL) return problem_set("%s", error);
  CHECK(values_written(values, &written), "it has no error");
  return written.count > 0 ||
         problem_set("expected the name of a request to come first, got no "
                     "values");
}

/* The canonical bytes of a string as a key: script/codec.h, codec_key. False:
** it is too long to be one. */
static bool make_key(const char *name, unsigned char bytes[KEY_LARGEST],
                     struct key *key) {
  size_t size = strlen(name);
  unsigned char *at = bytes;
  if (size > KEY_LARGEST - 1 - VARINT_LARGEST) return false;
  if (size < TAG_STRING_LIMIT) {
    *at++ = (unsigned char)(TAG_STRING + size);
  } else {
    *at++ = TAG_LONG_STRING;
    at = codec_put_varint(at, size);
  }
  memcpy(at, name, size);
  *key = (struct key){bytes, (size_t)(at - bytes) + size};
  return true;
}

uint64_t troupe_find(struct troupe *host, const char *name) {
  unsigned char bytes[KEY_LARGEST];
  struct key key;
  uint64_t pid;
  if (name == NULL) {
    problem_set("expected a name, got NULL");
    return ID_NONE;
  }
  if (make_key(name, bytes, &key) &&
      registry_find(host->scheduler->registry, key, &pid) == STATUS_OK)
    return pid;
  problem_set("nobody is registered as \"%.200s\"", name);
  return ID_NONE;
}

uint64_t target_pid_now(struct troupe *host,
                        const struct troupe_target *target) {
  ASSERT(target->module == NULL, "an entity may have to be started");
  if (target->name != NULL) return troupe_find(host, target->name);
  return target->pid;
}
