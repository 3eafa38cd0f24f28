--- What goes over the socket between a session and its client. Not for
-- scripts.
--
-- A frame is the length of what follows (32 bits, little-endian), one byte
-- that says what it is, and its payload.
--
-- From a client: H hello (lines key=value: protocol, mode, width, colour; it
-- may be said again when the screen changes), E evaluate an input, S a whole
-- script, I interrupt, C complete the text before the cursor.
-- To a client: W welcome, before anything is said; P the prompt from now on, O
-- output, N a notice; to each E and S, in order, one of R the values, F the
-- failure, M more is needed; to each C a C (how many bytes before the cursor
-- are replaced, then the candidates, a line each); Z why the session ends.

local frame = {}

frame.LARGEST = 1024 * 1024      -- from a client
frame.LARGEST_OUT = 64 * 1024 * 1024 -- to one

--- Its bytes.
---@param kind string one byte
---@param payload string
---@return string
function frame.pack(kind, payload)
  if #payload >= frame.LARGEST_OUT then
    payload = payload:sub(1, frame.LARGEST_OUT - 1)
  end
  return ("<I4"):pack(#payload + 1) .. kind .. payload
end

--- How many bytes follow a length: nil, and why, if that cannot be.
---@param bytes string four of them
---@return integer|nil
function frame.length(bytes)
  if #bytes < 4 then return nil, "the connection ended within a frame" end
  local length = ("<I4"):unpack(bytes)
  if length == 0 then return nil, "a frame has at least one byte" end
  if length > frame.LARGEST then
    return nil, "a frame has at most 1 MiB; give the host a file to load"
  end
  return length
end

local MODES = {terminal = true, plain = true, json = true}

--- What a hello says; nil, and why, if we cannot talk.
---@param payload string
---@return table|nil
function frame.hello(payload)
  local fields = {}
  for name, value in payload:gmatch "([%w_]+)=([^\n]*)" do
    fields[name] = value
  end
  if fields.protocol ~= "1" then
    return nil, "this host speaks protocol 1, the client another"
  end
  local width = math.tointeger(tonumber(fields.width)) or 80
  return {
    mode = MODES[fields.mode] and fields.mode or "plain",
    width = width > 0 and math.max(20, math.min(width, 1000)) or 80,
    colour = fields.colour == "1",
  }
end

return frame
