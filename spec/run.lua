-- Runs busted in an actor of the binary under test:
--
--   build/test/troupe run spec/run.lua [spec files and busted's options]
--
-- See .busted for the defaults, suite.lua for how `make test` runs all.

package.path = "./spec/?.lua;./spec/?/init.lua;" .. package.path

require "busted.runner" { standalone = false }
