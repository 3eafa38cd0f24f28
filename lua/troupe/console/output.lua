--- What code prints goes to whoever has typed it: print, io.write, and what is
-- written to io.stdout and io.stderr. Not for scripts.

local output = {}

local function tell() return "file (console)" end

-- Stands for a file that can only be written: there is nothing to be read, as
-- the host's own standard input is not the operator's.
local function file_of(write)
  local file = {}
  local methods = {}
  function methods.write(_, ...)
    for index = 1, select("#", ...) do
      local value = select(index, ...)
      if type(value) ~= "string" and type(value) ~= "number" then
        error(("bad argument #%d to 'write' (string expected, got %s)")
              :format(index, type(value)), 2)
      end
    end
    write(table.concat({...}))
    return file
  end
  function methods.read() return nil, "no input here", 9 end
  function methods.lines() return methods.read end
  function methods.flush() return file end
  function methods.setvbuf() return true end
  function methods.seek() return nil, "Illegal seek", 29 end
  function methods.close() return nil, "it stays open", 9 end
  return setmetatable(file, {__index = methods, __name = "FILE*",
                             __tostring = tell})
end

--- From now on this actor's output goes to a function.
---@param write fun(text: string)
function output.redirect(write)
  local file = file_of(write)
  -- luacheck: push ignore
  io.stdin, io.stdout, io.stderr = file, file, file
  function io.write(...) return file:write(...) end
  function io.read() return file:read() end
  -- luacheck: pop
  function print(...) -- luacheck: ignore
    local parts = table.pack(...)
    for index = 1, parts.n do parts[index] = tostring(parts[index]) end
    write(table.concat(parts, "\t") .. "\n")
  end
end

return output
