--[[
What stands in an actor's mailbox: troupe.inspect.mailbox.

  local queue = inspect.mailbox("rates", 5)
  print(queue.total, queue[1].request, queue[1].sender)

A list of the oldest messages, and `total`, how many there are, `bytes`, of the
requests among them, and `senders`, how many wait for room. Of each message, as
far as known:

  kind       call, cast, info, timer, down, socket, ...
  sender     pid; behaviour: its name
  request    `call "deposit" 50`, cut where it is long
  bytes      as the mailbox counts them
  age        seconds; of calls and of some others
  given_up   a call whose caller has: it will be skipped

The request in hand is in no mailbox.

The actor looks itself, whatever it is doing; no message is touched.
--]]
local core = require "troupe.core"

local mailbox = {}

--- The oldest n messages that stand in the target's mailbox.
---@param target any pid, key or address
---@param n integer|nil at most; 20, up to 1000
---@return table
function mailbox.mailbox(target, n)
  local records, queue = core.messages(target, n or 20)
  for i, record in ipairs(records) do
    queue[i] = {
      kind = record.kind,
      sender = record.peer,
      behaviour = record.behaviour,
      request = record.request,
      bytes = record.bytes,
      age = record.queued,
      given_up = record.how == "given up" or nil,
    }
  end
  return queue
end

return mailbox
