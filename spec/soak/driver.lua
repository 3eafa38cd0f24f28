-- Makes load until its time is over, and then tells. Nobody harms it, so it
-- sees whether everything that it waits for comes to an end.

local troupe = require "troupe"
local actions = require "soak.actions"

local AT_ONCE = 10 -- actions between looks at its mailbox

local driver = { cast = {} }

function driver.init(args)
  math.randomseed(args.seed, args.index)
  troupe.trap(true)
  return { about = args.about, last = troupe.now() + args.seconds,
    teller = args.teller, spared = true, count = 0 }
end

function driver.continue() troupe.cast(troupe.self(), "go_on") end

function driver.cast.go_on(state)
  for _ = 1, AT_ONCE do actions.one(state.about, state) end
  if troupe.now() < state.last then
    troupe.cast(troupe.self(), "go_on")
  else
    troupe.send(state.teller, "done", state.count, state.surprises or {})
    troupe.exit()
  end
end

function driver.cast.trap() end -- to its group

function driver.down() end

return driver
