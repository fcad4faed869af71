std = "lua54"
max_line_length = 120

-- What a supervisor.lua finds: see lua/README.md.
read_globals = {
    "supervisor", "program", "group", "socket", "on", "include",
    reeve = { other_fields = true, fields = { store = { read_only = false, other_fields = true } } },
}

-- Declarations for editors: nothing in them runs.
files["lua/reeve/meta"] = {
    globals = { "supervisor", "program", "group", "socket", "on", "include", "reeve" },
    ignore = { "212", "241", "631" },
}
