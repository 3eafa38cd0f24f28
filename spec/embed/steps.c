/* What a step does, and what it does not. */
#include "host.h"

#define MS UINT64_C(1000000)

struct record {
  char text[4000];
  bool stepped; /* a handler has been let do what it must not */
};

static void record(struct troupe_actor *self,
                   struct troupe_request *request) {
  struct record *record = troupe_context(self);
  struct troupe_reader values = request->arguments;
  size_t used = strlen(record->text);
  char text[100];
  if (troupe_step(troupe_host(self), 1) || troupe_poll(troupe_host(self), 1))
    record->stepped = true;
  snprintf(record->text + used, sizeof record->text - used, "%s at %.3f\n",
           text_of(&values, text),
           (double)troupe_now(troupe_host(self)) / 1e9 - 1000);
}

/* A host that has begun with this script, in which `tell(text)` is recorded;
** and so it is in the code that `start` has run by an actor of its own. */
static struct troupe *begin(struct record *told, const char *script) {
  static const char head[] =
      "local troupe = require 'troupe'\n"
      "local recorder = troupe.start 'engine.recorder'\n"
      "local function tell(what) troupe.cast(recorder, 'record', what) end\n"
      "local function start(code, options)\n"
      "  local pid = troupe.start('stepper', nil, options)\n"
      "  troupe.cast(pid, 'run', recorder,\n"
      "    'local tell, troupe = ... ' .. code)\n"
      "  return pid\n"
      "end\n";
  struct troupe_options options = {0};
  struct troupe_behaviour behaviour = {0};
  struct troupe *host;
  char code[4000];
  memset(told, 0, sizeof *told);
  options.size = sizeof options;
  options.stepped = true;
  options.log_level = "off";
  options.step_instructions = 100000;
  options.path = "spec/fixtures/?.lua";
  host = host_make(&options);
  EXPECT(troupe_start(host));
  behaviour.size = sizeof behaviour;
  behaviour.name = "engine.recorder";
  behaviour.where = TROUPE_ON_POLL;
  behaviour.context = told;
  behaviour.handle = record;
  EXPECT(troupe_register(host, &behaviour));
  snprintf(code, sizeof code, "%s%s", head, script);
  EXPECT(troupe_run_code(host, code, 0, NULL));
  EXPECT(told->text[0] == '\0' && troupe_now(host) == 1000000 * MS);
  return host;
}

static void end(struct troupe *host, struct record *told) {
  EXPECT(!told->stepped);
  host_stop(host);
}

/* Each at its time, in order; a step moves time by just what it says, and
** nothing else does. */
static void time_goes_on(void) {
  struct record told;
  struct troupe *host = begin(&told,
      "start [[troupe.sleep(0.010) tell 'b' troupe.sleep(0.001) tell 'c']]\n"
      "start [[troupe.sleep(0.005) tell 'a']]\n"
      "tell 'now' troupe.sleep(0.0205) tell 'd'\n");
  troupe_poll(host, 0);
  EXPECT_TEXT("now at 0.000\n", told.text);
  EXPECT(!troupe_poll(host, 1000) && troupe_now(host) == 1000000 * MS);
  EXPECT(troupe_step(host, 20 * MS));
  EXPECT_TEXT("now at 0.000\na at 0.005\nb at 0.010\nc at 0.011\n", told.text);
  EXPECT(troupe_now(host) == 1000020 * MS);
  told.text[0] = '\0';
  EXPECT(troupe_step(host, 499999));
  EXPECT(troupe_now(host) == 1000020 * MS + 499999);
  EXPECT_TEXT("", told.text);
  EXPECT(troupe_step(host, 1));
  EXPECT(strstr(told.text, "d at 0.02") != NULL);
  end(host, &told);
}

/* So often does it stand there. */
static int count(const char *text, const char *what) {
  int found = 0;
  while ((text = strstr(text, what)) != NULL) {
    found++;
    text++;
  }
  return found;
}

/* What loops, in Lua or in C, goes on in each step, and holds up nobody. */
static void loops(const char *loop) {
  struct record told;
  struct troupe *host;
  char script[2000];
  snprintf(script, sizeof script,
           "start [[while true do %s tell 'loop' end]]\n"
           "start [[while true do troupe.sleep(0.001) tell 'tick' end]]\n"
           "troupe.sleep(math.huge)\n", loop);
  host = begin(&told, script);
  for (uint64_t i = 1; i <= 20; i++) {
    EXPECT(troupe_step(host, MS));
    EXPECT(!troupe_poll(host, 1000));
    EXPECT(troupe_now(host) == (1000000 + i) * MS);
  }
  EXPECT(count(told.text, "tick at") == 20);
  EXPECT(count(told.text, "loop at") >= 1);
  end(host, &told);
}

