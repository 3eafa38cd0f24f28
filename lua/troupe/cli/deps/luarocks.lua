--- Runs LuaRocks, and tells in a line why it has failed. Not for scripts: see
--- `troupe deps`.
--
-- Always for Lua 5.4, always on the tree it is given. What the user has set up
-- for himself at home is not read, as others who work on the project do not
-- have it, unless LUAROCKS_CONFIG names it; the project's own
-- .luarocks/config-5.4.lua is. All it prints goes to build/deps.log.

local shell = require "troupe.cli.shell"
local tool = require "troupe.cli.tool"

local luarocks = {}
luarocks.__index = luarocks

luarocks.LOG = "build/deps.log"

local SETTINGS = ".luarocks/config-5.4.lua"

-- --- Where rocks are ---------------------------------------------------------

local function is_relative(server)
  return not server:find "^/" and not server:find "^%w+://"
end

-- What LuaRocks gives to a file of settings, as far as it matters.
local function environment()
  return { home = os.getenv "HOME", lua_version = "5.4", variables = {},
    platforms = { unix = true, linux = true }, os_getenv = os.getenv }
end

local function absolute_all(servers, root)
  local words = {}
  for index, server in ipairs(servers) do
    if type(server) == "table" then
      words[index] = absolute_all(server, root)
    else
      server = tostring(server)
      words[index] = ("%q"):format(is_relative(server) and
        root .. "/" .. server or server)
    end
  end
  return "{ " .. table.concat(words, ", ") .. " }"
end

-- LuaRocks runs elsewhere, so folders that are named from here get their path.
local function settings_text(root)
  local text = shell.read(SETTINGS)
  if not text then return "" end
  local values = environment()
  local chunk, why = load(text, "@" .. SETTINGS, "t", values)
  if not chunk then return nil, why end
  local good
  good, why = pcall(chunk)
  if not good then return nil, tostring(why) end
  local servers = values.rocks_servers
  if type(servers) ~= "table" then return text end
  return ("%s\nrocks_servers = %s\n"):format(text, absolute_all(servers, root))
end

