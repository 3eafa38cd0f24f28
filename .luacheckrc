std = "lua54"
max_line_length = 80
-- A handler names all it is given, used or not: the list is documentation.
unused_args = false
files["spec"] = { std = "+busted" }
-- A class there is what its functions are.
files["lua/meta"] = { ignore = { "241" } }