/* Where it cannot be left it ends; and so does what has used its time. */
static void ends(void) {
  struct record told;
  struct troupe *host = begin(&told,
      "local function watch(name, options, code)\n"
      "  troupe.monitor(start(code, options)) tell(name)\n"
      "  local _, _, reason = troupe.receive() tell(tostring(reason))\n"
      "end\n"
      "watch('stuck', nil, [[tostring(setmetatable({}, {__tostring =\n"
      "  function() while true do end end}))]])\n"
      "watch('spent', { cpu = 0.01 }, 'while true do end')\n");
  for (int i = 0; i < 20; i++) EXPECT(troupe_step(host, MS));
  EXPECT(strstr(told.text, "stuck at 0.0") != NULL);
  EXPECT(strstr(told.text, "spent at 0.0") != NULL);
  EXPECT(count(told.text, "CPU time") == 2);
  end(host, &told);
}

/* Two that keep each other going; time goes on over them. */
static void plays(void) {
  struct record told;
  struct troupe *host = begin(&told,
      "local one, other = start '', start ''\n"
      "troupe.cast(one, 'ball', other)\n"
      "troupe.sleep(0.001) tell 'late'\n"
      "troupe.sleep(math.huge)\n");
  for (uint64_t i = 1; i <= 3; i++) {
    EXPECT(troupe_step(host, MS));
    EXPECT(troupe_now(host) == (1000000 + i) * MS);
  }
  EXPECT(strstr(told.text, "late at 0.00") != NULL);
  end(host, &told);
}

/* What sockets bring comes when a step begins, however little time passes. */
static void hears(void) {
  struct record told;
  struct troupe *host = begin(&told,
      "local tcp = require 'troupe.tcp'\n"
      "local listener = assert(tcp.serve('127.0.0.1:0', 'repeater'))\n"
      "local socket = assert(tcp.connect(listener:address()))\n"
      "socket:write 'heard\\n' tell(socket:read 'line')");
  while (told.text[0] == '\0') EXPECT(troupe_step(host, 1));
  EXPECT_TEXT("heard at 0.000\n", told.text);
  end(host, &told);
}

/* Who waits on the engine's thread lets time go on. */
static void waits(void) {
  struct record told;
  struct troupe *host = begin(&told, "troupe.sleep(math.huge)");
  struct troupe_writer *writer = troupe_writer_new();
  uint64_t clerk = host_spawn(host, "clerk");
  struct troupe_result *result;
  EXPECT(troupe_now(host) == 1000000 * MS);
  result = troupe_call_wait(host, troupe_to(clerk),
                            request(writer, "never", NULL), 500);
  EXPECT(result != NULL && !result->ok);
  EXPECT_TEXT("timeout", result->kind);
  EXPECT(troupe_now(host) >= 1000500 * MS && troupe_now(host) < 1000600 * MS);
  troupe_result_free(result);
  troupe_writer_free(writer);
  end(host, &told);
}

static void refuses(void) {
  struct troupe_options options = {0};
  struct record told;
  struct troupe *host = begin(&told, "");
  char error[512];
  EXPECT(troupe_wake_fd(host) == -1);
  EXPECT_TEXT("a stepped host does nothing between two steps",
              troupe_problem());
  end(host, &told);
  options.size = sizeof options;
  options.seed = 1;
  EXPECT(troupe_new(&options, error, sizeof error) == NULL);
  EXPECT_TEXT("expected options.stepped beside seed and step_instructions",
              error);
  options.stepped = true;
  options.console = true;
  EXPECT(troupe_new(&options, error, sizeof error) == NULL);
  EXPECT_TEXT("expected no workers, slices, clock, now, schedule, console and "
              "name in a stepped host", error);
  host = host_start(NULL);
  EXPECT(!troupe_step(host, 1));
  EXPECT_TEXT("expected a host with options.stepped to be stepped",
              troupe_problem());
  host_stop(host);
}

int main(void) {
  time_goes_on();
  loops("for _ = 1, 1e5 do end");
  loops("string.find(('a'):rep(30), 'a-a-a-a-b')");
  loops("for _ = 1, 100 do debug.sethook(function() end, 'l') "
        "debug.sethook() end");
  loops("for _ = 1, 100 do collectgarbage() end");
  ends();
  plays();
  hears();
  waits();
  refuses();
  printf("done\n");
  return 0;
}
