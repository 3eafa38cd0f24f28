/*
** A child is a process group of its own, so that it ends with all that it has
** started, and a Ctrl-C is ours alone to see. It writes into the files of its
** slot. The slot of a run that fails is kept; from then on none is started, as
** each would have a higher number, those with a higher number are ended, and
** those with a lower one are waited for: so which one is found does not depend
** on how fast they are.
*/
#include "command/children.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/tick.h"

#define SLOTS_LARGEST 64
#define LIMIT_FIRST (60 * TICK_SECOND)
#define GRACE (2 * TICK_SECOND) /* to end in order, and to write its report */
#define LOOK_MS 100

struct slot {
  pid_t pid; /* 0: nothing runs here */
  uint64_t index;
  uint64_t since, limit; /* ns; when it is over */
  bool late, dropped;
  int status; /* of waitpid */
  double seconds;
  char output[PATH_MAX], report[PATH_MAX];
};

struct children {
  const struct seeded *seeded;
  char folder[PATH_MAX - 32];
  int signals;
  int interrupted;
  uint64_t limit;
  const char *shown;
  bool terminal;
  int slot_count;
  struct slot *found; /* the lowest that has failed, or the last that ran */
  bool failed;        /* it has failed */
  struct slot slots[SLOTS_LARGEST];
};

/* --- Life ----------------------------------------------------------------- */

static bool make_folder(struct children *children) {
  const char *place = getenv("TMPDIR");
  if (place == NULL || place[0] == '\0') place = "/tmp";
  snprintf(children->folder, sizeof children->folder, "%s/troupe-XXXXXX",
           place);
  return mkdtemp(children->folder) != NULL;
}

static void name_files(struct children *children) {
  for (int i = 0; i < children->slot_count; i++) {
    struct slot *slot = &children->slots[i];
    snprintf(slot->output, sizeof slot->output, "%s/%d.out",
             children->folder, i);
    snprintf(slot->report, sizeof slot->report, "%s/%d.choices",
             children->folder, i);
  }
}

static int take_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, NULL);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct children *children_new(const struct seeded *seeded) {
  struct children *children = memory_zalloc(sizeof *children);
  if (children == NULL || !make_folder(children)) {
    fprintf(stderr, "troupe: a folder for what the runs write: %s\n",
            strerror(errno));
    memory_free(children);
    return NULL;
  }
  children->seeded = seeded;
  children->limit = LIMIT_FIRST;
  children->terminal = isatty(STDERR_FILENO);
  children->slot_count = thread_cores();
  if (children->slot_count > SLOTS_LARGEST)
    children->slot_count = SLOTS_LARGEST;
  name_files(children);
  children->signals = take_signals();
  return children;
}

static void end_slot(struct slot *slot, int signal_number) {
  if (slot->pid != 0) kill(-slot->pid, signal_number);
}

void children_free(struct children *children) {
  if (children == NULL) return;
  for (int i = 0; i < children->slot_count; i++) {
    struct slot *slot = &children->slots[i];
    end_slot(slot, SIGKILL);
    if (slot->pid != 0) waitpid(slot->pid, NULL, 0);
    unlink(slot->output);
    unlink(slot->report);
  }
  rmdir(children->folder);
  close(children->signals);
  memory_free(children);
}

void children_set_limit(struct children *children, double seconds) {
  children->limit = tick_from_seconds(seconds);
}

void children_show(struct children *children, const char *text) {
  children->shown = text;
}

/* --- One run -------------------------------------------------------------- */

/* The words of the command, with this schedule instead of what is said of
** schedules. */
static char **make_words(const struct seeded *seeded, char *schedule) {
  char **words = malloc(((size_t)seeded->argc + 3) * sizeof *words);
  int count = 0;
  bool options = true;
  if (words == NULL) return NULL;
  for (int i = 0; i < seeded->argc; i++) {
    if (i > seeded->command && options && seeded_skip(seeded, &i)) continue;
    if (strcmp(seeded->argv[i], "--") == 0) options = false;
    words[count++] = seeded->argv[i];
    if (i != seeded->command) continue;
    words[count++] = "--schedule";
    words[count++] = schedule;
  }
  words[count] = NULL;
  return words;
}

static void redirect(const char *file) {
  int in = open("/dev/null", O_RDONLY);
  int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (in > STDERR_FILENO) close(in);
  if (out > STDERR_FILENO) close(out);
}

/* In the new process, of which there is no other thread. */
static void become(const struct children *children, const struct slot *slot,
                   char **words) {
  sigset_t none;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  redirect(slot->output);
  if (fchdir(children->seeded->here) == 0) execv("/proc/self/exe", words);
  perror("troupe: a run could not be started");
  _exit(127);
}

static bool start(struct children *children, struct slot *slot,
                  uint64_t index, struct buffer *text) {
  char **words;
  unlink(slot->report);
  buffer_format(text, ",report=%s", slot->report);
  buffer_append(text, "", 1);
  words = make_words(children->seeded, buffer_bytes(text));
  if (words == NULL) return false;
  slot->pid = fork();
  if (slot->pid == 0) become(children, slot, words);
  free(words);
  if (slot->pid < 0) slot->pid = 0;
  if (slot->pid == 0) return false;
  setpgid(slot->pid, slot->pid); /* whoever of us is first */
  slot->index = index;
  slot->since = tick_now();
  slot->limit = slot->since + children->limit;
  slot->late = slot->dropped = false;
  return true;
}

