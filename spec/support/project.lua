-- A project in a directory of its own, and the binary at work in it.
--
--   local shop = project.new()               -- as `troupe new shop` makes it
--   shop:write("lua/shop/extra.lua", "return {}")
--   local result = shop:troupe("check")
--
-- `project.empty` is a directory without one.

local command = require "support.command"

local project = {}
project.__index = project

--- A directory that is in no project.
---@return table
function project.empty()
  return setmetatable({ folder = command.directory() }, project)
end

---@return table
function project.new()
  local parent = project.empty()
  local result = parent:troupe("new", "shop")
  assert(result.status == 0, result.stderr)
  return setmetatable({ folder = parent.folder .. "/shop" }, project)
end

-- What commands need of the system.
local PROGRAMS = [[cat chmod cp env find grep ln ls mkdir mktemp mv pwd
  readlink rm sed sh sleep sort stat test timeout]]

--- A folder of programs, for PATH: these scripts, and what commands need. No
--- script is written through a link to a program of the system.
---@param scripts table<string, string> by name, texts for sh
---@return string
function project.programs(scripts)
  local folder = command.directory()
  for name, text in pairs(scripts) do
    command.write(folder .. "/" .. name, "#!/bin/sh\n" .. text)
    os.execute("chmod +x " .. command.quote(folder .. "/" .. name))
  end
  for name in PROGRAMS:gmatch "%S+" do
    if not scripts[name] then
      os.execute(("ln -s \"$(command -v %s)\" %s/"):format(name,
        command.quote(folder)))
    end
  end
  return folder
end

--- The same project, where the environment is another.
---@param environment table<string, string>
---@return table
function project:with(environment)
  return setmetatable({ environment = environment }, { __index = self })
end

--- Runs the binary in it, or in the folder `below` of it.
---@param ... string
---@return table result as of support.command
function project:troupe(...)
  return command.run({ command.binary(), ... },
    { directory = self.folder .. "/" .. (self.below or "."),
      environment = self.environment })
end

--- Starts it in the background.
---@param ... string
---@return table process
function project:start(...)
  return command.start({ command.binary(), ... }, { directory = self.folder })
end

---@param path string
---@param text string
function project:write(path, text)
  local folder = path:match "^(.*)/"
  if folder then
    os.execute("mkdir -p " .. command.quote(self.folder .. "/" .. folder))
  end
  command.write(self.folder .. "/" .. path, text)
end

---@param path string
---@return string|nil
function project:read(path)
  return command.read(self.folder .. "/" .. path)
end

---@param path string
function project:remove(path)
  os.execute("rm -r " .. command.quote(self.folder .. "/" .. path))
end

--- The names of all that is in it, hidden ones too, as a line.
---@param path string|nil of a folder in it
---@return string
function project:list(path)
  local folder = self.folder .. "/" .. (path or ".")
  return table.concat(command.lines("ls -A " .. command.quote(folder)), " ")
end

return project
