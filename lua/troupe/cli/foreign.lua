--- The commands that are C's, as tables like those of Lua's: read out of what
--- `troupe --help` says. Not for scripts: see troupe.cli.

local foreign = {}

-- Which parts of the text tell of a command beside its usage: what it says,
-- and what its options are.
local PARTS = {
  run = { help = { "A FILE" }, options = { "--workers" } },
  repl = { help = { "A FILE", "At a" }, options = { "--workers", "-e" } },
  attach = { help = { "A HOST", "At a" }, options = { "-e", "--list" } },
}

foreign.NAMES = { "run", "repl", "attach" }

local function paragraphs(usage)
  local parts = {}
  for part in (usage:gsub("\n*$", "\n") .. "\n"):gmatch "(.-\n)\n" do
    parts[#parts + 1] = part
  end
  return parts
end

local function beginning(parts, text)
  for _, part in ipairs(parts) do
    if part:match "^%s*(.*)":sub(1, #text) == text then return part end
  end
  error("troupe --help has no part that begins with " .. text)
end

-- Lines of `  --name VALUE  what it is`, which may go on below.
local function options_in(part)
  local options = {}
  for line in part:gmatch "[^\n]+" do
    local name, value, help = line:match "^  %-%-?(%l+) ?([%u=]*) +(.+)$"
    if name then
      options[#options + 1] = { name = name, help = help,
        value = value ~= "" and value or nil }
    elseif options[1] then
      local last = options[#options]
      last.help = last.help .. " " .. line:match "^%s*(.*)$"
    end
  end
  return options
end

-- `       troupe attach [HOST] [-e CODE]    talk to one that runs`
local function title(usage, name)
  local words, summary = usage:match("troupe " .. name ..
    " ([^\n]-)   +([^\n]+)\n")
  return words:gsub("%[options%] ", ""):gsub(" %[%-.*$", ""), summary
end

--- One of them.
---@param usage string
---@param name string
---@return table
function foreign.command(usage, name)
  local parts = paragraphs(usage)
  local words, summary = title(parts[1], name)
  local help, options = {}, {}
  for _, text in ipairs(PARTS[name].help) do
    help[#help + 1] = beginning(parts, text)
  end
  for _, text in ipairs(PARTS[name].options) do
    local more = options_in(beginning(parts, text))
    table.move(more, 1, #more, #options + 1, options)
  end
  return { name = name, usage = words, summary = summary, options = options,
    help = table.concat(help, "\n"), run = error, foreign = true,
    script = name ~= "attach" }
end

--- The options of a host.
---@param usage string
---@return table[]
function foreign.options(usage)
  return options_in(beginning(paragraphs(usage), "--workers"))
end

return foreign
