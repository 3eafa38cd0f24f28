local account = { call = {}, cast = {} }

function account.init(opening)            -- what it returns is the state
  return { balance = opening or 0 }
end

function account.call.withdraw(state, amount)
  if amount > state.balance then return nil, "insufficient funds" end
  state.balance = state.balance - amount
  return state.balance                    -- what a handler returns is the reply
end

function account.cast.note(state, text) state.note = text end

return account
