-- Userdata of the host: whatever a script does with their metatables ends at
-- most an error.

local tcp = require "troupe.tcp"
local troupe = require "troupe"

local function stray_values()
  return { io.stdout, troupe.self(), {}, "x", 1, false }
end

describe("a userdata of the host", function()
  local listener = assert(tcp.serve("127.0.0.1:0", "fixtures.puppet"))
  local kinds = {
    listener = listener,
    socket = assert(tcp.connect(listener:address())),
    timer = troupe.after(60, troupe.self(), "never"),
  }

  teardown(function()
    kinds.socket:close()
    kinds.listener:close()
    kinds.timer:cancel()
  end)

  for name, userdata in pairs(kinds) do
    it("hides the metatable of a " .. name, function()
      assert.equal(name, getmetatable(userdata))
      assert.has_error(function() setmetatable(userdata, {}) end)
    end)

    it("checks what the functions of a " .. name .. " are given", function()
      for event, fn in pairs(debug.getmetatable(userdata)) do
        if type(fn) == "function" then
          for _, stray in ipairs(stray_values()) do
            assert.has_no.errors(function() pcall(fn, stray) end, event)
          end
          for other, foreign in pairs(kinds) do
            if other ~= name then pcall(fn, foreign) end
          end
        end
      end
    end)
  end

  it("is still what it was afterwards", function()
    assert.matches("^127%.0%.0%.1:%d+$", kinds.listener:address())
    assert.matches("^127%.0%.0%.1:%d+$", kinds.socket:peer())
    assert.is_true(kinds.timer:cancel())
  end)

  it("may be collected twice", function()
    local timer = troupe.after(60, troupe.self(), "never")
    local collect = debug.getmetatable(timer).__gc
    collect(timer)
    assert.has_no.errors(function() collect(timer) end)
  end)
end)
