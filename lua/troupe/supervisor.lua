--- Actors that start, watch and restart other actors.
--
--     local supervisor = require "troupe.supervisor"
--     local shop = supervisor.start {
--       strategy = "rest_for_one", intensity = 3, period = 5,
--       {"shop.rates", {source = "ecb"}, name = "rates"},
--       {"shop.orders", nil, name = "orders", restart = "transient"},
--       pool.child("mail", "shop.mailer", nil, {size = 2}),
--       supervisor.child {name = "tills", {"shop.till", 1}, {"shop.till", 2}},
--     }
--     print((supervisor.tree(shop)))
--
-- Children start in order and stop in reverse. A child is a list of its module
-- and its args, with `start`'s options beside them (not `link`), and
--
--   id       what it is called here: its name, or else its module (the second
--            of a module is "shop.till 2")
--   restart  "permanent": whenever it ends. "transient": unless it ends
--            "normal" or "shutdown". "temporary": never, it is forgotten
--   grace    seconds that it has to end (5) before it is killed; 0: at once
--
-- Strategies: when a child ends, "one_for_one" restarts it alone,
-- "one_for_all" all, "rest_for_one" it and those that were started after it.
-- More than `intensity` (3) restarts within `period` (5) seconds: the
-- supervisor stops all and ends itself, and so asks its own supervisor. The
-- first restart is at once; a child that dies young, or does not start, is
-- started again after 0.1 s, then 0.2 s and so on to 5 s (`backoff = {0.1,
-- 5}`). Meanwhile the supervisor goes on with its other work.
--
-- A supervisor ends with who started it, and its children with it, even if it
-- is killed. One that gives up ends who started it, too, unless that traps
-- exits. No request passes through it: names lead to the children.
--
-- Not for actors that somebody can always start again when they are needed:
-- those are entities (troupe.entity). Not for work that has an end: that is a
-- task (troupe.task).

local troupe = require "troupe"
local core = require "troupe.core"
local words = require "troupe.supervisor.words"

local MANAGER = "troupe.supervisor.manager"

local STRATEGIES = {one_for_one = true, one_for_all = true,
                    rest_for_one = true}
local RESTARTS = {permanent = true, transient = true, temporary = true}
local OWN = {strategy = true, intensity = true, period = true, backoff = true}

local supervisor = {}

-- --- What is asked for -------------------------------------------------------

local function check_table(what, value)
  if type(value) ~= "table" then core.expected(what, "a table", value) end
end

local function is_seconds(value, least)
  return type(value) == "number" and value >= least
end

local function check_restart(value)
  if value == nil then return "permanent" end
  if not RESTARTS[value] then
    core.expected("restart", '"permanent", "transient" or "temporary"', value)
  end
  return value
end

local function check_grace(value, otherwise)
  if value == nil then return otherwise end
  if not is_seconds(value, 0) then
    core.expected("grace", "a number of seconds", value)
  end
  return value
end

-- A child as its supervisor keeps it.
local function child_of(child)
  check_table("child", child)
  if type(child[1]) ~= "string" then
    core.expected("module", "the name of a module", child[1])
  end
  local options = {}
  for name, value in pairs(child) do options[name] = value end
  for _, name in ipairs {1, 2, "id", "restart", "grace"} do
    options[name] = nil
  end
  core.check_child(options)
  options.link = true
  local id = child.id
  if id == nil then id = child.name end
  if id ~= nil and not core.key(id) then
    core.expected("id", "a string, an integer or a list of these", id)
  end
  return {
    id = id, module = child[1], args = child[2], options = options,
    restart = check_restart(child.restart), grace = check_grace(child.grace, 5),
  }
end

local function check_backoff(value)
  if value == nil then return nil end
  check_table("backoff", value)
  local first, last = value[1], value[2]
  if not (is_seconds(first, 0) and is_seconds(last, 0)) then
    core.expected("backoff", "a list of two numbers of seconds", value)
  end
  if first > last then
    core.misuse(("expected backoff to be the first and the longest wait, " ..
      "got %g s and %g s"):format(first, last))
  end
  return {first, last}
end

local function check_ids(children)
  local seen = {}
  for _, child in ipairs(children) do
    if child.id ~= nil then
      local key, text = core.key(child.id)
      if seen[key] then
        core.misuse("expected ids of children to differ, got " .. text ..
          " twice")
      end
      seen[key] = true
    end
  end
end

