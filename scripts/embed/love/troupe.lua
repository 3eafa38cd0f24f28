-- Troupe for LuaJIT, so for LÖVE: one file to copy, which needs libtroupe.so
-- and nothing else. The actors run on threads of Troupe's own, in Lua 5.4; here
-- the engine's side of host/troupe.h is made of LuaJIT's values.
--
--   local troupe = require "troupe"
--   local host = troupe.new { library = "libtroupe.so" }
--   host:add_module("world", love.filesystem.read "world.lua")
--   local sprites = host:board("sprites", 10000, 8)    -- double *
--   host:behaviour("engine.hud", { cast = { eaten = function(state) end } })
--   host:start()
--   host:spawn("world", nil, { name = "world" })
--   host:cast("world", "meteor", 100, 200)
--   host:call("world", "count", function(ok, value) ... end)
--   function love.update() host:poll(1000) end         -- microseconds
--   function love.quit() host:stop() host:free() end
--
-- All functions are for the thread that has made the host: LuaJIT's functions
-- can be called on no other one. Handlers and callbacks run inside of poll (and
-- of what waits: ask, stop, free); what they raise is raised there.
--
-- Values: nil, booleans, strings, tables, and numbers, of which those that are
-- whole arrive as integers. What comes as an integer beyond 2^53 is an int64_t.
-- A pid is a value that can be sent and compared (==), but no key of a table.

local ffi = require "ffi"
local jit = require "jit"
local unpack = unpack -- luacheck: std luajit

