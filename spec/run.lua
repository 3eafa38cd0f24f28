-- Runs busted in an actor of the binary under test:
--
--   build/test/troupe run spec/run.lua [spec files and busted's options]
--
-- See .busted for the defaults, suite.lua for how `make test` runs all, and
-- what TROUPE_SPEC_CLOCK is.

package.path = "./spec/?.lua;./spec/?/init.lua;" .. package.path

if os.getenv "TROUPE_SPEC_CLOCK" then
  require "probe".test_here()
  require "troupe.core".clock(os.getenv "TROUPE_SPEC_CLOCK")
end

require "busted.runner" { standalone = false }
