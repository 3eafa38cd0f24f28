--- troupe stubs

local shell = require "troupe.cli.shell"
local stubs = require "troupe.cli.stubs"

return {
  summary = "write what editors need to know of troupe",
  help = [[
Writes .troupe/meta/: files for lua-language-server, with the types and the
documentation of all that a script may require of troupe. .luarc.json names
that folder. It is not kept with the project, so: after a clone, and when
there is a new troupe.]],
  project = true,
  settings = false,
  run = function()
    local good, why = stubs.write(stubs.FOLDER)
    if not good then
      return nil, ("cannot write %s: %s"):format(stubs.FOLDER, why)
    end
    local settings = shell.read ".luarc.json"
    if not (settings and settings:find(stubs.FOLDER, 1, true)) then
      print(('.luarc.json: "workspace.library" should name "%s"'):format(
        stubs.FOLDER))
    end
  end,
}