/* --- All of them ---------------------------------------------------------- */

static bool has_failed(const struct slot *slot) {
  return slot->late || !WIFEXITED(slot->status) ||
         WEXITSTATUS(slot->status) != 0;
}

static bool is_kept(const struct children *children, const struct slot *slot) {
  return children->failed && children->found == slot;
}

static void ended(struct children *children, struct slot *slot) {
  slot->seconds = tick_seconds(slot->since, tick_now());
  slot->pid = 0;
  if (slot->dropped) return;
  if (!has_failed(slot)) {
    if (!children->failed) children->found = slot;
    return;
  }
  if (is_kept(children, children->found) &&
      children->found->index < slot->index)
    return;
  children->found = slot;
  children->failed = true;
}

/* Who would not be found any more. */
static void drop_later(struct children *children) {
  for (int i = 0; i < children->slot_count; i++) {
    struct slot *slot = &children->slots[i];
    if (slot->pid == 0 || slot->dropped ||
        (children->interrupted == 0 &&
         (!children->failed || slot->index < children->found->index)))
      continue;
    slot->dropped = true;
    end_slot(slot, SIGKILL);
  }
}

/* Its number is its own, and its group's, until it has been waited for: what it
** has left behind is ended before that. */
static bool is_over(struct slot *slot) {
  siginfo_t information = {.si_pid = 0};
  if (slot->pid == 0 ||
      waitid(P_PID, (id_t)slot->pid, &information,
             WEXITED | WNOHANG | WNOWAIT) != 0 ||
      information.si_pid == 0)
    return false;
  end_slot(slot, SIGKILL);
  return waitpid(slot->pid, &slot->status, 0) == slot->pid;
}

static void reap(struct children *children) {
  for (int i = 0; i < children->slot_count; i++)
    if (is_over(&children->slots[i])) ended(children, &children->slots[i]);
}

static void end_late(struct children *children) {
  uint64_t now = tick_now();
  for (int i = 0; i < children->slot_count; i++) {
    struct slot *slot = &children->slots[i];
    if (slot->pid == 0 || now < slot->limit) continue;
    end_slot(slot, slot->late ? SIGKILL : SIGTERM);
    slot->late = true;
    slot->limit = now + GRACE;
  }
}

static void await(struct children *children) {
  struct pollfd fd = {children->signals, POLLIN, 0};
  struct signalfd_siginfo information;
  poll(&fd, 1, LOOK_MS);
  while (read(children->signals, &information, sizeof information) ==
         (ssize_t)sizeof information)
    if (information.ssi_signo != SIGCHLD && children->interrupted == 0)
      children->interrupted = (int)information.ssi_signo;
}

static struct slot *find_slot(struct children *children) {
  for (int i = 0; i < children->slot_count; i++) {
    struct slot *slot = &children->slots[i];
    if (slot->pid == 0 && !is_kept(children, slot)) return slot;
  }
  return NULL;
}

static bool any_runs(const struct children *children) {
  for (int i = 0; i < children->slot_count; i++)
    if (children->slots[i].pid != 0) return true;
  return false;
}

static void show(const struct children *children, uint64_t done,
                 uint64_t count) {
  if (!children->terminal || children->shown == NULL) return;
  if (done < count)
    fprintf(stderr, "\r%s %llu of %llu\033[K", children->shown,
            (unsigned long long)done, (unsigned long long)count);
  else
    fprintf(stderr, "\r\033[K");
}

int64_t children_find_failure(struct children *children, children_text *text,
                              void *context, uint64_t count) {
  uint64_t next = 0;
  struct buffer schedule;
  buffer_init(&schedule);
  children->failed = false;
  children->found = NULL;
  do {
    struct slot *slot;
    while (!children->failed && children->interrupted == 0 && next < count &&
           (slot = find_slot(children)) != NULL) {
      buffer_clear(&schedule);
      text(context, next, &schedule);
      if (!start(children, slot, next, &schedule)) break;
      next++;
    }
    show(children, next, count);
    await(children);
    reap(children);
    end_late(children);
    drop_later(children);
  } while (any_runs(children) ||
           (!children->failed && children->interrupted == 0 && next < count));
  show(children, count, count);
  buffer_deinit(&schedule);
  return children->failed && children->interrupted == 0
             ? (int64_t)children->found->index
             : -1;
}

int children_interrupted(const struct children *children) {
  return children->interrupted;
}

double children_limit(const struct children *children) {
  return (double)children->limit / TICK_SECOND;
}

double children_seconds(const struct children *children) {
  return children->found != NULL ? children->found->seconds : 0;
}

bool children_was_late(const struct children *children) {
  return children->found->late;
}

int children_signal(const struct children *children) {
  int status = children->found->status;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

const char *children_output(const struct children *children) {
  return children->found->output;
}

const char *children_report(const struct children *children) {
  return children->found->report;
}
