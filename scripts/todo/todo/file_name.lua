--[[
A list's name as a file's name: no two lists share one, and none leaves its
folder.

  file_name.of("bob")        --> "bob.list"
  file_name.of("../passwd")  --> "%2E%2E%2Fpasswd.list"
--]]
local file_name = {}

--- Longest list name in bytes. Escaped threefold it still fits into the 255
--- bytes that file systems allow, with an ending.
file_name.LONGEST = 80

local function escape(char) return ("%%%02X"):format(char:byte()) end

---@param name string any bytes, at most LONGEST of them
---@return string
function file_name.of(name)
  if #name > file_name.LONGEST then
    error(("expected a name of at most %d bytes, got %d bytes")
      :format(file_name.LONGEST, #name), 2)
  end
  return (name:gsub("[^a-zA-Z0-9_-]", escape)) .. ".list"
end

return file_name
