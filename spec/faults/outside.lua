-- What is done to the host from outside, by a shell that reads orders: it
-- stops the whole process for a while, answers for a slow disk, and ends the
-- process if a seed takes for ever. It goes when the host is gone, and its
-- folder with it.
--
--   local folder = outside.start(60)
--   outside.order(folder, "stop", 0.005)

local outside = {}

local SCRIPT = [[
  host=$2
  trap '' INT TERM HUP
  cd "$0" || exit
  watch() {
    age=0
    while sleep 1 2>&- && kill -0 $host 2>&-; do
      new=$(cat seed)
      age=$((age + 1))
      if [ "$new" != "$old" ]; then age=0; fi
      old=$new
      if [ $age -lt "$1" ]; then continue; fi
      echo "faults: seed $new hangs" >&2
      kill -ABRT $host
    done
    [ -p orders ] && echo end 0 >orders
  }
  echo >seed
  exec 3<>fifo 4<>orders
  watch "$1" &
  watcher=$!
  while read -r what number <&4; do
    case $what in
      seed) echo "$number" >seed ;;
      stop) kill -STOP $host; sleep "$number"; kill -CONT $host ;;
      answer) { sleep "$number"; echo >&3; } & ;;
      end) break ;;
    esac
  done
  kill -KILL $watcher 2>&-
  rm -rf "$0"
]]

local function quote(word) return "'" .. word:gsub("'", [['\'']]) .. "'" end

--- Starts the shell.
---@param limit number seconds that a seed may take
---@return string folder with `fifo`, a disk, and room for files
function outside.start(limit)
  local pipe <close> = assert(io.popen("mktemp -d"))
  local folder = pipe:read("l")
  os.execute(("mkfifo %s/fifo %s/orders"):format(quote(folder),
    quote(folder)))
  os.execute(("sh -c %s %s %d $PPID </dev/null >/dev/null &"):format(
    quote(SCRIPT), quote(folder), limit))
  return folder
end

---@param folder string
---@param what string "seed", "stop", "answer", "end"
---@param number number
function outside.order(folder, what, number)
  -- Not for writing only: that would wait for a reader.
  local orders <close> = assert(io.open(folder .. "/orders", "r+"))
  assert(orders:write(what, " ", number, "\n"))
end

return outside
