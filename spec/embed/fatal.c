/* A thread that must not go on tells so, and stops; the process lives. */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <pthread.h>
#include <unistd.h>

struct news {
  pthread_mutex_t lock;
  pthread_cond_t come;
  char text[512];
};

static void tell(void *context, const char *text) {
  struct news *news = context;
  pthread_mutex_lock(&news->lock);
  snprintf(news->text, sizeof news->text, "%s", text);
  pthread_cond_signal(&news->come);
  pthread_mutex_unlock(&news->lock);
}

int main(void) {
  static struct news news = {.lock = PTHREAD_MUTEX_INITIALIZER,
                             .come = PTHREAD_COND_INITIALIZER};
  struct troupe_options options = {.size = sizeof options, .workers = 1};
  struct troupe *host;
  troupe_set_fatal(tell, &news);
  host = host_make(&options);
  EXPECT(troupe_start(host));
  /* What no engine should do: its worker finds that it cannot tell the end. */
  EXPECT(close(troupe_end_fd(host)) == 0);
  EXPECT(troupe_run_code(host, "return", 0, NULL));
  pthread_mutex_lock(&news.lock);
  while (news.text[0] == '\0') pthread_cond_wait(&news.come, &news.lock);
  pthread_mutex_unlock(&news.lock);
  printf("%s\n", news.text);
  fflush(stdout);
  _Exit(0); /* it cannot be stopped any more */
}
