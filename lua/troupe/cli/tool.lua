--- Programs of others that commands drive, where they are installed. Not for
--- scripts.

local shell = require "troupe.cli.shell"

local tool = {}

--- Is it there?
---@param name string
---@return boolean
function tool.found(name)
  return select(2, shell.lines("command -v " .. shell.quote(name)))
end

--- Folders that hold what is not the project's own code: what is made, what is
--- of others, what is hidden, and projects inside this one.
local PRUNED = "-type d \\( -name lua_modules -o -name build -o -name '.?*' " ..
  "-o ! -name . -exec sh -c 'ls \"$1\"/*.rockspec >/dev/null 2>&1' sh {} " ..
  "\\; \\) -prune"

--- The project's own files of certain names, sorted.
---@param ... string patterns, as of `find -name`
---@return string[]
function tool.files(...)
  local names = {}
  for index, pattern in ipairs { ... } do
    names[index] = "-name " .. shell.quote(pattern)
  end
  local line = ("find . %s -o -type f \\( %s \\) -print 2>/dev/null | " ..
    "LC_ALL=C sort"):format(PRUNED, table.concat(names, " -o "))
  local files = {}
  for _, file in ipairs((shell.lines(line))) do
    files[#files + 1] = file:match "^%./(.+)$"
  end
  return files
end

--- Puts the project's files into a folder in it, in the same places: all but
--- its Lua files.
---@param folder string
---@return boolean|nil done, string|nil why
function tool.link(folder)
  local good, why = shell.make_folder(folder)
  if not good then return nil, why end
  local line = "find . " .. PRUNED .. " -o -type f ! -name '*.lua' -exec cp " ..
    "%s --parents -t " .. shell.quote(folder) .. " {} + 2>&1"
  for _, option in ipairs { "-fl", "-f" } do
    local lines
    lines, good = shell.lines(line:format(option))
    if good then return true end
    why = lines[#lines]
  end
  return nil, why
end

return tool
