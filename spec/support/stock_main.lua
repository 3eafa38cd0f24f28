-- One snippet, by its file and name, in the Lua that runs this file:
--
--   lua5.4 spec/support/stock_main.lua spec/stock/table.lua "a sort" main

package.path = "./spec/?.lua;./spec/?/init.lua;" .. package.path

local snippets, name, within = dofile(arg[1]), arg[2], arg[3]
local write = io.write
local run = require "support.snippet".run

rawset(_G, "arg", nil)
write(run(snippets[name], within, function(...) return ... end))
