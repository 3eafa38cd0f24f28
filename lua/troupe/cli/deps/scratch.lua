--- A copy of lua_modules/ to work on. It takes the place of the former when all
--- has gone well; if not, or if somebody interrupts, the former has never been
--- touched. Not for scripts: see `troupe deps`.
--
-- Rocks hold the path of their tree: in the scripts that LuaRocks puts around
-- commands, and in whatever their own build writes. So the copy has a name that
-- is as long as lua_modules, and in the end the one path is put for the other,
-- in any file, text or not. Refused: to let LuaRocks work in lua_modules and to
-- put a backup back (who runs meanwhile finds half a tree, and after a SIGKILL
-- it stays half), and lua_modules as a link to the latest of several trees
-- (git ignores "/lua_modules/" only if it is a folder).

local shell = require "troupe.cli.shell"
local tree = require "troupe.cli.deps.tree"

local scratch = {}
scratch.__index = scratch

-- One that was killed has left its folders: they name their owner.
local BEGIN = [[
set -e
cd "$(pwd -P)"
case $PWD in
*'
'*) echo "the path of the project has a line break" >&2; exit 1;;
esac
mkdir -p build
for w in build/w.???; do
  if test -f "$w/owner" && ! kill -0 "$(cat "$w/owner")" 2>/dev/null; then
    rm -rf "$w" "build/d.${w#build/w.}"
  fi
done
w=$(mktemp -d "$PWD/build/w.XXX")
echo $PPID >"$w/owner"
d="$PWD/build/d.${w##*/w.}"
mkdir "$d"
echo "$PWD/@tree@"
echo "$d"
echo "$w"]]

-- Between the two there is no tree, and no interrupt either.
local SWAP = [[
set -e
trap '' INT TERM HUP
if test -e "$PWD/@tree@"; then mv -T "$PWD/@tree@" "$w/former"; fi
mv -T "$d" "$PWD/@tree@" || { mv -T "$w/former" "$PWD/@tree@"; exit 1; }]]

local function script(text)
  return (text:gsub("@tree@", tree.FOLDER))
end

--- Begins: `tree` is the path of the copy, which is empty as yet, `work` that
--- of a folder beside it; both go away when it is closed.
---@return table|nil self, string|nil why
function scratch.open()
  local lines, good = shell.lines(script(BEGIN))
  if not good then
    return nil, "cannot work in build/: " .. shell.reason(lines)
  end
  local count = #lines
  return setmetatable({ place = lines[count - 2], tree = lines[count - 1],
    work = lines[count] }, scratch)
end

--- Puts what is in lua_modules/ into it.
---@return boolean|nil done, string|nil why
function scratch:fill()
  if not shell.exists(tree.FOLDER) then return true end
  local lines, good = shell.lines(("cp -a %s/. %s"):format(tree.FOLDER,
    shell.quote(self.tree)))
  if not good then
    return nil, ("cannot copy %s: %s"):format(tree.FOLDER, shell.reason(lines))
  end
  return true
end

-- As long as each other, so that nothing else in the file moves.
local function move_path(file, former, path)
  local handle <close>, why = io.open(file, "r+b")
  if not handle then return nil, why end
  local text, at = handle:read "a", 1
  while true do
    local first, last = text:find(former, at, true)
    if not first then return handle:close() end
    handle:seek("set", first - 1)
    local good
    good, why = handle:write(path)
    if not good then return nil, why end
    at = last + 1
  end
end

function scratch:move_paths()
  local files = shell.lines(("LC_ALL=C grep -rlF -e %s %s; true"):format(
    shell.quote(self.tree), shell.quote(self.tree)))
  for _, file in ipairs(files) do
    os.execute("chmod u+w " .. shell.quote(file))
    local good, why = move_path(file, self.tree, self.place)
    if not good then return nil, why end
  end
  return true
end

--- Puts it in the place of lua_modules/.
---@return boolean|nil done, string|nil why
function scratch:finish()
  local good, why = self:move_paths()
  if not good then return nil, why end
  local lines
  lines, good = shell.lines(("d=%s; w=%s; %s"):format(shell.quote(self.tree),
    shell.quote(self.work), script(SWAP)))
  if not good then
    return nil, ("cannot write %s: %s"):format(tree.FOLDER,
      shell.reason(lines))
  end
  return true
end

-- In one go: this may be all that an actor does that is being stopped.
scratch.__close = function(self)
  os.execute(("rm -rf -- %s %s"):format(shell.quote(self.tree),
    shell.quote(self.work)))
end

return scratch
