---@meta reeve.mysql
-- Queries to MySQL and MariaDB: for editors. Nothing in here runs.

---@class reeve.mysql.Options
---@field host? string a name or an address, 127.0.0.1
---@field port? integer 3306
---@field socket? string the path of the server's Unix socket, in place of host and port
---@field user? string as who reeve runs
---@field password? string
---@field database? string
---@field timeout? reeve.Time of each query, with its turn and connecting: 30 s
---@field max_rows? integer of each answer: 10000, at most 100000
---@field max_bytes? reeve.Size of each answer: 8 MB, at most 64 MB
---@field tls? boolean the connection must be encrypted, and the certificate good for the host
---@field ca_file? string authorities in PEM, in place of the system's
---@field cert_file? string our certificate in PEM
---@field key_file? string
---@field insecure? boolean take any certificate

---A row, by the names of the columns. NULL is nil, integers are integers, FLOAT and DOUBLE are numbers, BIT is an integer;
---DECIMAL, dates and all else are texts, and so is a BIGINT UNSIGNED that is larger than math.maxinteger.
---@alias reeve.mysql.Row table<string, string|number|nil>

---@class reeve.mysql.Rows
---@field [integer] reeve.mysql.Row
---@field affected? integer how many rows a statement that brings none changed
---@field insert_id? integer the first number that it gave to an AUTO_INCREMENT column, else 0

---One connection at most: its queries take turns, the first one opens it, and the next one opens it again if it was
---lost. It is closed at the end of its block if it is a `<close>` variable.
---@class reeve.mysql.Connection
local connection = {}

---Run one statement. The values take the places of its question marks, and never become part of it; nil and
---reeve.json.null are NULL, booleans 1 and 0.
---@param sql string
---@param ... string|number|boolean|nil|lightuserdata
---@return reeve.mysql.Rows?, string? why
function connection:query(sql, ...) end

---Whoever waits for it is told that it was closed.
function connection:close() end

local mysql = {}

---Nobody is asked before the first query.
---@param options reeve.mysql.Options
---@return reeve.mysql.Connection
function mysql.connect(options) end

return mysql
