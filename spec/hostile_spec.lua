-- Whatever a script does, it ends alone, with a reason that says why, while
-- others are served. The scripts are in hostile/.

local hostile = require "support.hostile"
local probe = require "probe"
local support = require "support"

describe("a hostile script ends alone:", function()
  local before = probe.actors()

  after_each(function()
    support.eventually(function() return probe.actors() <= before end)
  end)

  for _, file in ipairs(hostile.files) do
    describe(file, function()
      for _, case in ipairs(hostile.cases(file)) do
        it(case[1], function()
          -- Little time, where time is what it will need.
          local result = hostile.run(case, {
            cpu = case[2]:find "cpu" and 0.1 or 20,
            memory = 32 * 1024 * 1024,
          })
          assert.is_true(hostile.expected(case, result),
            ("expected %s, got %s: %s"):format(case[2], result.ended,
              result.reason))
          assert.is_true(result.calls > 0, "the witness has answered")
        end)
      end
    end)
  end
end)

describe("depth", function()
  it("has room on a worker's stack, whatever the shell allows", function()
    local result = support.command.run({ "sh", "-c",
      "ulimit -s 256; exec " .. support.command.quote(
        support.command.binary()) .. " run spec/hostile/depth.lua" })
    assert.same({ 0, "C stack overflow\n" }, { result.status, result.stdout })
  end)
end)
