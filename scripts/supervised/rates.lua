-- Knows exchange rates, and has a weak spot.

local rates = { call = {} }

function rates.init(known) return known end

function rates.call.get(known, currency)
  if #currency ~= 3 then error("no such currency: " .. currency, 0) end
  return known[currency]
end

-- For tasks: a plain function.
function rates.cents(euros) return euros * 100 // 1 | 0 end

return rates
