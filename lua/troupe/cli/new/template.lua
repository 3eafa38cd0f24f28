--- The files of a new project: what `troupe new` writes. Not for scripts.
--
-- NAME stands for the project's name everywhere. A list, as the order of what
-- is told; what the files say to each other is held by spec/cli_new_spec.lua,
-- which makes a project and tests, checks and runs it.

local template = {}

local FILES = {
  { "NAME-dev-1.rockspec", [=[
rockspec_format = "3.0"
package = "NAME"
version = "dev-1"
source = { url = "git+https://example.org/NAME.git" }
description = {
  summary = "A server.",
  license = "unlicensed",
}
dependencies = { "lua ~> 5.4" }
test_dependencies = { "busted ~> 2.0" }
test = { type = "command", command = "troupe test" }
build = { type = "builtin" }
]=] },

  { "lua/NAME.lua", [=[
--- The application: what `troupe run` starts.

local supervisor = require "troupe.supervisor"

local NAME = {}

--- Starts all servers; they end with their supervisor.
---@return troupe.pid|nil supervisor
---@return any reason
function NAME.start()
  return supervisor.start {
    { "NAME.counter", { first = 1 }, name = "counter" },
  }
end

return NAME
]=] },

  { "lua/NAME/counter.lua", [=[
--- Gives numbers, each once.
--
--     troupe.call("counter", "next")   --> 1

---@class NAME.counter: troupe.behaviour
local counter = { call = {} }

---@param arguments { first: integer }
function counter.init(arguments)
  return { following = arguments.first }
end

--- The next number.
function counter.call.next(state)
  local number = state.following
  state.following = number + 1
  return number
end

return counter
]=] },

  { "spec/NAME_spec.lua", [=[
local NAME = require "NAME"
local test = require "troupe.test"
local troupe = require "troupe"

describe("NAME", function()
  before_each(function() test.start_supervised(NAME.start) end)

  it("gives each number once", function()
    assert.equal(1, troupe.call("counter", "next"))
    test.advance(3600) -- an hour later, which takes no time
    assert.equal(2, troupe.call("counter", "next"))
  end)
end)
]=] },

  { "config/dev.lua", [=[
-- Settings for troupe.config, on the machine of who works on it.
return {}
]=] },

  { "config/test.lua", [=[
-- Settings for troupe.config, in `troupe test`.
return {}
]=] },

  { "config/prod.lua", [=[
-- Settings for troupe.config, with `troupe run --env prod`. A limit holds for
-- each actor whose start options do not say otherwise.
return {
  limits = { memory = 256 * 1024 * 1024 },
}
]=] },

  { "README.md", [=[
# NAME

    troupe test                    # runs the specs, in spec/
    troupe test --schedules 100    # the same, with messages in other orders
    troupe check                   # looks for mistakes
    troupe stubs                   # after a clone: for editors
    troupe run --name NAME         # starts it; Ctrl-C stops it
    troupe attach NAME             # in another terminal: what is it doing?
    troupe build                   # one file, build/NAME, to be run elsewhere

`lua/NAME.lua` starts the servers, which are modules in `lua/NAME/`. Settings
are in `config/`, a file for each environment: `troupe run --env prod`.
]=] },

  { ".github/workflows/check.yml", [=[
# On every push, on a fresh Debian: what check and test say.
#
# Where Troupe's Debian package is to be had, the repository's variable
# TROUPE_PACKAGE says: a URL. (`make deb` in Troupe makes the package.)
name: check

on: [push, pull_request]

jobs:
  check:
    runs-on: ubuntu-latest
    container: debian:12
    steps:
      - name: install what is needed
        run: |
          apt-get update
          apt-get install -y --no-install-recommends ca-certificates curl git
          apt-get install -y --no-install-recommends lua-busted lua-check \
            luarocks
      - name: install troupe
        env:
          TROUPE_PACKAGE: ${{ vars.TROUPE_PACKAGE }}
        run: |
          curl -fsSL -o troupe.deb "$TROUPE_PACKAGE"
          apt-get install -y --no-install-recommends ./troupe.deb
      - uses: actions/checkout@v4
      - run: test ! -f luarocks.lock || troupe deps get --locked
      - run: troupe check
      - run: troupe test
]=] },

  { ".busted", [=[
return {
  default = {
    ROOT = { "spec" },
    lpath = "./lua/?.lua;./lua/?/init.lua;./spec/?.lua",
  },
}
]=] },

  { ".luacheckrc", [=[
std = "lua54"
max_line_length = 80
-- A handler names all it is given, used or not: the list is documentation.
unused_args = false
exclude_files = { "lua_modules", "build", ".troupe" }
files["spec"] = { std = "+busted" }
]=] },

  { ".luarc.json", [=[
{
  "runtime.version": "Lua 5.4",
  "runtime.path": ["lua/?.lua", "lua/?/init.lua"],
  "workspace.library": [
    ".troupe/meta", "${3rd}/busted/library", "${3rd}/luassert/library"
  ],
  "workspace.checkThirdParty": false,
  "workspace.ignoreDir": ["lua_modules", "build"]
}
]=] },

  { ".editorconfig", [=[
root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true
trim_trailing_whitespace = true

[*.lua]
indent_style = space
indent_size = 2
max_line_length = 80
]=] },

  { ".gitignore", [=[
/.troupe/
/build/
/lua_modules/
luacov.*.out
]=] },
}

--- The files of a project of that name: `{path, text}` each.
---@param name string
---@return table[]
function template.files(name)
  local files = {}
  for index, file in ipairs(FILES) do
    files[index] = { (file[1]:gsub("NAME", name)),
      (file[2]:gsub("NAME", name)) }
  end
  return files
end

return template
