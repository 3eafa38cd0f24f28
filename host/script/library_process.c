/*
** io.popen and os.execute.
**
** A child inherits the signal mask of the thread that makes it and the signals
** that its parent ignores. A worker blocks all signals, and the command ignores
** SIGPIPE: after stock functions Ctrl-C would not reach `timeout`, and
** `yes | head` would complain. So children are made here, with nothing blocked
** and SIGPIPE as it was; and system() would make this whole process deaf to
** interrupts meanwhile.
**
** Nor is every open file flushed first, as popen does in stock Lua: one that
** another actor is reading from is locked, and this worker would wait for that
** actor's input. Standard output is, so that what is printed stays in order.
**
** In an engine a child has none of the engine's own input and output: what it
** has to say is read through a pipe, or lost.
*/
#define _GNU_SOURCE /* pipe2, environ */

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flavour.h"
#include "script/library.h"


static void flush_output(void) {
  if (ftrylockfile(stdout) != 0) return;
  fflush(stdout);
  funlockfile(stdout);
}

static int set_signals(posix_spawnattr_t *attributes) {
  sigset_t none, restored;
  int error;
  sigemptyset(&none);
  sigemptyset(&restored);
  sigaddset(&restored, SIGPIPE);
  error = posix_spawnattr_setsigmask(attributes, &none);
  if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &restored);
  if (error == 0)
    error = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return error;
}

/* 0 to 2, but `place`, lead nowhere. */
static int cut_off(posix_spawn_file_actions_t *actions, int place) {
  int error = 0;
  for (int fd = 0; fd <= 2 && error == 0; fd++)
    if (fd != place)
      error = posix_spawn_file_actions_addopen(
          actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  return error;
}

/* A shell that runs `command`, `fd` being its `place` (0 or 1); -1: as ours.
** 0, or an errno. */
static int spawn(const char *command, int fd, int place, pid_t *pid) {
  const char *const words[] = {"sh", "-c", command, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  error = posix_spawnattr_init(&attributes);
  if (error != 0) goto fail_attributes;
  error = set_signals(&attributes);
  if (error == 0 && fd >= 0)
    error = posix_spawn_file_actions_adddup2(&actions, fd, place);
  if (error == 0 && flavour_is_library())
    error = cut_off(&actions, fd >= 0 ? place : -1);
  if (error == 0)
    error = posix_spawn(pid, "/bin/sh", &actions, &attributes,
                        (char *const *)words, environ);
  posix_spawnattr_destroy(&attributes);
fail_attributes:
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* The child's status, or -1. */
static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  errno = 0;
  return status;
}

/* --- os.execute ----------------------------------------------------------- */

int os_execute(lua_State *L) {
  const char *command = luaL_optstring(L, 1, NULL);
  pid_t pid;
  int error;
  if (command == NULL) {
    lua_pushboolean(L, access("/bin/sh", X_OK) == 0);
    return 1;
  }
  error = spawn(command, -1, 0, &pid);
  if (error == 0) return luaL_execresult(L, wait_for(pid));
  errno = error;
  return luaL_fileresult(L, 0, NULL);
}

/* --- io.popen ------------------------------------------------------------- */

/* A file of the io library's, and whose it is. */
struct process {
  luaL_Stream stream;
  pid_t pid;
};

static int close_process(lua_State *L) {
  struct process *process = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  fclose(process->stream.f);
  return luaL_execresult(L, wait_for(process->pid));
}

/* 0, or an errno. */
static int open_process(struct process *process, const char *command,
                        bool reads) {
  int ends[2];
  int error;
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  process->stream.f = fdopen(ends[reads ? 0 : 1], reads ? "r" : "w");
  if (process->stream.f == NULL) {
    error = errno;
    close(ends[reads ? 0 : 1]);
  } else {
    error = spawn(command, ends[reads ? 1 : 0], reads ? 1 : 0, &process->pid);
    if (error != 0) fclose(process->stream.f);
  }
  close(ends[reads ? 1 : 0]);
  return error;
}

int io_popen(lua_State *L) {
  const char *command = luaL_checkstring(L, 1);
  const char *mode = luaL_optstring(L, 2, "r");
  bool known = (mode[0] == 'r' || mode[0] == 'w') && mode[1] == '\0';
  struct process *process;
  int error;
  luaL_argcheck(L, known, 2, "invalid mode");
  process = lua_newuserdatauv(L, sizeof *process, 0);
  process->stream.f = NULL;
  process->stream.closef = NULL; /* closed, until it is open */
  luaL_setmetatable(L, LUA_FILEHANDLE);
  flush_output();
  error = open_process(process, command, mode[0] == 'r');
  if (error == 0) {
    process->stream.closef = close_process;
    return 1;
  }
  errno = error;
  return luaL_fileresult(L, 0, command);
}
