-- troupe completion: the scripts, and what a shell makes of them.

local command = require "support.command"
local project = require "support.project"

local quote = command.quote

local function has(shell)
  return os.execute("command -v " .. shell .. " >/dev/null") == true
end

-- What bash offers for a line that ends where the cursor is.
local function offered(place, ...)
  local words, quoted = { "troupe", ... }, {}
  for index, word in ipairs(words) do quoted[index] = quote(word) end
  local script = ('troupe() { %s "$@"; }\neval "$(troupe completion bash)"\n' ..
    "COMP_WORDS=(%s) COMP_CWORD=%d\n_troupe\necho \"${COMPREPLY[*]}\"\n")
    :format(quote(command.binary()), table.concat(quoted, " "), #words - 1)
  local result = command.run({ "bash", "-c", script },
    { directory = place.folder })
  assert.equal("", result.stderr)
  return result.stdout:gsub("\n$", "")
end

describe("completion in bash", function()
  local place
  setup(function() place = project.empty() end)

  it("offers commands", function()
    assert.equal("run repl attach new test check clean stubs " ..
      "completion help",
      offered(place, ""))
    assert.equal("check clean completion", offered(place, "c"):gsub(" $", ""))
    assert.equal("test", offered(place, "--log", "debug", "--watch", "t"))
    assert.equal("completion", offered(place, "help", "co"))
  end)

  it("offers a project's own", function()
    local shop = project.new()
    shop:write("cli/greet.lua", "return { run = print }")
    assert.equal("greet", offered(shop, "gr"))
    assert.equal("greet", offered(shop, "help", "gr"))
  end)

  it("offers options, C's as well", function()
    assert.equal("--workers --watch", offered(place, "run", "--w"))
    assert.equal("--set", offered(place, "--s"))
    assert.equal("-e --json", offered(place, "attach", "shop", "-"))
    assert.equal("--filter --filter-out", offered(place, "test", "--f"))
    assert.equal("--names --man --help", offered(place, "help", "--"))
  end)

  it("offers what a word may be, else files", function()
    assert.equal("bash zsh fish", offered(place, "completion", ""))
    assert.equal("", offered(place, "run", "m"))
    assert.equal("", offered(place, "--set", ""))
    assert.equal("", offered(place, "new", "s"))
  end)
end)

describe("completion in fish", function()
  it("offers the same", function()
    if not has "fish" then return pending "fish is not installed" end
    local place = project.empty()
    local function offers(line)
      local script = ("function troupe; %s $argv; end\n" ..
        "troupe completion fish | source\ncomplete -C %s\n"):format(
        quote(command.binary()), quote(line))
      local result = command.run({ "fish", "--no-config", "-c", script },
        { directory = place.folder, environment = { HOME = place.folder } })
      assert.equal("", result.stderr)
      return result.stdout:gsub("\t[^\n]*", ""):gsub("\n", " ")
    end
    assert.equal("check clean completion ", (offers "troupe c"))
    assert.equal("bash fish zsh ", (offers "troupe completion "))
    assert.equal("--filter --filter-out ", (offers "troupe test --f"))
    assert.equal("--watch --workers ", (offers "troupe --log debug run --w"))
  end)
end)

describe("completion in zsh", function()
  it("is a script of zsh's", function()
    if not has "zsh" then return pending "zsh is not installed" end
    local place = project.empty()
    place:write("_troupe", place:troupe("completion", "zsh").stdout)
    assert.same({ status = 0, stdout = "", stderr = "" },
      command.run({ "zsh", "-n", "_troupe" }, { directory = place.folder }))
  end)
end)

describe("troupe completion", function()
  it("tells about itself, and which shells it knows", function()
    local place = project.empty()
    assert.matches("^usage: troupe completion bash|zsh|fish\n",
      place:troupe("completion", "--help").stdout)
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: expected bash, zsh or fish, got tcsh\n" },
      place:troupe("completion", "tcsh"))
    assert.same({ status = 1, stdout = "", stderr = "troupe: expected " ..
      "bash|zsh|fish (see troupe completion --help)\n" },
      place:troupe "completion")
  end)
end)