-- How it supervises.
local function plan_of(spec)
  local plan = {
    strategy = spec.strategy or "one_for_one",
    intensity = spec.intensity or 3, period = spec.period or 5,
    backoff = check_backoff(spec.backoff), children = {},
  }
  if not STRATEGIES[plan.strategy] then
    core.expected("strategy", '"one_for_one", "one_for_all" or "rest_for_one"',
                  spec.strategy)
  end
  if not is_seconds(plan.intensity, 0) then
    core.expected("intensity", "a number from 0", spec.intensity)
  end
  if not is_seconds(plan.period, 0) or plan.period == 0 then
    core.expected("period", "a number above 0", spec.period)
  end
  for index, child in ipairs(spec) do plan.children[index] = child_of(child) end
  check_ids(plan.children)
  return plan
end

-- A supervisor as somebody's child.
local function nested(spec)
  check_table("supervisor", spec)
  local child = {MANAGER, plan_of(spec)}
  for name, value in pairs(spec) do
    local listed = math.type(name) == "integer" and spec[name] ~= nil and
      name >= 1 and name <= #spec
    if not OWN[name] and not listed then child[name] = value end
  end
  child.grace = check_grace(spec.grace, math.huge)
  child.timeout = spec.timeout or math.huge
  return child
end

-- --- To use ------------------------------------------------------------------

--- Starts a supervisor and its children: its pid once all of them are there.
-- If one does not start, the others are stopped again, and this raises what it
-- raised, or returns nil and its reason.
---@param spec table strategy, intensity, period, backoff; start's options; the
---  children
---@return userdata|nil pid
---@return any reason
function supervisor.start(spec)
  local child = nested(spec)
  for _, name in ipairs {"id", "restart", "grace"} do
    if spec[name] ~= nil then
      core.misuse(("expected no %s: nobody supervises this one"):format(name))
    end
  end
  child = child_of(child)
  return core.start(child.module, child.args, child.options)
end

--- A supervisor as a child of another. Its grace is endless unless it says so:
-- it ends when its children have.
---@param spec table as for start, and id, restart, grace
---@return table child
function supervisor.child(spec)
  local child = nested(spec)
  child_of(child) -- misuse is reported here
  return child
end

-- They take as long as a child does, unless the caller has a deadline.
local function ask(target, ...)
  return troupe.timeout(math.huge, troupe.call, target, ...)
end

--- Starts one more child, which will be the last; restarts go on as for the
-- others. Raises `exists` if there is one of that id.
---@param target any the supervisor
---@param child table
---@return userdata|nil pid or nil and the reason that its init has returned
function supervisor.add(target, child)
  local pid, why, raised = ask(target, "add", child_of(child))
  if raised then core.raise(why) end
  return pid, why
end

--- Stops a child, within its grace, and forgets it.
---@param target any the supervisor
---@param id any the child's id, or its pid
---@return boolean|nil # true, or nil and "nochild"
function supervisor.remove(target, id)
  if not (core.is_pid(id) or id ~= nil and core.key(id)) then
    core.expected("id", "a pid, a string, an integer or a list of these", id)
  end
  return ask(target, "remove", id)
end

--- The children, in the order of their start: id, name, pid, behaviour,
-- restart, restarts (how often), since (UTC), and state: "up", "waiting" (to be
-- started again) or "ended".
---@param target any the supervisor, or a pool's manager
---@return table[]
function supervisor.children(target)
  return (troupe.call(target, "children"))
end

-- --- The tree ----------------------------------------------------------------

-- Adds what is below; the node may end meanwhile, and then has nothing.
local function grow(node)
  if not node.pid or not words.keeper(node.behaviour) then return node end
  local ok, children, title = pcall(troupe.call, node.pid, "children")
  if not ok then return node end
  node.children, node.title = children, title
  for _, child in ipairs(children) do grow(child) end
  return node
end

-- While one that keeps others is not there to say more: what it is.
local function line(node)
  local title = node.title or words.keeper(node.behaviour) or node.behaviour
  return words.line({node.text, node.pid and tostring(node.pid) or node.state,
                    title, node.restart}, node.restarts)
end

--- The whole tree below a supervisor: as text, a line for each actor, and as a
-- table: what `children` tells of each, with `children` of its own.
---@param target any the supervisor
---@return string text
---@return table node
function supervisor.tree(target)
  local children, title, pid = troupe.call(target, "children")
  local node = {pid = pid, title = title, children = children}
  for _, child in ipairs(children) do grow(child) end
  local first = {tostring(pid), title}
  if not core.is_pid(target) then
    table.insert(first, 1, (select(2, core.key(target))))
  end
  local lines = {table.concat(first, " ")}
  for _, child in ipairs(children) do words.draw(lines, child, 1, line) end
  return table.concat(lines, "\n"), node
end

return supervisor
