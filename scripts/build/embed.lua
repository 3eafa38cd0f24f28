-- Usage: lua5.4 embed.lua FILE... > embedded.c
--
-- Turns the library's modules, lua/troupe/**/*.lua, into a C table that is
-- part of the executable: see struct embedded in host/script/module_store.h.
-- What is below lua/meta/ is for editors, and no module: those files become one
-- more module, troupe.cli.meta, a table of their texts by their paths.

local escapes = { ["\n"] = "\\n", ["\t"] = "\\t", ['"'] = '\\"',
  ["\\"] = "\\\\" }

local function escape(character)
  return escapes[character] or ("\\%03o"):format(character:byte())
end

-- A question mark is escaped too, lest two of them start a trigraph.
local function literal(line)
  return '"' .. line:gsub('[%c"\\?\x80-\xff]', escape) .. '"'
end

local function module_name(file)
  local name = file:match("^lua/(.+)%.lua$")
  if not name then
    error("expected a file below lua/, got " .. file, 0)
  end
  return (name:gsub("/init$", ""):gsub("/", "."))
end

local function read(file)
  local handle <close> = assert(io.open(file, "rb"))
  return assert(handle:read("a"))
end

local function entry(name, source)
  local lines = {}
  for line in source:gmatch("[^\n]*\n?") do
    if line ~= "" then lines[#lines + 1] = "     " .. literal(line) end
  end
  if #lines == 0 then lines[1] = '     ""' end
  return ('    {"%s",\n%s,\n     %d},\n'):format(name,
    table.concat(lines, "\n"), #source)
end

local function stub(file, path)
  return ("[%q] = [==[\n%s]==],\n"):format(path, read(file))
end

table.sort(arg)
io.write('#include "script/module.h"\n\n')
io.write("const struct embedded embedded_library[] = {\n")
local stubs = {"return {\n"}
for _, file in ipairs(arg) do
  local path = file:match("^lua/meta/(.+)$")
  if path then
    stubs[#stubs + 1] = stub(file, path)
  else
    io.write(entry(module_name(file), read(file)))
  end
end
stubs[#stubs + 1] = "}\n"
io.write(entry("troupe.cli.meta", table.concat(stubs)))
io.write("    {NULL, NULL, 0},\n};\n")
