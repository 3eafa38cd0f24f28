--- Files and folders, for the commands. Not for scripts: it waits without
--- letting others run.
--
-- Lua can open, rename and remove files; for the rest there is a POSIX shell.

local shell = {}

--- One word for the shell.
---@param word string
---@return string
function shell.quote(word)
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

local quote = shell.quote

--- A command line for another folder. CDPATH does not count for one that is
--- named from here.
---@param folder string
---@param line string
---@return string
function shell.within(folder, line)
  local path = folder:sub(1, 1) == "/" and folder or "./" .. folder
  return ("cd %s && %s"):format(quote(path), line)
end

--- A path as it was typed, seen from the project's folder; no program takes it
--- for an option.
---@param path string
---@param from string where one was, as in the context of a command
---@return string
function shell.place(path, from)
  if path:sub(1, 1) == "/" then return path end
  if from ~= "./" then path = from .. path end
  return path:sub(1, 1) == "-" and "./" .. path or path
end

--- The folder that a file is in.
---@param path string
---@return string
function shell.parent(path)
  local folder = path:match "^(.*)/"
  return folder == "" and "/" or folder or "."
end

local INTERRUPTED = 128 + 2 -- as a shell says it of SIGINT

-- Who interrupts this process interrupts what it runs: that is no answer of
-- that one's. The status is what it would be if this one had come to it first.
local function heed(good, how, code)
  if how == "signal" then code = 128 + code end
  if not good and code == INTERRUPTED then os.exit(INTERRUPTED) end
  return good == true
end

--- What a command line prints, line by line, standard error with it; false
--- as the second if it failed. Does not return if it is interrupted.
---@param line string
---@param saw function|nil called with each as it comes
---@return string[] lines, boolean good
function shell.lines(line, saw)
  local lines = {}
  local pipe <close> = assert(io.popen("{ " .. line .. "; } 2>&1"))
  for text in pipe:lines() do
    lines[#lines + 1] = text
    if saw then saw(text) end
  end
  return lines, heed(pipe:close())
end

local function succeeds(line) return heed(os.execute(line)) end

--- Is there anything of this name, though it may be a link to nothing?
---@param path string
---@return boolean
function shell.exists(path)
  local word = quote(path)
  return succeeds(("test -e %s || test -L %s"):format(word, word))
end

--- Is there a folder of this name?
---@param path string
---@return boolean
function shell.is_folder(path)
  return succeeds("test -d " .. quote(path))
end

--- The Lua files below a folder, sorted; none if it is not there.
---@param folder string
---@param depth integer|nil 1: only those in it
---@return string[]
function shell.files(folder, depth)
  local files, good = shell.lines(("test ! -d %s || find %s %s -type f " ..
    "-name '*.lua' | LC_ALL=C sort"):format(quote(folder), quote(folder),
    depth and "-maxdepth " .. depth or ""))
  return good and files or {}
end

--- Why a command failed, from what it printed: `Permission denied` of
--- `mkdir: cannot create directory 'x': Permission denied`.
---@param lines string[]
---@return string
function shell.reason(lines)
  local why = (lines[#lines] or "failed"):match "([^:]+)$"
  return (why:gsub("^%s+", ""):gsub("^%u", string.lower))
end

local scratch = { __close = function(self) shell.remove(self.path) end }

--- A fresh folder in this one, hidden, with a name that nobody has: its `path`.
--- It goes away when it is closed.
---@param parent string
---@return table|nil made, string|nil why
function shell.scratch(parent)
  -- It would be made, and nobody told of it.
  local lines, good = shell.lines("trap '' INT; mktemp -d -- " ..
    quote(parent .. "/.troupe.XXXXXX"))
  if not good then return nil, shell.reason(lines) end
  return setmetatable({ path = table.concat(lines, "\n") }, scratch)
end

--- Makes a folder, and those that it is in.
---@param path string
---@return boolean|nil done, string|nil why
function shell.make_folder(path)
  local lines, good = shell.lines("mkdir -p -- " .. quote(path))
  if not good then return nil, shell.reason(lines) end
  return true
end

--- Removes a file, or a folder with all that is in it.
---@param path string
---@return boolean|nil done, string|nil why
function shell.remove(path)
  local lines, good = shell.lines("rm -rf -- " .. quote(path))
  if not good then return nil, shell.reason(lines) end
  return true
end

---@param path string
---@param text string
---@return boolean|nil done, string|nil why
function shell.write(path, text)
  local file <close>, why = io.open(path, "wb")
  if not file then return nil, why end
  local good
  good, why = file:write(text)
  if good then good, why = file:close() end
  if not good then return nil, why end
  return true
end

-- By way of another file, which has the permissions.
local function exchange(path, fresh, text)
  local lines, good = shell.lines(("! test -e %s || cp -p -- %s %s"):format(
    quote(path), quote(path), quote(fresh)))
  if not good then return nil, lines[#lines] end
  local why
  good, why = shell.write(fresh, text)
  if not good then return nil, why end
  return os.rename(fresh, path)
end

--- The same, whole or not at all: who reads it sees the former text, or this.
--- The permissions stay.
---@param path string
---@param text string
---@return boolean|nil done, string|nil why with the path
function shell.replace(path, text)
  local made <close>, why = shell.scratch(shell.parent(path))
  local good
  if made then good, why = exchange(path, made.path .. "/new", text) end
  if good then return true end
  return nil, ("cannot write %s: %s"):format(path, shell.reason { why })
end

---@param path string
---@return string|nil text, string|nil why
function shell.read(path)
  local file <close>, why = io.open(path, "rb")
  if not file then return nil, why end
  return file:read "a"
end

return shell
