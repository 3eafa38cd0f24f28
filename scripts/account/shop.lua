-- A shop whose till is an account, for `troupe attach shop`.

local troupe = require "troupe"

troupe.start("account", 100, { name = "till" })
troupe.timeout(math.huge, troupe.receive)
