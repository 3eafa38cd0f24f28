-- What stock Lua makes of the snippets in a file, each in a process of its
-- own, and how that compares with what an actor makes of them.
--
--   local stock = require "support.stock"
--   local results = stock.run("spec/stock/table.lua")
--   assert.equal(results.main["a sort"], stock.plain(text))

local command = require "support.command"

local stock = {}

--- The two places that a snippet is run in.
stock.places = { "main", "coroutine" }

--- In a fixed order.
---@param snippets table<string, string>
---@return string[]
function stock.names(snippets)
  local names = {}
  for name in pairs(snippets) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local FRAME = "\n\t[^\n]*support/snippet%.lua:[^\n]*"

--- Without what differs from run to run: addresses, and the stack below the
--- snippet.
---@param text string
---@return string
function stock.plain(text)
  local below
  text = text:gsub("0x%x+", "0x"):gsub(FRAME, "\n\t...")
  repeat text, below = text:gsub("\n\t%.%.%.\n\t[^\n]*", "\n\t...") until
    below == 0
  return text
end

local function shell_text(file, names, directory)
  local words = { "for within in", table.concat(stock.places, " "), "; do" }
  for number, name in ipairs(names) do
    words[#words + 1] = ("lua5.4 spec/support/stock_main.lua %s %s $within " ..
      ">%s/$within.%d 2>&1;"):format(file, command.quote(name), directory,
      number)
  end
  words[#words + 1] = "done"
  return table.concat(words, " ")
end

---@param file string
---@return table<string, table<string, string>> # by place and name
function stock.run(file)
  local names = stock.names(dofile(file))
  local directory = command.directory()
  local results = {}
  os.execute(shell_text(file, names, directory))
  for _, place in ipairs(stock.places) do
    results[place] = {}
    for number, name in ipairs(names) do
      local text = command.read(("%s/%s.%d"):format(directory, place, number))
      results[place][name] = stock.plain(text)
    end
  end
  return results
end

return stock
