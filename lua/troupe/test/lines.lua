--- The log's lines of an `it`, which are shown only if it fails. Not for
--- scripts: see troupe.test.

local core = require "troupe.core"

local lines = {}

local kept = {}

-- "<0.9.1> shop.counter ("counter")", or who is no actor
local function line_of(level, who, text)
  local actor, behaviour = (who or ""):match "^(<[%d.]+>) ?(%S*)"
  if behaviour == "" then behaviour = nil end
  return { level = level, message = text, actor = actor,
    behaviour = behaviour, who = who }
end

local function fetch()
  while true do
    local level, who, text = core.kept_log()
    if not level then
      kept.lost = (kept.lost or 0) + who
      return
    end
    kept[#kept + 1] = line_of(level, who, text)
  end
end

--- From here on lines are kept.
function lines.begin()
  kept = {}
  core.keep_log(true)
end

--- All so far, each {level, message, actor, behaviour, who}.
---@return table[]
function lines.all()
  fetch()
  return kept
end

--- From here on lines are written; what was kept is the answer, as text.
---@return string
function lines.finish()
  fetch()
  core.keep_log(false)
  local texts = {}
  for index, line in ipairs(kept) do
    texts[index] = ("  %-5s %s%s"):format(line.level,
      line.who and line.who .. ": " or "",
      (line.message:gsub("\n", "\n        ")))
  end
  if kept.lost > 0 then
    texts[#texts + 1] = ("  ... and %d more"):format(kept.lost)
  end
  kept = {}
  return table.concat(texts, "\n")
end

return lines
