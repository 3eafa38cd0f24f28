-- Reads the stubs for editors, lua/meta/: files of Lua whose comments declare
-- types as lua-language-server knows them.
--
--   local stubs = require "support.stubs"
--   local all = stubs.read { ["troupe/pool.lua"] = text, ... }
--   all.modules["troupe.pool"].functions.start  --> {parameters = {"name", ...}
--   all.classes["troupe.timer"].functions       --> {cancel = ...}
--   all.problems                                --> list of texts
--
-- Of the notation it takes what the stubs use, and complains of all else.

local stubs = {}

local reader = {}
reader.__index = reader

-- Types of the language, and of the language server.
local BUILTIN = {}
for name in ([[any nil boolean string number integer function table thread
  userdata lightuserdata true false fun self]]):gmatch "%S+" do
  BUILTIN[name] = true
end

function reader:complain(format, ...)
  local list = self.all.problems
  list[#list + 1] = ("%s:%d: %s"):format(self.file, self.number,
    format:format(...))
end

-- --- Types -------------------------------------------------------------------

-- The type at the beginning of a text, which goes on behind blanks only where
-- something is open, or after a comma, a colon or a bar.
local function split_type(text)
  local depth, at = 0, 1
  while at <= #text do
    local character = text:sub(at, at)
    if character == '"' then
      at = text:find('"', at + 1, true) or #text
    elseif character:find "[%(%[{<]" then
      depth = depth + 1
    elseif character:find "[%)%]}>]" then
      depth = depth - 1
    elseif character == " " and depth == 0 and
           not text:sub(1, at - 1):find "[,:|]$" then
      break
    end
    at = at + 1
  end
  return text:sub(1, at - 1), text:sub(at + 1)
end

-- Notes which types a type names. Names of parameters and fields, which a colon
-- follows, are none.
function reader:use(type_text)
  local text = type_text:gsub('"[^"]*"', "nil"):gsub("[%a_][%w_]*%??:", "")
  for name in text:gmatch "[%a_][%w_.]*" do
    name = name:gsub("%.+$", "")
    if not BUILTIN[name] and not self.generics[name] then
      self.all.uses[#self.all.uses + 1] = { name = name,
        where = ("%s:%d"):format(self.file, self.number) }
    end
  end
end

-- --- Declarations ------------------------------------------------------------

local function clear(self)
  self.parameters, self.returns, self.text = {}, 0, 0
  self.generics = {}
end

local declare = {}

function declare:meta(rest)
  self.module = { name = rest, file = self.file }
  self.all.modules[rest] = self.module
end

function declare:class(rest)
  local name, parents = rest:match "^([%w_.]+):?%s*(.*)$"
  if self.all.classes[name] then self:complain("%s is declared twice", name) end
  self:use(parents)
  local class = { name = name, parents = {}, fields = {}, functions = {} }
  for parent in parents:gmatch "[%w_.]+" do
    class.parents[#class.parents + 1] = parent
  end
  self.all.classes[name], self.class, self.fresh = class, class, class
end

function declare:field(rest)
  local name, text = rest:match "^([%w_]+)%??%s+(.+)$"
  local key
  if not name then
    key, text = rest:match "^%[([%w]+)%]%??%s+(.+)$"
  end
  if not text then return self:complain("no field: %s", rest) end
  self:use((split_type(text)))
  if name then self.class.fields[name] = true
  elseif not tonumber(key) then self:use(key) end
end

function declare:alias(rest)
  local name, text = rest:match "^([%w_.]+)%s*(.*)$"
  self.alias = { values = {} }
  self.all.aliases[name] = self.alias
  self:use((split_type(text)))
end

function declare:generic(rest) self.generics[rest] = true end

function declare:param(rest)
  local name, text = rest:match "^([%w_.]+)%??%s+(.+)$"
  if not name then return self:complain("no parameter: %s", rest) end
  self:use((split_type(text)))
  self.parameters[#self.parameters + 1] = name
end

declare["return"] = function(self, rest)
  self:use((split_type(rest)))
  self.returns = self.returns + 1
end

-- --- Lines -------------------------------------------------------------------

local function add_function(self, variable, colon, name, list)
  local class = self.variables[variable]
  if not class then return self:complain("no class: %s", variable) end
  local names = {}
  for parameter in list:gmatch "[%w_.]+" do names[#names + 1] = parameter end
  if table.concat(names, " ") ~= table.concat(self.parameters, " ") then
    self:complain("%s has (%s), but @param of (%s)", name,
      table.concat(names, ", "), table.concat(self.parameters, ", "))
  end
  if colon == ":" then table.insert(names, 1, "self") end
  if class.functions[name] then self:complain("%s comes twice", name) end
  class.functions[name] = { parameters = names, method = colon == ":" }
end

local function read_code(self, line)
  local variable, colon, name, list =
    line:match "^function ([%w_]+)([.:])([%w_]+)%((.-)%) end$"
  local bound = line:match "^local ([%w_]+) = {}$"
  local returned = line:match "^return ([%w_]+)$"
  if variable then
    add_function(self, variable, colon, name, list)
  elseif bound and self.fresh then
    self.variables[bound] = self.fresh
  elseif returned and self.variables[returned] then
    self.module.functions = self.variables[returned].functions
    self.module.fields = self.variables[returned].fields
  else
    self:complain("not expected in a stub: %s", line)
  end
  self.fresh = nil
  clear(self)
end

local function read_line(self, line)
  local word, rest = line:match "^%-%-%-@(%a+) ?(.*)$"
  local value = line:match '^%-%-%-| "([^"]+)"'
  if #line > 80 then self:complain "has more than 80 columns" end
  if word and declare[word] then
    declare[word](self, rest)
  elseif word then
    self:complain("@%s is not known", word)
  elseif value then
    self.alias.values[value] = true
  elseif line ~= "" and not line:find "^%-%-" then
    read_code(self, line)
  end
end

local function check_uses(all)
  for _, use in ipairs(all.uses) do
    if not (all.classes[use.name] or all.aliases[use.name]) then
      all.problems[#all.problems + 1] = ("%s: no type %s"):format(use.where,
        use.name)
    end
  end
end

---@param files table<string, string> texts, by the path below lua/meta/
---@return table all modules, classes, aliases, problems
function stubs.read(files)
  local all = { modules = {}, classes = {}, aliases = {}, uses = {},
    problems = {} }
  for file, text in pairs(files) do
    local self = setmetatable({ all = all, file = file, number = 0,
      variables = {} }, reader)
    clear(self)
    for line in text:gmatch "([^\n]*)\n" do
      self.number = self.number + 1
      read_line(self, line)
    end
    if not (self.module and self.module.functions) then
      self:complain "expected ---@meta MODULE, and return"
    elseif file ~= self.module.name:gsub("%.", "/") .. ".lua" then
      self:complain("is named %s", self.module.name)
    end
  end
  check_uses(all)
  table.sort(all.problems)
  return all
end

--- The fields of a class, with those of its parents.
---@param all table
---@param name string
---@return table<string, true>
function stubs.fields(all, name)
  local fields = {}
  for field in pairs(all.classes[name].fields) do fields[field] = true end
  for _, parent in ipairs(all.classes[name].parents) do
    if all.classes[parent] then
      for field in pairs(stubs.fields(all, parent)) do fields[field] = true end
    end
  end
  return fields
end

return stubs