--- A server as the user names it, from the folder `from`.
---@param server string|nil a URL or a folder
---@param from string
---@return string|nil server, string|nil why
function luarocks.server(server, from)
  if not server or server:find "^%w+://" then return server end
  local path = shell.place(server, from)
  local lines, good = shell.lines(shell.within(path, "pwd -P"))
  if not good then return nil, "no such folder: " .. server end
  if not shell.exists(path .. "/manifest-5.4") and
     not shell.exists(path .. "/manifest") then
    return nil, ("%s is no rocks server: it has no manifest (see " ..
      "luarocks-admin make-manifest)"):format(server)
  end
  return lines[#lines]
end

-- --- Running it --------------------------------------------------------------

--- Makes it ready to work on a tree, in a folder of its own.
---@param scratch table
---@param server string|nil only from there
---@return table|nil self, string|nil why
function luarocks.open(scratch, server)
  if not tool.found "luarocks" then
    return nil, "luarocks is not installed (Debian: luarocks)"
  end
  local work = scratch.work
  local settings, why = settings_text(scratch.place:match "^(.*)/")
  if not settings then return nil, why end
  local good
  good, why = shell.make_folder(work .. "/.luarocks")
  if good then good, why = shell.write(work .. "/" .. SETTINGS, settings) end
  if good then good, why = shell.write(work .. "/home.lua", "") end
  if good then good, why = shell.write(luarocks.LOG, "") end
  if not good then return nil, why end
  return setmetatable({ work = work, tree = scratch.tree, only = server },
    luarocks)
end

function luarocks:line(words)
  local quoted = {}
  for index, word in ipairs(words) do quoted[index] = shell.quote(word) end
  local own = os.getenv "LUAROCKS_CONFIG_5_4" or os.getenv "LUAROCKS_CONFIG"
  return ("cd %s && %s exec stdbuf -oL luarocks --lua-version=5.4 " ..
    "--tree=%s --project-tree=%s %s %s"):format(shell.quote(self.work),
    own and "" or "LUAROCKS_CONFIG=" .. shell.quote(self.work .. "/home.lua"),
    shell.quote(self.tree), shell.quote(self.work .. "/lua_modules"),
    self.only and "--only-server=" .. shell.quote(self.only) or "",
    table.concat(quoted, " "))
end

-- Runs it; `saw` is called with each line as it comes.
function luarocks:run(words, saw)
  local log <close> = assert(io.open(luarocks.LOG, "ab"))
  local line = self:line(words)
  log:write("$ ", line, "\n")
  return shell.lines(line, function(text)
    log:write(text, "\n")
    if saw then saw(text) end
  end)
end

-- "hello 1.0-1" of the address of hello-1.0-1.rockspec or a packed one.
local function rock_of(address)
  local file = address:match "[^/]+$"
  file = file:match "^(.*)%.rockspec$" or file:match "^(.*)%.[%w_-]+%.rock$" or
    file
  return (file:gsub("%-([^-]+%-%d+)$", " %1"))
end

local function tell_progress(text)
  local address = text:match "^Installing (%S+)$"
  if address then print("getting " .. rock_of(address)) end
end

-- The manifest of which LuaRocks installs what is missing.
local MANIFEST = [[
rockspec_format = "3.0"
package = "wanted"
version = "1-1"
source = { url = "" }
build = { type = "builtin", modules = {} }
dependencies = {
%s}
]]

--- Installs what is missing of these, and what they need.
---@param texts string[] dependencies; who is needed by others stands first
---@return boolean|nil done, string[]|nil said
function luarocks:install(texts)
  local lines = {}
  for index, text in ipairs(texts) do
    lines[index] = ("  %q,\n"):format(text)
  end
  local good, why = shell.write(self.work .. "/wanted-1-1.rockspec",
    MANIFEST:format(table.concat(lines)))
  if not good then return nil, { why } end
  local said
  said, good = self:run({ "make", "--deps-only", "--deps-mode=one",
    "wanted-1-1.rockspec" }, tell_progress)
  return good, said
end

--- Removes a rock, whoever needs it.
---@param name string
---@param version string
---@return boolean|nil done, string[]|nil said
function luarocks:remove(name, version)
  local said, good = self:run { "remove", "--force-fast", name, version }
  return good, said
end

-- --- What went wrong ---------------------------------------------------------

-- What the first line of these that one of the patterns fits says there.
local function find(lines, ...)
  for _, line in ipairs(lines) do
    for _, pattern in ipairs { ... } do
      local found = line:match(pattern)
      if found then return found end
    end
  end
end

local function last_error(lines)
  for index = #lines, 1, -1 do
    local text = lines[index]:match "^Error: (.+)$"
    if text then return text end
  end
end

-- The innermost rock that could not be installed.
local function culprit(text)
  local address = text:match ".*Failed installing dependency: (%S+) %- "
  return address and rock_of(address)
end

local function why_not_built(lines, text)
  local program = find(lines, "^sh: %d+: ([^:]+): not found$",
    "^sh: ([^:]+): command not found$")
  if program then
    local compiler = program == "gcc" or program == "cc"
    return ("%s is not installed%s"):format(program,
      compiler and " (Debian: gcc)" or "")
  end
  if text:find "Lua header" then
    return "the headers of Lua are not installed (Debian: liblua5.4-dev)"
  end
  return find(lines, "^([^:]+:%d+:%d+: error: .*)$",
    "^([^:]+:%d+:%d+: fatal error: .*)$", "(undefined reference to .*)$",
    "(cannot find %-l.*)$") or
    text:match ".* %- (.*)$" or text
end

--- Why it failed: a line.
---@param lines string[] what it said
---@return string
function luarocks.explain(lines)
  local text = last_error(lines) or lines[#lines] or "luarocks failed"
  local wanted = text:match "Could not satisfy dependency (.-): No results"
  if wanted then
    local server = find(lines, "Failed loading manifest for (%S+): ",
      "Failed searching manifest: Failed downloading (%S+)")
    if server then
      return ("cannot find %s: no answer from %s"):format(wanted,
        (server:gsub("/manifest[^/]*$", "")))
    end
    return ("cannot find %s: no rocks server has it for Lua 5.4"):format(wanted)
  end
  wanted = text:match "Could not satisfy dependency (lua .-): Rock "
  if wanted then return wanted .. " is wanted, but this is Lua 5.4" end
  local rock = culprit(text)
  if rock or text:find "Lua header" then
    return ("cannot build %s: %s"):format(rock or "rocks",
      why_not_built(lines, text))
  end
  return text
end

return luarocks
