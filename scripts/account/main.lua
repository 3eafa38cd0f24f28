local troupe = require "troupe"

local pid = troupe.start("account", 100)

print(troupe.call(pid, "withdraw", 30))   -- expect: 70
print(troupe.call(pid, "withdraw", 300))  -- expect: nil	insufficient funds
print(troupe.cast(pid, "note", "cash"))   -- expect: true

local ok, why = pcall(troupe.call, pid, "withdraw", "all")
print(ok, why.kind, why.begun)            -- expect: false	exit	true
print(why.trace[1].request)               -- expect: call "withdraw"
