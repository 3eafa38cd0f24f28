-- Every script that says what it prints is run, and must print just that.

local command = require "support.command"
local examples = require "support.examples"

local function run(file)
  local result = command.run { command.binary(), "run", file }
  assert.equal(0, result.status, result.stdout .. result.stderr)
  return result.stdout
end

describe("the script", function()
  for _, file in ipairs(command.lines("find scripts -name '*.lua' | sort")) do
    local expected = examples.expected(command.read(file))
    if #expected > 0 then
      it(file .. " prints what it says", function()
        local printed = examples.printed(run(file))
        assert.is_nil(examples.difference(expected, printed))
      end)
    end
  end
end)

describe("what a script says it prints", function()
  local source = 'print "a" -- expect: a\nprint ""  -- expect:\nlocal x\n' ..
    'print "b -- c" -- expect: b -- c'

  it("is read from its comments", function()
    assert.same({ "a", "", "b -- c" }, examples.expected(source))
  end)

  it("is compared line by line", function()
    local expected = examples.expected(source)
    local function difference(output)
      return examples.difference(expected, examples.printed(output))
    end
    assert.is_nil(difference("a\n\nb -- c\n"))
    assert.is_nil(difference("a\n\nb -- c"))
    assert.equal("line 2: expected , got b -- c", difference("a\nb -- c\n"))
    assert.equal("line 3: expected b -- c, got nothing more",
      difference("a\n\n"))
    assert.equal("line 4: expected nothing more, got d",
      difference("a\n\nb -- c\nd\n"))
  end)
end)
