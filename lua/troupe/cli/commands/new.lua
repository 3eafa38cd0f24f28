--- troupe new NAME

local shell = require "troupe.cli.shell"
local stubs = require "troupe.cli.stubs"
local template = require "troupe.cli.new.template"

local RESERVED = [[
  and break do else elseif end false for function goto if in local nil not or
  repeat return then true until while
  coroutine debug io math os package string table utf8
  busted lfs luassert pl say spec troupe
  after_each assert before_each describe insulate it pending setup teardown
  error pcall print require select type
  supervisor test
]]

local function is_name(text) return text:find "^[a-z][a-z0-9_]*$" ~= nil end

local function is_reserved(name)
  return (" " .. RESERVED:gsub("%s+", " ")):find(" " .. name .. " ", 1, true)
end

-- A name that is like it; nil: what was meant cannot be known.
local function suggest(text)
  local name = text:lower():gsub("[-. ]+", "_"):gsub("^[%d_]+", "")
    :gsub("_+$", "")
  return is_name(name) and not is_reserved(name) and name or nil
end

local function check_name(name)
  if not is_name(name) then
    local meant = suggest(name)
    return nil, ("expected NAME to be a module's name (small letters, " ..
      "digits and _), got %s%s"):format(name,
      meant and "; did you mean " .. meant .. "?" or "")
  end
  if is_reserved(name) then
    return nil, ("expected NAME to be free, but Lua or a library has %s")
      :format(name)
  end
  return true
end

local function write(root, files)
  for _, file in ipairs(files) do
    local path = root .. "/" .. file[1]
    local good, why = shell.make_folder(shell.parent(path))
    if not good then return nil, why end
    good, why = shell.write(path, file[2])
    if not good then return nil, why end
  end
  return true
end

-- Writes all beside the place, and moves it there when it is whole.
local function make(parent, name, files)
  local scratch <close>, refusal = shell.scratch(parent)
  if not scratch then return nil, refusal end
  local root = scratch.path .. "/" .. name
  local good, why = write(root, files)
  if not good then return nil, why end
  good, why = stubs.write(root .. "/" .. stubs.FOLDER)
  if not good then return nil, why end
  return os.rename(root, parent .. "/" .. name)
end

local NEXT = [[

  cd %s
  troupe test
  troupe run
]]

return {
  summary = "make a project that runs, and whose tests pass",
  usage = "NAME",
  help = [[
NAME becomes a folder, and the name that all its modules begin with: small
letters, digits and _. The project is a rockspec, lua/NAME.lua that starts
the servers, one server in lua/NAME/, its spec, settings for dev, test and
prod, and what luacheck, busted and editors like to find (of troupe's own
modules in .troupe/, which is not kept with the project: see troupe stubs).]],
  settings = false,
  run = function(arguments, context)
    local name = arguments[1]
    local good, why = check_name(name)
    if not good then return nil, why end
    local parent = context.from:gsub("/$", "")
    if shell.exists(parent .. "/" .. name) then
      return nil, ("cannot make %s: it exists"):format(name)
    end
    local files = template.files(name)
    good, why = make(parent, name, files)
    if not good then
      return nil, ("cannot make %s: %s"):format(name, why)
    end
    for _, file in ipairs(files) do print(name .. "/" .. file[1]) end
    io.write(NEXT:format(name))
  end,
}