ffi.cdef [[
struct troupe;
struct troupe_writer;
struct troupe_actor;

struct troupe_options {
  size_t size;
  bool engine;
  int workers;
  const char *slices;
  double grace;
  const char *path;
  const char *cpath;
  const char *beside;
  const char *assets;
  bool watch;
  const char *log_level;
  int log_fd;
  const char *name;
  bool console;
};
struct troupe *troupe_new(const struct troupe_options *options, char *error,
                          size_t error_size);
bool troupe_set(struct troupe *host, const char *assignment);
bool troupe_start(struct troupe *host);
bool troupe_run_file(struct troupe *host, const char *file, int argc,
                     const char *const *argv);
bool troupe_run_code(struct troupe *host, const char *code, int argc,
                     const char *const *argv);
bool troupe_stop(struct troupe *host);
void troupe_free(struct troupe *host);
bool troupe_poll(struct troupe *host, uint64_t budget_us);
int troupe_wake_fd(struct troupe *host);
bool troupe_add_module(struct troupe *host, const char *name, const char *code,
                       size_t size);
double *troupe_board(struct troupe *host, const char *name, size_t rows,
                     size_t columns);
uint64_t troupe_now(struct troupe *host);
const char *troupe_problem(void);
const char *troupe_error(struct troupe *host);
const char *troupe_version(void);

struct troupe_writer *troupe_writer_new(void);
void troupe_writer_free(struct troupe_writer *writer);
void troupe_writer_reset(struct troupe_writer *writer);
void troupe_write_nil(struct troupe_writer *writer);
void troupe_write_number(struct troupe_writer *writer, double value);
void troupe_write_boolean(struct troupe_writer *writer, bool value);
void troupe_write_integer(struct troupe_writer *writer, int64_t value);
void troupe_write_string(struct troupe_writer *writer, const char *bytes,
                         size_t size);
void troupe_write_pid(struct troupe_writer *writer, uint64_t pid);
void troupe_write_table(struct troupe_writer *writer, size_t items,
                        size_t pairs);

enum troupe_kind {
  TROUPE_NONE,
  TROUPE_NIL,
  TROUPE_BOOLEAN,
  TROUPE_INTEGER,
  TROUPE_NUMBER,
  TROUPE_STRING,
  TROUPE_TABLE,
  TROUPE_PID,
  TROUPE_HANDLE,
  TROUPE_ERROR,
  TROUPE_OTHER
};
struct troupe_level {
  uint32_t items, back, flags;
};
struct troupe_reader {
  const unsigned char *bytes, *at, *end, *found;
  uint64_t number;
  uint32_t depth;
  struct troupe_level levels[100 + 1];
  uint64_t spare[4];
};
enum troupe_kind troupe_peek(const struct troupe_reader *reader);
size_t troupe_left(const struct troupe_reader *reader);
bool troupe_read_boolean(struct troupe_reader *reader, bool *value);
bool troupe_read_integer(struct troupe_reader *reader, int64_t *value);
bool troupe_read_number(struct troupe_reader *reader, double *value);
bool troupe_read_string(struct troupe_reader *reader, const char **bytes,
                        size_t *size);
bool troupe_read_pid(struct troupe_reader *reader, uint64_t *pid);
bool troupe_skip(struct troupe_reader *reader);
bool troupe_enter(struct troupe_reader *reader, size_t *items);
bool troupe_leave(struct troupe_reader *reader);

struct troupe_from {
  uint64_t pid, epoch;
};
enum troupe_message { TROUPE_CALL, TROUPE_CAST, TROUPE_INFO };
struct troupe_request {
  size_t size;
  enum troupe_message kind;
  const char *name;
  size_t name_size;
  struct troupe_reader arguments;
  uint64_t sender;
  struct troupe_from from;
};
enum troupe_where { TROUPE_ON_POLL, TROUPE_ON_WORKER };
struct troupe_behaviour {
  size_t size;
  const char *name;
  enum troupe_where where;
  void *context;
  bool (*start)(struct troupe_actor *self, struct troupe_reader *arguments);
  void (*handle)(struct troupe_actor *self, struct troupe_request *request);
  void (*down)(struct troupe_actor *self, uint64_t pid, const char *reason);
  void (*end)(struct troupe_actor *self, const char *reason);
};
bool troupe_register(struct troupe *host,
                     const struct troupe_behaviour *behaviour);
uint64_t troupe_self(const struct troupe_actor *self);
void *troupe_context(const struct troupe_actor *self);
void *troupe_state(const struct troupe_actor *self);
void troupe_set_state(struct troupe_actor *self, void *state);
void troupe_refuse(struct troupe_actor *self, const char *why);
void troupe_unknown(struct troupe_actor *self);
void troupe_leave_actor(struct troupe_actor *self, const char *reason);
bool troupe_monitor(struct troupe_actor *self, uint64_t pid);
bool troupe_reply(struct troupe *host, struct troupe_from from,
                  const struct troupe_writer *values);
bool troupe_reply_error(struct troupe *host, struct troupe_from from,
                        const char *text);

struct troupe_target {
  uint64_t pid;
  const char *module, *name;
  int64_t number;
};
struct troupe_target troupe_to(uint64_t pid);
struct troupe_target troupe_named(const char *name);
struct troupe_target troupe_entity(const char *module, const char *key);
struct troupe_target troupe_entity_number(const char *module, int64_t key);
uint64_t troupe_find(struct troupe *host, const char *name);
bool troupe_cast(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values);
bool troupe_send(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values);
bool troupe_end(struct troupe *host, uint64_t pid);
struct troupe_result {
  size_t size;
  bool ok;
  const char *error;
  const char *kind;
  bool begun;
  struct troupe_reader values;
};
typedef void troupe_callback(void *context, const struct troupe_result *result);
bool troupe_call(struct troupe *host, struct troupe_target target,
                 const struct troupe_writer *values, uint64_t deadline_ms,
                 troupe_callback *callback, void *context);
struct troupe_result *troupe_call_wait(struct troupe *host,
                                       struct troupe_target target,
                                       const struct troupe_writer *values,
                                       uint64_t deadline_ms);
void troupe_result_free(struct troupe_result *result);
bool troupe_spawn(struct troupe *host, const char *module,
                  const struct troupe_writer *values, uint64_t deadline_ms,
                  troupe_callback *callback, void *context);

struct troupe_pid { uint64_t number; };
]]

local troupe = {}

local host = {}
host.__index = host

-- A C function that may call back must not be called by compiled code.
local function uncompiled(run)
  jit.off(run)
  return run
end

-- --- Values ------------------------------------------------------------------

local LARGEST = 2 ^ 53 -- of the whole numbers that are exact

local pid_type = ffi.metatype("struct troupe_pid", {
  __eq = function(one, other)
    return ffi.istype("struct troupe_pid", one) and
      ffi.istype("struct troupe_pid", other) and one.number == other.number
  end,
  __tostring = function(pid)
    local slot = tonumber(pid.number / 2 ^ 32) % 2 ^ 24
    return ("<0.%d.%d>"):format(slot, tonumber(pid.number % 2 ^ 32))
  end,
})

