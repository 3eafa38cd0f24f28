---@meta troupe.tcp

--- `127.0.0.1:4000`, `[::1]:4000`, `localhost:4000`, `*:4000`, `unix:/path`;
--- port 0 is any free one.
---@alias troupe.tcp.address string

--- A line without its end; so many bytes; or what is there.
---@alias troupe.tcp.want "line"|"some"|integer

--- A connection. It belongs to its actor, and is closed with it.
---@class troupe.socket: userdata
local socket = {}

--- Waits for data. At the end nil; a failure is nil, "ECONNRESET: ...",
--- "ECONNRESET".
---@param what? troupe.tcp.want ("line")
---@return string|nil data
---@return string|nil problem
---@return string|nil code
function socket:read(what) end

--- From now on data arrives as `info.data(state, sock, data)`, one at a time,
--- and its end as `info.closed(state, sock, reason)`.
---@param what? troupe.tcp.want ("line")
---@return true|nil
---@return string|nil problem
---@return string|nil code
function socket:deliver(what) end

--- Waits while 256 KiB are unsent.
---@param ... string|number
---@return true|nil
---@return string|nil problem
---@return string|nil code
function socket:write(...) end

--- As `write`, but refuses: nil, "EAGAIN: ...", "EAGAIN".
---@param ... string|number
---@return true|nil
---@return string|nil problem
---@return string|nil code
function socket:trywrite(...) end

--- What is unsent is sent before.
---@return true
function socket:close() end

--- The address of the other end.
---@return string|nil
---@return string|nil problem
---@return string|nil code
function socket:peer() end

--- The address of this end.
---@return string|nil
---@return string|nil problem
---@return string|nil code
function socket:address() end

--- Accepts connections until it is closed, or its actor ends.
---@class troupe.listener: userdata
local listener = {}

---@return true
function listener:close() end

--- Where it listens: with the port that it got.
---@return string # "": it is closed
function listener:address() end

---@class troupe.serve_options
---@field max? integer connections at a time
---@field line? integer bytes of the longest line (64 KiB)
---@field backlog? integer connections that the system keeps waiting

---@class troupe.tcp
local tcp = {}

--- Listens. Each connection becomes an actor with `init(sock, args)`.
---@param address troupe.tcp.address
---@param module string the behaviour of connections
---@param args? any
---@param options? troupe.serve_options
---@return troupe.listener|nil
---@return string|nil problem "EADDRINUSE: ..."
---@return string|nil code
function tcp.serve(address, module, args, options) end

--- Waits for a connection.
---@param address troupe.tcp.address
---@return troupe.socket|nil
---@return string|nil problem "ECONNREFUSED: ..."
---@return string|nil code
function tcp.connect(address) end

return tcp
