-- Where the parts of the bank are found. All of it hangs off one journal, and
-- so off its file's name.

local entity = require "troupe.entity"
local registry = require "troupe.registry"
local troupe = require "troupe"

local bank = {}

local accounts = entity.kind("faults.account", { memory = 4 * 2 ^ 20 })

--- The address of an account, awake or not.
---@param path string
---@param number integer
function bank.account(path, number) return accounts:at { path, number } end

--- Asks the book, which is started if it is not there.
---@param path string
---@param request string
---@return any ...
function bank.ask(path, request, ...)
  local book = registry.ensure({ "book", path }, "faults.book", path)
  return troupe.call(book, request, ...)
end

--- The pid of the book, or nil.
function bank.book(path) return registry.whereis { "book", path } end

return bank
