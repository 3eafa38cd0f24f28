--- The world that the game draws: a dot for each row of its board.

local troupe = require "troupe"

for number = 1, #troupe.board "dots" do
  troupe.start("dot", number, {name = "dot" .. number, link = true})
end

return {} -- and stays, for the dots
