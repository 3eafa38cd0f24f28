// The header in C++: a module whose function catches what it throws.
#include <troupe.h>

#include <cstdio>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Names {
  std::vector<std::string> list;
};

void name(troupe_frame *frame) {
  auto *names = static_cast<Names *>(troupe_frame_context(frame));
  std::int64_t number;
  if (!troupe_argument_integer(frame, 1, &number)) return;
  try {
    const std::string &found = names->list.at(static_cast<size_t>(number));
    troupe_return_string(frame, found.data(), found.size());
  } catch (const std::exception &) {
    troupe_fail(frame, "there is no such name");
  }
}

const char script[] =
    "local names = require 'engine.names'\n"
    "assert(names.name(1) == 'two')\n"
    "local ok, problem = pcall(names.name, 2)\n"
    "assert(not ok and problem == 'there is no such name', problem)\n";

bool ends_well(troupe *host) {
  pollfd end{troupe_end_fd(host), POLLIN, 0};
  while (poll(&end, 1, -1) < 1) continue;
  if (troupe_failed(host)) std::fprintf(stderr, "%s\n", troupe_error(host));
  return !troupe_failed(host) && troupe_stop(host);
}

}  // namespace

int main() {
  Names names{{"one", "two"}};
  troupe_options options{};
  options.size = sizeof options;
  options.workers = 1;
  troupe *host = troupe_new(&options, nullptr, 0);
  const troupe_method functions[] = {{"name", name}, {nullptr, nullptr}};
  const struct troupe_module module = {sizeof module, "engine.names",
                                       functions, &names};
  if (host == nullptr || !troupe_module(host, &module) ||
      !troupe_start(host) || !troupe_run_code(host, script, 0, nullptr) ||
      !ends_well(host))
    return 1;
  troupe_free(host);
  return 0;
}
