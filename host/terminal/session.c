#include "terminal/session.h"

#include <unistd.h>

#include "terminal/batch.h"
#include "terminal/prompt.h"

bool session_is_interactive(const struct client *client) {
  return client->code_count == 0 && !client->json && isatty(client->input) &&
         prompt_terminal(client) >= 0;
}

int session_run(const struct client *client) {
  return session_is_interactive(client) ? prompt_run(client)
                                        : batch_run(client);
}
