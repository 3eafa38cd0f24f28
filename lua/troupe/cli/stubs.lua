--- What editors need to know of troupe: files for lua-language-server, with
--- the types of all public modules. Not for scripts: see troupe stubs.
--
-- They are in the executable, as lua/meta/ was when it was made; in a project
-- they are in a folder of their own, which .luarc.json names.

local meta = require "troupe.cli.meta"
local shell = require "troupe.cli.shell"

local stubs = {}

--- Where they are in a project.
stubs.FOLDER = ".troupe/meta"

local function write_all(folder)
  for path, text in pairs(meta) do
    local file = folder .. "/" .. path
    local good, why = shell.make_folder(shell.parent(file))
    if not good then return nil, why end
    good, why = shell.write(file, text)
    if not good then return nil, why end
  end
  return true
end

--- Writes them into a folder, all or none; what was there is gone.
---@param folder string
---@return boolean|nil done, string|nil why
function stubs.write(folder)
  local parent = shell.parent(folder)
  local good, why = shell.make_folder(parent)
  if not good then return nil, why end
  local scratch <close>, refusal = shell.scratch(parent)
  if not scratch then return nil, refusal end
  local fresh = scratch.path .. "/meta"
  good, why = write_all(fresh)
  if not good then return nil, why end
  good, why = shell.remove(folder)
  if not good then return nil, why end
  return os.rename(fresh, folder)
end

return stubs