local write -- function(library, writer, value)

local writers = {
  ["nil"] = function(library, writer) library.troupe_write_nil(writer) end,
  boolean = function(library, writer, value)
    library.troupe_write_boolean(writer, value)
  end,
  number = function(library, writer, value)
    if value % 1 == 0 and value >= -LARGEST and value <= LARGEST then
      library.troupe_write_integer(writer, value)
    else
      library.troupe_write_number(writer, value)
    end
  end,
  string = function(library, writer, value)
    library.troupe_write_string(writer, value, #value)
  end,
  table = function(library, writer, value)
    local items, others = #value, 0
    for key in pairs(value) do
      local listed = type(key) == "number" and key % 1 == 0 and key >= 1 and
        key <= items
      if not listed then others = others + 1 end
    end
    library.troupe_write_table(writer, items, others)
    for item = 1, items do write(library, writer, value[item]) end
    for key, field in pairs(value) do
      local listed = type(key) == "number" and key % 1 == 0 and key >= 1 and
        key <= items
      if not listed then
        write(library, writer, key)
        write(library, writer, field)
      end
    end
  end,
  cdata = function(library, writer, value)
    if ffi.istype(pid_type, value) then
      library.troupe_write_pid(writer, value.number)
    else
      library.troupe_write_integer(writer, ffi.cast("int64_t", value))
    end
  end,
}

function write(library, writer, value)
  local write_one = writers[type(value)]
  if not write_one then error("a " .. type(value) .. " cannot be sent", 0) end
  write_one(library, writer, value)
end

-- The host's writer, with these values; good until the next.
local function written(self, ...)
  self.library.troupe_writer_reset(self.writer)
  for place = 1, select("#", ...) do
    write(self.library, self.writer, (select(place, ...)))
  end
  return self.writer
end

local out = { boolean = ffi.new "bool[1]", integer = ffi.new "int64_t[1]",
  number = ffi.new "double[1]", pid = ffi.new "uint64_t[1]",
  bytes = ffi.new "const char *[1]", size = ffi.new "size_t[1]" }

local read -- function(library, reader) -> value

local readers = {
  [ffi.C.TROUPE_BOOLEAN] = function(library, reader)
    library.troupe_read_boolean(reader, out.boolean)
    return out.boolean[0]
  end,
  [ffi.C.TROUPE_INTEGER] = function(library, reader)
    library.troupe_read_integer(reader, out.integer)
    local value = out.integer[0]
    local number = tonumber(value)
    return math.abs(number) <= LARGEST and number or value
  end,
  [ffi.C.TROUPE_NUMBER] = function(library, reader)
    library.troupe_read_number(reader, out.number)
    return out.number[0]
  end,
  [ffi.C.TROUPE_STRING] = function(library, reader)
    library.troupe_read_string(reader, out.bytes, out.size)
    return ffi.string(out.bytes[0], out.size[0])
  end,
  [ffi.C.TROUPE_PID] = function(library, reader)
    library.troupe_read_pid(reader, out.pid)
    return pid_type(out.pid[0])
  end,
  [ffi.C.TROUPE_TABLE] = function(library, reader)
    local value = {}
    if not library.troupe_enter(reader, out.size) then
      library.troupe_skip(reader)
      return value
    end
    for item = 1, tonumber(out.size[0]) do
      value[item] = read(library, reader)
    end
    while library.troupe_peek(reader) ~= ffi.C.TROUPE_NONE do
      local key = read(library, reader)
      local field = read(library, reader)
      if key ~= nil then value[key] = field end
    end
    library.troupe_leave(reader)
    return value
  end,
}
readers[ffi.C.TROUPE_ERROR] = readers[ffi.C.TROUPE_TABLE]

-- What only actors can use is nil here.
function read(library, reader)
  local read_one = readers[tonumber(library.troupe_peek(reader))]
  if read_one then return read_one(library, reader) end
  library.troupe_skip(reader)
  return nil
end

local function read_all(library, reader)
  local values, count = {}, tonumber(library.troupe_left(reader))
  for place = 1, count do values[place] = read(library, reader) end
  return unpack(values, 1, count)
end

-- --- A host ------------------------------------------------------------------

-- What a handler or a callback has raised goes on where Troupe was called: it
-- must not pass through functions of C.
local function guard(self, run, ...)
  self.depth = self.depth + 1
  local ok, failure = xpcall(run, debug.traceback, ...)
  self.depth = self.depth - 1
  if not ok then self.failure = self.failure or failure end
  return ok
end

local function raise_what_failed(self)
  local failure = self.failure
  self.failure = nil
  if failure then error(failure, 0) end
end

local function problem(self)
  return ffi.string(self.library.troupe_problem())
end

local OPTIONS = { workers = true, log_level = true, log_fd = true, path = true,
  grace = true, slices = true, name = true, console = true, assets = true }

local function fill_options(given)
  local options = ffi.new "struct troupe_options"
  options.size = ffi.sizeof(options)
  options.engine = true
  for name, value in pairs(given) do
    if OPTIONS[name] then
      options[name] = value
    elseif name ~= "library" then
      error(("unknown option %q"):format(name), 3)
    end
  end
  return options
end

local make_callbacks

--- A host: options are those of troupe_options, and `library`, the path of
--- libtroupe.so. Raises why if it cannot be made.
function troupe.new(options)
  options = options or {}
  local library = ffi.load(options.library or "troupe")
  local error_text = ffi.new "char[512]"
  local raw = library.troupe_new(fill_options(options), error_text, 512)
  if raw == nil then error(ffi.string(error_text), 2) end
  local self = setmetatable({ library = library, raw = raw,
    writer = library.troupe_writer_new(), behaviours = {}, actors = {},
    pending = {}, last = 0, depth = 0 }, host)
  make_callbacks(self)
  return self
end

--- A setting for troupe.config.
function host:set(name, value)
  local text = name .. "=" .. tostring(value)
  assert(self.library.troupe_set(self.raw, text),
    ffi.string(self.library.troupe_error(self.raw)))
end

host.start = uncompiled(function(self)
  if not self.library.troupe_start(self.raw) then
    error(ffi.string(self.library.troupe_error(self.raw)), 2)
  end
end)

--- Serves what is for this thread, for so many microseconds (1000). True: there
--- is more.
host.poll = uncompiled(function(self, budget)
  local more = self.library.troupe_poll(self.raw, budget or 1000)
  raise_what_failed(self)
  return more
end)

--- False: somebody could not be stopped; then there is no free.
host.stop = uncompiled(function(self)
  local stopped = self.library.troupe_stop(self.raw)
  raise_what_failed(self)
  return stopped
end)

local freed = { __index = function(_, name)
  error(("%s: the host has been freed"):format(name), 2)
end }

--- Stops it first if that has not been done. It is no host any more then;
--- raises why if it still is.
host.free = uncompiled(function(self)
  if self.depth > 0 then
    error("a handler or a callback cannot free its host", 2)
  end
  if not self.library.troupe_stop(self.raw) then error(problem(self), 2) end
  self.library.troupe_free(self.raw)
  self.library.troupe_writer_free(self.writer)
  for _, callback in pairs(self.callbacks) do callback:free() end
  local failure = self.failure
  for name in pairs(self) do self[name] = nil end
  setmetatable(self, freed)
  if failure then error(failure, 0) end
end)

--- A module of Lua 5.4, for all actors: its name and its source.
function host:add_module(name, code)
  if type(code) ~= "string" then
    error(("expected the source of %s, got a %s"):format(name, type(code)), 2)
  end
  if not self.library.troupe_add_module(self.raw, name, code, #code) then
    error(problem(self), 2)
  end
end

--- Seconds, as actors have them from troupe.now().
function host:now()
  return tonumber(self.library.troupe_now(self.raw)) / 1e9
end

--- A board of so many rows and columns: a double *, row after row.
function host:board(name, rows, columns)
  local cells = self.library.troupe_board(self.raw, name, rows, columns)
  if cells == nil then error(problem(self), 2) end
  return cells
end

-- --- Talking to actors -------------------------------------------------------

--- An entity, as a target.
function troupe.entity(module, key)
  return { module = module, key = key }
end

-- A pid, a name, or what `entity` gives.
local function target_of(self, target)
  if type(target) == "string" then return self.library.troupe_named(target) end
  if type(target) == "cdata" then
    return self.library.troupe_to(target.number)
  end
  if type(target) ~= "table" then
    error("expected a pid, a name or an entity, got a " .. type(target), 3)
  end
  if type(target.key) == "number" then
    return self.library.troupe_entity_number(target.module, target.key)
  end
  return self.library.troupe_entity(target.module, target.key)
end

-- True, or nil and why not.
local function told(self, done)
  if done then return true end
  return nil, problem(self)
end

--- Sends a request; true, or nil and why not.
function host:cast(target, ...)
  return told(self, self.library.troupe_cast(self.raw,
    target_of(self, target), written(self, ...)))
end

--- The same, an info.
function host:send(target, ...)
  return told(self, self.library.troupe_send(self.raw,
    target_of(self, target), written(self, ...)))
end

--- Who is registered under this name, or nil.
function host:find(name)
  local pid = self.library.troupe_find(self.raw, name)
  return pid ~= 0 and pid_type(pid) or nil
end

--- Lets an actor end.
function host:finish(pid)
  return told(self, self.library.troupe_end(self.raw, pid.number))
end

-- A number for C to give back, as the function itself cannot go there.
local function keep(self, run)
  self.last = self.last + 1
  self.pending[self.last] = run
  return ffi.cast("void *", self.last)
end

-- If it was not sent nobody will be called back.
local function asked(self, sent)
  if not sent then self.pending[self.last] = nil end
  return told(self, sent)
end

local DEADLINE = 0 -- that of the library: 5 s

--- Calls: the last argument is a function, which gets true and the results; or
--- false, what has happened, and the kind of error. True, or nil and why it
--- was not sent.
function host:call(target, ...)
  local count, values = select("#", ...), { ... }
  if type(values[count]) ~= "function" then
    error("expected a function as the last argument of call, got a " ..
      type(values[count]), 2)
  end
  local context = keep(self, values[count])
  return asked(self, self.library.troupe_call(self.raw,
    target_of(self, target), written(self, unpack(values, 1, count - 1)),
    DEADLINE, self.callbacks.result, context))
end

--- Starts an actor of a module, with args and troupe.start's options; the
--- function gets true and the pid, or false and why not; without one that is
--- raised.
function host:spawn(module, args, options, run)
  local context = keep(self, run or assert)
  return asked(self, self.library.troupe_spawn(self.raw, module,
    written(self, args, options), DEADLINE, self.callbacks.result, context))
end

local function outcome(library, result)
  if result.ok then return true, read_all(library, result.values) end
  return false, ffi.string(result.error), ffi.string(result.kind)
end

--- Calls and waits, with what is for this thread being served meanwhile. As
--- what the function of `call` gets.
host.ask = uncompiled(function(self, target, ...)
  local result = self.library.troupe_call_wait(self.raw,
    target_of(self, target), written(self, ...), DEADLINE)
  if result == nil then return false, problem(self), "unsent" end
  local values = { n = 0 }
  guard(self, function()
    local function pack(...) return { n = select("#", ...), ... } end
    values = pack(outcome(self.library, result))
  end)
  self.library.troupe_result_free(result)
  raise_what_failed(self)
  return unpack(values, 1, values.n)
end)

-- --- Actors of this thread ---------------------------------------------------

--- What a handler returns that will answer later, with `host:from()` kept and
--- given to `host:reply`.
troupe.noreply = setmetatable({}, { __tostring = function()
  return "troupe.noreply"
end })

--- Registers a behaviour, with the fields of one in Troupe: init(args), call,
--- cast, info (tables of functions by name), down(state, pid, reason),
--- terminate(state, reason). Its actors run in `poll`.
function host:behaviour(name, behaviour)
  if type(behaviour) ~= "table" then
    error("expected a behaviour to be a table, got a " .. type(behaviour), 2)
  end
  local id = #self.behaviours + 1
  local raw = ffi.new "struct troupe_behaviour"
  raw.size = ffi.sizeof(raw)
  raw.name = name
  raw.where = ffi.C.TROUPE_ON_POLL
  raw.context = ffi.cast("void *", id)
  raw.start = self.callbacks.start
  raw.handle = self.callbacks.handle
  raw.down = self.callbacks.down
  raw["end"] = self.callbacks["end"]
  if not self.library.troupe_register(self.raw, raw) then
    error(problem(self), 2)
  end
  self.behaviours[id] = behaviour
end

--- Inside a handler: who asks.
function host:from() return self.request_from end

--- Answers; false: too late.
function host:reply(from, ...)
  return self.library.troupe_reply(self.raw, from, written(self, ...))
end

--- Inside a handler: the actor that it is of.
function host:self() return self.current end

local function actor_of(self)
  return self.actor or error("expected to be inside a handler", 3)
end

--- Inside a handler: `down` hears of that actor's end.
function host:monitor(pid)
  return self.library.troupe_monitor(actor_of(self), pid.number)
end

--- Inside a handler: this actor ends when it returns.
function host:exit(reason)
  self.library.troupe_leave_actor(actor_of(self), reason)
end

local function number_of(pointer)
  return tonumber(ffi.cast("intptr_t", pointer))
end

-- Runs a function for an actor: its behaviour and state.
local function enter(self, actor, run)
  local before, pid = self.actor, self.current
  local id = number_of(self.library.troupe_state(actor))
  self.actor, self.current = actor, pid_type(self.library.troupe_self(actor))
  local ok = guard(self, run, self.actors[id])
  if not ok then
    self.library.troupe_leave_actor(actor, "an error in the engine")
  end
  self.actor, self.current = before, pid
end

local function start_actor(self, actor, arguments)
  local behaviour =
    self.behaviours[number_of(self.library.troupe_context(actor))]
  local args, started = (read_all(self.library, arguments)), false
  guard(self, function()
    local state, why = args or {}, nil
    if behaviour.init then state, why = behaviour.init(args) end
    if state == nil then
      return self.library.troupe_refuse(actor, tostring(why))
    end
    self.last = self.last + 1
    self.actors[self.last] = { behaviour = behaviour, state = state }
    self.library.troupe_set_state(actor, ffi.cast("void *", self.last))
    started = true
  end)
  return started
end

local KINDS = { [ffi.C.TROUPE_CALL] = "call", [ffi.C.TROUPE_CAST] = "cast",
  [ffi.C.TROUPE_INFO] = "info" }

local function answer(self, from, first, ...)
  if first ~= troupe.noreply then self:reply(from, first, ...) end
end

local function handle(self, actor, request)
  local kind, name = KINDS[tonumber(request.kind)], nil
  if request.name ~= nil then
    name = ffi.string(request.name, request.name_size)
  end
  enter(self, actor, function(entry)
    local run = (entry.behaviour[kind] or {})[name]
    if not run then return self.library.troupe_unknown(actor) end
    local from = ffi.new("struct troupe_from", request.from)
    self.request_from = from
    if kind == "call" then
      answer(self, from,
        run(entry.state, read_all(self.library, request.arguments)))
    else
      run(entry.state, read_all(self.library, request.arguments))
    end
  end)
end

local function down(self, actor, pid, reason)
  enter(self, actor, function(entry)
    if not entry.behaviour.down then return end
    entry.behaviour.down(entry.state, pid_type(pid), ffi.string(reason))
  end)
end

local function finish(self, actor, reason)
  enter(self, actor, function(entry)
    if not entry.behaviour.terminate then return end
    entry.behaviour.terminate(entry.state, ffi.string(reason))
  end)
  self.actors[number_of(self.library.troupe_state(actor))] = nil
end

local function call_back(self, context, result)
  local id = number_of(context)
  local run = self.pending[id]
  self.pending[id] = nil
  guard(self, function() run(outcome(self.library, result)) end)
end

-- LuaJIT has room for some hundred of them: a host takes five.
function make_callbacks(self)
  local function callback(type, run)
    return ffi.cast(type, function(...) return run(self, ...) end)
  end
  self.callbacks = {
    start = callback("bool (*)(struct troupe_actor *, struct troupe_reader *)",
      start_actor),
    handle = callback(
      "void (*)(struct troupe_actor *, struct troupe_request *)", handle),
    down = callback("void (*)(struct troupe_actor *, uint64_t, const char *)",
      down),
    ["end"] = callback("void (*)(struct troupe_actor *, const char *)", finish),
    result = callback("troupe_callback *", call_back),
  }
end

return troupe
