-- The pure parts of the to-do system: any Lua 5.4 runs these.

package.path = "./scripts/todo/?.lua;" .. package.path

local file_name = require "todo.file_name"
local list = require "todo.list"
local options = require "todo.options"
local protocol = require "todo.protocol"

local function december()
  return list.new {
    { date = "2018-12-19", title = "Dentist" },
    { date = "2018-12-20", title = "Shopping" },
    { date = "2018-12-19", title = "Movies" },
  }
end

local function titles(entries)
  local found = {}
  for index, entry in ipairs(entries) do found[index] = entry.title end
  return found
end

describe("a to-do list", function()
  it("is empty at first", function()
    assert.equal(0, list.new():size())
  end)

  it("counts its entries", function()
    assert.equal(3, december():size())
  end)

  it("gives the entries of a date in the order of their ids", function()
    assert.same({ "Dentist", "Movies" },
      titles(december():entries "2018-12-19"))
  end)

  it("gives nothing for a date without entries", function()
    assert.same({}, december():entries "2018-12-21")
  end)

  it("gives ids from 1 upwards, whatever the entry says", function()
    local items = list.new()
    assert.equal(1, items:add { id = 7, date = "2018-12-19", title = "A" })
    assert.equal(2, items:add { id = 1, date = "2018-12-19", title = "B" })
    assert.equal(1, items:entries("2018-12-19")[1].id)
  end)

  it("never gives an id twice", function()
    local items = december()
    items:delete(3)
    assert.equal(4, items:add { date = "2018-12-19", title = "Cinema" })
  end)

  it("keeps a copy of what it is given", function()
    local items = list.new()
    local entry = { date = "2018-12-19", title = "Dentist" }
    items:add(entry)
    entry.title = "Nothing"
    assert.same({ "Dentist" }, titles(items:entries "2018-12-19"))
    assert.is_nil(entry.id)
  end)

  it("keeps further fields of an entry", function()
    local items = list.new { { date = "2018-12-19", title = "A", place = 3 } }
    assert.equal(3, items:entries("2018-12-19")[1].place)
  end)

  it("updates an entry", function()
    local items = december()
    assert.is_true(items:update(2, function(entry)
      entry.title = "Updated shopping"
      return entry
    end))
    assert.equal(3, items:size())
    assert.same({ "Updated shopping" }, titles(items:entries "2018-12-20"))
  end)

  it("keeps an entry's id through an update", function()
    local items = december()
    items:update(2, function()
      return { id = 9, date = "2018-12-20", title = "Other" }
    end)
    assert.equal(2, items:entries("2018-12-20")[1].id)
  end)

  it("stays as it is when the update raises", function()
    local items = december()
    assert.has_error(function()
      items:update(2, function(entry)
        entry.title = "Half"
        error "no"
      end)
    end)
    assert.same({ "Shopping" }, titles(items:entries "2018-12-20"))
  end)

  it("refuses an update that returns no entry", function()
    assert.error_matches(function()
      december():update(2, function() end)
    end, "expected the update to return an entry, got nil")
  end)

  it("stays as it is when an unknown id is updated", function()
    local items = december()
    assert.is_false(items:update(4, function() error "not called" end))
    assert.same(december(), items)
  end)

  it("deletes an entry", function()
    local items = december()
    assert.is_true(items:delete(2))
    assert.equal(2, items:size())
    assert.same({}, items:entries "2018-12-20")
  end)

  it("stays as it is when an unknown id is deleted", function()
    local items = december()
    assert.is_false(items:delete(4))
    assert.same(december(), items)
  end)
end)

