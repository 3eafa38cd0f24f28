-- troupe completion: what is offered where, and what bash, zsh and fish make
-- of it at a terminal when somebody presses Tab.

local command = require "support.command"
local project = require "support.project"
local tmux = require "support.tmux"

local function has(shell)
  return os.execute("command -v " .. shell .. " >/dev/null") == true
end

-- The words offered for the last of these, and what else may stand there.
local function offered(place, ...)
  local result = place:troupe("completion", "offer", "--", ...)
  assert.same({ 0, "" }, { result.status, result.stderr })
  local other, rest = result.stdout:match "^(%l+)\n(.*)$"
  local words = {}
  for word in rest:gmatch "([^\n]*)\t[^\n]*\n" do words[#words + 1] = word end
  return table.concat(words, " "), other
end

local GREET = [[
return {
  summary = "greet somebody",
  usage = "NAME [FILE...]",
  choices = function(words) return { "ann", "bob" .. #words } end,
  options = {
    { name = "loud", help = "in capitals" },
    { name = "voice", value = "V", choices = { "high", "low" } },
    { name = "to", value = "FOLDER" },
  },
  run = print,
  commands = {
    { name = "all", summary = "greet all", run = print,
      options = { { name = "twice" } } },
  },
}
]]

describe("troupe completion offer", function()
  local place, shop
  setup(function()
    place = project.empty()
    shop = project.new()
    shop:write("cli/greet.lua", GREET)
  end)

  local function offers(expected, where, ...)
    assert.same(expected, { offered(where, ...) })
  end

  it("offers commands, all that help lists", function()
    local names = place:troupe("help", "--names").stdout
      :gsub("\n$", ""):gsub("\n", " ")
    offers({ names, "none" }, place, "")
    offers({ "completion", "none" }, place, "com")
    offers({ "test", "none" }, place, "--log", "debug", "--watch", "tes")
    offers({ "completion", "none" }, place, "help", "com")
    offers({ "", "files" }, place, "nothing", "")
  end)

  it("offers options, and those of the host", function()
    offers({ "--workers --watch", "none" }, place, "run", "--w")
    offers({ "--workers --watch", "none" }, place, "--w")
    offers({ "--set", "none" }, place, "--s")
    offers({ "-e --json --list --help", "none" }, place, "attach", "shop", "-")
    offers({ "--filter --filter-out", "none" }, place, "test", "--f")
    offers({ "--env", "none" }, place, "check", "--e")
  end)

  it("offers what an option's value may be", function()
    offers({ "debug", "none" }, place, "run", "--log", "de")
    offers({ "dev prod test", "none" }, shop, "--env", "")
    offers({ "prod", "none" }, shop, "run", "--env", "=", "p")
    offers({ "--env=prod", "none" }, shop, "check", "--env=p")
    offers({ "high low", "none" }, shop, "greet", "--voice", "")
    offers({ "", "folders" }, shop, "greet", "--to", "")
    offers({ "", "none" }, shop, "greet", "--set", "")
  end)

  it("offers what a word may be", function()
    offers({ "", "files" }, place, "run", "")
    offers({ "", "files" }, place, "test", "a", "")
    offers({ "", "none" }, place, "new", "")
    offers({ "", "none" }, place, "clean", "x", "")
    offers({ "bash zsh fish offer", "none" }, place, "completion", "")
    offers({ "zsh", "none" }, place, "help", "completion", "z")
  end)

  it("leaves a script's words to the script", function()
    offers({ "", "files" }, place, "run", "main.lua", "--l")
    offers({ "", "files" }, place, "-e", "print(1)", "--l")
    offers({ "", "none" }, place, "check", "--", "--l")
  end)

  it("offers a project's own commands, with all that they take", function()
    offers({ "greet", "none" }, shop, "gr")
    offers({ "greet", "none" }, shop, "help", "gr")
    offers({ "--loud --log", "none" }, shop, "greet", "--lo")
    offers({ "all", "none" }, shop, "greet", "")
    offers({ "all", "none" }, shop, "help", "greet", "")
    offers({ "--twice", "none" }, shop, "greet", "all", "--t")
    offers({ "bob1", "none" }, shop, "greet", "x", "b")
  end)

  it("offers the hosts that run to attach", function()
    local runtime = command.directory()
    local environment = { TROUPE_RUNTIME_DIR = runtime }
    local server = command.start({ command.binary(), "run", "--name", "till" },
      { directory = shop.folder, environment = environment })
    server:await "shop runs"
    local result = command.run({ command.binary(), "completion", "offer", "--",
      "attach", "" }, { environment = environment })
    assert.same({ status = 0, stdout = "none\ntill\t\n", stderr = "" }, result)
    assert.equal("till\n", command.run({ command.binary(), "attach",
      "--list" }, { environment = environment }).stdout)
    server:stop()
    assert.same({ status = 0, stdout = "", stderr = "" }, command.run({
      command.binary(), "attach", "--list" }, { environment = environment }))
  end)

  it("is not kept from it by what is broken", function()
    local broken = project.new()
    broken:write("config/dev.lua", "return {")
    broken:write("cli/greet.lua", "return {")
    offers({ "check", "none" }, broken, "che")
    offers({ "greet", "none" }, broken, "gr")
    broken:write("shop-dev-1.rockspec", "= 1")
    offers({ "check", "none" }, broken, "che")
  end)
end)

-- What each types, and how it reads its script.
local SHELLS = {
  bash = {
    words = { "bash", "--norc", "--noprofile", "-i" },
    load = 'PS1="at> "; eval "$(troupe completion bash)"',
  },
  zsh = {
    words = { "zsh", "-f", "-i" },
    load = 'PS1="at> "; eval "$(troupe completion zsh)"',
  },
  fish = {
    words = { "fish", "--no-config" },
    load = "function fish_prompt; echo -n 'at> '; end; " ..
      "troupe completion fish | source",
  },
}

for _, shell in ipairs { "bash", "zsh", "fish" } do
  describe("completion in " .. shell, function()
    after_each(tmux.finish)

    local function open(place)
      local folder = command.binary():match "^(.*)/"
      local terminal = tmux.start(SHELLS[shell].words, {
        width = 120, directory = place.folder, environment = {
          HOME = command.directory(), PATH = folder .. ":" ..
          os.getenv "PATH" } })
      terminal:await "[$#%%>]"
      terminal:enter(SHELLS[shell].load)
      terminal:await "\nat>"
      return terminal
    end

    -- Each becomes this when Tab is pressed; then the line is cleared.
    local LINES = {
      { "troupe compl", "troupe completion" },
      { "troupe completion zs", "troupe completion zsh" },
      { "troupe run --lo", "troupe run --log" },
      { "troupe run --log deb", "troupe run --log debug" },
      { "troupe check --env=pr", "troupe check --env=prod" },
      { "troupe gree", "troupe greet" },
      { "troupe greet --tw", "troupe greet --twice" },
      { "troupe help greet al", "troupe help greet all" },
      { "troupe test spec/sh", "troupe test spec/shop_spec.lua" },
      { "troupe run lua/shop/cou", "troupe run lua/shop/counter.lua" },
    }

    it("does what it should when Tab is pressed", function()
      if not has(shell) then return pending(shell .. " is not installed") end
      local shop = project.new()
      shop:write("cli/greet.lua", (GREET:gsub('"loud"', '"twice"')))
      local terminal = open(shop)
      for _, line in ipairs(LINES) do
        terminal:type(line[1])
        terminal:keys "Tab"
        terminal:ends("at> " .. line[2])
        terminal:keys "C-u"
        terminal:await "at>$"
      end
    end)
  end)
end

describe("troupe completion", function()
  it("tells about itself, and which shells it knows", function()
    local place = project.empty()
    assert.matches("^usage: troupe completion COMMAND ...\n",
      place:troupe("completion", "--help").stdout)
    assert.same({ status = 1, stdout = "", stderr = "troupe: unknown " ..
      "command completion zhs; did you mean zsh? (see troupe completion " ..
      "--help)\n" },
      place:troupe("completion", "zhs"))
    assert.same({ status = 1, stdout = "", stderr = "troupe: expected one " ..
      "of bash, zsh, fish, offer (see troupe completion --help)\n" },
      place:troupe "completion")
  end)

  it("prints what the shell can read", function()
    local place = project.empty()
    for shell, check in pairs { bash = "bash -n", zsh = "zsh -n",
      fish = "fish --no-execute" } do
      if has(shell) then
        place:write("script", place:troupe("completion", shell).stdout)
        assert.same({ status = 0, stdout = "", stderr = "" },
          command.run(check .. " script", { directory = place.folder }))
      end
    end
  end)
end)
