--- Who was started by whom, and what belongs to supervisors, pools and tasks.
-- For troupe.inspect.
--
-- That comes from the actors' slots, so nobody holds it up. What only a
-- supervisor knows, what its children are called and which of them are not
-- there, is asked of it, if it is not known to be waiting, and for a moment.

local core = require "troupe.core"
local words = require "troupe.supervisor.words"
local troupe = require "troupe"

local PATIENCE = 0.05 -- seconds for one of them
local PATIENCE_OF_ALL = 0.3

local tree = {}

-- --- From the slots ----------------------------------------------------------

local function root_of(pid)
  local actor = core.actor(pid) or {}
  return {pid = pid, behaviour = actor.behaviour, name = core.name(pid),
          ended = actor.pid == nil or nil, children = {}}
end

-- The roots, in the order in which they were found.
local function grow(rows)
  local nodes, roots = {}, {}
  for _, row in ipairs(rows) do
    row.children = {}
    nodes[row.pid] = row
  end
  for _, row in ipairs(rows) do
    local above = nodes[row.starter]
    if not row.starter then
      above = {children = roots}
    elseif not above then
      above = root_of(row.starter)
      nodes[row.starter] = above
      roots[#roots + 1] = above
    end
    table.insert(above.children, row)
  end
  return roots, nodes
end

-- --- From the supervisors ----------------------------------------------------

local TOLD = {"id", "text", "restart", "restarts", "since", "state"}

local function take_over(node, child)
  for _, name in ipairs(TOLD) do node[name] = child[name] end
  node.behaviour = node.behaviour or child.behaviour
  return node
end

-- In the order of their start, and behind them those that it has told of no
-- more, or not yet.
local function arrange(node, told)
  local by_pid, ordered = {}, {}
  for _, child in ipairs(node.children) do by_pid[child.pid] = child end
  for _, child in ipairs(told) do
    local known = child.pid and by_pid[child.pid]
    if child.pid then by_pid[child.pid] = nil end
    if known or not child.pid then
      ordered[#ordered + 1] = take_over(known or {children = {}}, child)
    end
  end
  for _, child in ipairs(node.children) do
    if by_pid[child.pid] then ordered[#ordered + 1] = child end
  end
  node.children = ordered
end

local function ask(node, patience)
  local actor = core.actor(node.pid)
  node.silent = true
  if not actor or actor.doing == "waiting" or patience <= 0 then return end
  local ok, children, title = pcall(troupe.timeout, patience, troupe.call,
    node.pid, "children")
  if not ok then return end
  node.silent, node.title = nil, title
  arrange(node, children)
end

-- --- As text -----------------------------------------------------------------

-- What is typed at a console starts actors, too.
local function what(node)
  local behaviour = node.behaviour
  if behaviour and behaviour:find "^troupe%.console" then return "console" end
  return behaviour or (not node.ended and node.pid and "script") or nil
end

local function line(node)
  local list = {}
  list[1] = node.text or node.name
  list[#list + 1] = node.pid and tostring(node.pid) or node.state
  list[#list + 1] = node.title or what(node)
  list[#list + 1] = node.restart or (node.bond == "task" and "task" or nil)
  if node.ended then list[#list + 1] = "ended" end
  local all = words.line(list, node.restarts)
  return node.silent and all .. ", does not answer" or all
end

---@param limit integer
---@return string text
---@return table roots
function tree.of(limit)
  local rows, total = core.bonds(limit)
  local others, count = core.bonds(limit - #rows, true)
  table.move(others, 1, #others, #rows + 1, rows)
  total = total + count
  local roots, nodes = grow(rows)
  local last = troupe.now() + PATIENCE_OF_ALL
  for _, node in pairs(nodes) do
    if words.keeper(node.behaviour) then
      ask(node, math.min(PATIENCE, last - troupe.now()))
    end
  end
  local lines = {}
  for _, node in ipairs(roots) do words.draw(lines, node, 0, line) end
  if total > #rows then
    roots.more = total - #rows
    lines[#lines + 1] = ("and %d others"):format(roots.more)
  end
  return table.concat(lines, "\n"), roots
end

return tree