describe("a list's file name", function()
  it("is the list's name where that is harmless", function()
    assert.equal("bob-2_B.list", file_name.of "bob-2_B")
  end)

  it("never leaves its folder", function()
    for _, name in ipairs { "..", "/etc/passwd", "a/../b", ".", "a\0b", "" } do
      assert.matches("^[%w%%_-]*%.list$", file_name.of(name))
    end
  end)

  it("is one for each name", function()
    local seen = {}
    for _, name in ipairs { "a b", "a%20b", "a+b", "a", "A", "%61", "" } do
      local file = file_name.of(name)
      assert.is_nil(seen[file])
      seen[file] = true
    end
  end)

  it("fits into a directory entry", function()
    local longest = ("/"):rep(file_name.LONGEST)
    assert.is_true(#file_name.of(longest) + #".new" <= 255)
  end)

  it("is refused for a name that is too long", function()
    assert.error_matches(function()
      file_name.of(("x"):rep(file_name.LONGEST + 1))
    end, "expected a name of at most 80 bytes, got 81 bytes")
  end)
end)

describe("the line protocol", function()
  it("reads an add, with spaces in the title", function()
    assert.same({
      name = "add", list = "bob", date = "2018-12-19",
      title = "Dentist  at noon",
    }, protocol.parse "add bob 2018-12-19 Dentist  at noon ")
  end)

  it("reads an entries, a help and a quit", function()
    assert.same({ name = "entries", list = "bob", date = "2018-12-19" },
      protocol.parse "  entries bob  2018-12-19")
    assert.same({ name = "help" }, protocol.parse "help")
    assert.same({ name = "quit" }, protocol.parse "quit")
  end)

  local refused = {
    ["dance bob"] = 'expected one of add, entries, help, quit, got "dance"',
    [""] = 'expected one of add, entries, help, quit, got ""',
    ["add"] = "expected add LIST DATE TITLE",
    ["add bob 2018-12-19"] = "expected add LIST DATE TITLE",
    ["entries bob"] = "expected entries LIST DATE",
    ["entries bob 2018-12-19 now"] = "expected entries LIST DATE",
    ["entries bob tomorrow"] =
      'expected a date like 2018-12-19, got "tomorrow"',
    ["add bob 2018-02-30 Dentist"] =
      'expected a date like 2018-12-19, got "2018-02-30"',
    ["a\27b"] = 'expected one of add, entries, help, quit, got "a?b"',
  }
  for line, reason in pairs(refused) do
    it(("refuses %q"):format(line), function()
      local command, why = protocol.parse(line)
      assert.is_nil(command)
      assert.equal(reason, why)
    end)
  end

  it("refuses a list name that is too long, in one short line", function()
    local _, why = protocol.parse("entries " .. ("x"):rep(500) ..
      " 2018-12-19")
    assert.matches("^expected a list name of at most 80 bytes", why)
    assert.is_true(#why < 120)
  end)

  it("knows the calendar", function()
    for _, date in ipairs { "2018-12-31", "2020-02-29", "2000-02-29" } do
      assert.is_true(protocol.is_date(date), date)
    end
    for _, date in ipairs { "2018-13-01", "2018-00-10", "2018-01-00",
        "2018-04-31", "2019-02-29", "1900-02-29", "18-12-19", "2018-12-19 " } do
      assert.is_false(protocol.is_date(date), date)
    end
  end)

  it("writes entries a line each, then an end", function()
    assert.equal("2018-12-19 Dentist\n2018-12-19 Movies\nend\n",
      protocol.entries(december():entries "2018-12-19"))
    assert.equal("end\n", protocol.entries {})
  end)

  it("writes a failure as one line", function()
    assert.equal("error: no\n", protocol.failure "no\nstack traceback: ...")
    assert.equal("error: late\n",
      protocol.failure { kind = "timeout", message = "late" })
  end)
end)

describe("the options of a script", function()
  local defaults = { port = 4000, data = "here" }

  local function parse(...)
    return options.parse({ ... }, defaults, { port = { 0, 65535 } }, "usage")
  end

  it("are the defaults where nothing is given", function()
    assert.same(defaults, parse())
  end)

  it("are taken in pairs", function()
    assert.same({ port = 80, data = "there" },
      parse("--data", "there", "--port", "80"))
  end)

  it("are refused with the usage, or with what was expected", function()
    for _, bad in ipairs { { "--pot", "1" }, { "--port" }, { "port", "1" } } do
      assert.same({ nil, "usage" }, { parse(table.unpack(bad)) })
    end
    for _, bad in ipairs { "x", "-1", "65536", "1.5", "" } do
      assert.same({ nil, "expected --port to be a whole number from 0 to " ..
        '65535, got "' .. bad .. '"' }, { parse("--port", bad) })
    end
  end)
end)
