---@meta
-- The library `reeve`: for editors. Nothing in here runs.

---How a run ended.
---@class reeve.Exit
---@field code? integer nil if a signal ended it, it never ran, or nobody knows
---@field signal? string "KILL", without SIG
---@field expected boolean
---@field stopped boolean by us
---@field reason string "exited with status 1", "killed by SIGSEGV", "exec: …", "exited with status unknown"
---@field uptime number seconds
---@field attempt integer which start in a row this was
---@field restarts integer automatic ones since the last start by a user
---@field core boolean
---@field oom boolean the kernel killed it for want of memory
---@field at number seconds since 1970
---@field verdict? string what follows: "restarting in 2s"; for on_exit and on_fatal

---@alias reeve.State "STOPPED"|"STARTING"|"RUNNING"|"BACKOFF"|"STOPPING"|"EXITED"|"FATAL"

---@class reeve.Usage
---@field rss integer bytes of memory
---@field cpu number seconds
---@field threads integer
---@field fds? integer

---One running instance of a program. It may outlive what it names: then its methods return nil and a message.
---@class reeve.Process
---@field name string "web:2", or "web" if there is only one
---@field program string
---@field index integer
---@field pid? integer
---@field state? reeve.State
---@field uptime? number
---@field restarts? integer
local process = {}

---@return true?, string? why
function process:start() end

---@return true?, string? why
function process:stop() end

---@return true?, string? why
function process:restart() end

---@param signal reeve.Signal
---@return true?, string? why
function process:signal(signal) end

---Its last lines.
---@param lines? integer 10
---@param stream? "stdout"|"stderr"
---@return string?, string? why
function process:tail(lines, stream) end

---Wait until it is in a state.
---@param state reeve.State
---@param timeout? reeve.Time
---@return true?, string? why
function process:wait(state, timeout) end

---How its last runs ended, the newest first.
---@param most? integer
---@return reeve.Exit[]?, string? why
function process:ends(most) end

---@return reeve.Usage?, string? why
function process:usage() end

---@class reeve.Program
---@field name string
---@field settings table<string, any> as `show` prints them
local program = {}

---@return reeve.Process[]
function program:processes() end

---@return true?, string? why
function program:start() end

---@return true?, string? why
function program:stop() end

---@return true?, string? why
function program:restart() end

---@param count integer
---@return integer? count, string? why
function program:scale(count) end

---How many of its workers say that they are busy.
---@return integer
function program:busy() end

---How many of its processes do not.
---@return integer
function program:idle() end

---Of its first process that has one.
---@return integer? pid
function program:pid() end

---What the body of a worker is given: `run = function(worker) … end`.
---@class reeve.Worker
---@field name string "crunch:3", or "crunch" when it is the only one
---@field program string "crunch"
---@field index integer kept over restarts, and never another worker's
local worker = {}

---Whether it is still wanted; and its heartbeat.
---@return boolean
function worker:alive() end

---With `ready = "notify"`: RUNNING from now on.
function worker:ready() end

---It has work, and would not miss the others.
function worker:busy() end

---It waits for work, as at its start.
function worker:idle() end

---A socket that reeve has open: of the program's `sockets`, or any if it names none.
---@param name string
---@return reeve.Socket
function worker:socket(name) end

---@class reeve.Socket
local socket = {}

---The next connection; nil and why if nobody has come for so long, or when the worker is to end.
---@param time? reeve.Time
---@return reeve.Stream?, string? why
function socket:accept(time) end

---What reeve.task, reeve.after and reeve.every return.
---@class reeve.Task
local task = {}

---End it where it waits; `<close>` variables are closed.
function task:cancel() end

---Whether it has not ended: it waits, or has not begun, or its timer goes on.
---@return boolean
function task:runs() end

---A connection. It is closed at the end of its block if it is a `<close>` variable.
---@class reeve.Stream
local stream = {}

---A line without its end; nil and why at the end, or when none has come for so long: 30 s, or what reeve.connect was told.
---What has come of it by then is kept for the next call.
---@param time? reeve.Time
---@return string?, string? why
function stream:read_line(time) end

---So many bytes, or fewer at the end.
---@param bytes integer
---@param time? reeve.Time
---@return string?, string? why
function stream:read(bytes, time) end

---@param text string
---@param time? reeve.Time
---@return true?, string? why
function stream:write(text, time) end

function stream:close() end

---@class reeve.Result
---@field code? integer nil if a signal ended it
---@field signal? string
---@field stdout string
---@field stderr string

---@class reeve.Command
---@field cmd string|string[] a text is split by the shell's quoting rules
---@field stdin? string
---@field env? table<string, string|number> beside reeve's own environment
---@field user? string
---@field workingdir? string
---@field timeout? reeve.Time then KILL
---@field max_output? reeve.Size of each stream, 1 MB

---@class reeve.Response
---@field status integer
---@field headers table<string, string> names in lower case
---@field body string

---@class reeve.RequestOptions
---@field method? string
---@field headers? table<string, string>
---@field body? string
---@field timeout? reeve.Time 30 s
---@field max_body? reeve.Size 8 MB
---@field user? string
---@field password? string
---@field ca_file? string authorities in PEM, in place of the system's
---@field cert_file? string our own certificate in PEM, for servers that want one
---@field key_file? string its key; cert_file has it too
---@field insecure? boolean take any certificate
---@field proxy? string
---@field follow? boolean up to five redirects

---@class reeve.Request: reeve.RequestOptions
---@field url string

---@class reeve.Mail
---@field to string|string[]
---@field from? string
---@field subject? string
---@field body? string
---@field server? string smtp://127.0.0.1:25
---@field user? string
---@field password? string
---@field tls? boolean true: only with STARTTLS; false: never; else if the server offers it
---@field timeout? reeve.Time
---@field ca_file? string
---@field insecure? boolean

reeve = {}

---The name of this machine.
---@type string
reeve.host = ""

---Small values that survive a reload: texts, numbers, booleans and plain tables, 1 MB together. What is read is a copy.
---@type table<string, any>
reeve.store = {}

---@class reeve.http
reeve.http = {}

---@class reeve.mail
reeve.mail = {}

---@class reeve.json
---@field null lightuserdata
reeve.json = {}

---All programs, in the order of the plan.
---@return reeve.Program[]
function reeve.programs() end

---@param name string
---@return reeve.Program?, string? why
function reeve.program(name) end

---@param name string "web" or "web:2"
---@return reeve.Process?, string? why
function reeve.process(name) end

---Wait.
---@param time reeve.Time
function reeve.sleep(time) end

---Run a function once, later.
---@param time reeve.Time
---@param f fun()
---@return reeve.Task
function reeve.after(time, f) end

---Run a function again and again, but not while it still waits from the last time.
---@param time reeve.Time
---@param f fun()
---@return reeve.Task
function reeve.every(time, f) end

---Run a function as a task of its own, soon.
---@param f fun(...)
---@param ... any
---@return reeve.Task
function reeve.task(f, ...) end

---Replace a file, all of it or nothing; it is on the disk then, and for its owner alone.
---@param path string
---@param text string
---@return true?, string? why
function reeve.save(path, text) end

---The settings of `supervisor` in force, as `reeve plan --json` prints them, and `file`, the configuration.
---@return table<string, any>?, string? why
function reeve.settings() end

---Run a command to its end.
---@param command reeve.Command
---@return reeve.Result?, string? why
function reeve.exec(command) end

---Connect to "tcp:HOST:PORT" or "unix:PATH". The timeout is for each wait that names no other.
---@param address string
---@param options? { timeout?: reeve.Time }
---@return reeve.Stream?, string? why
function reeve.connect(address, options) end

---Any verb of the control port: what it answers.
---@param line string such as "restart web"
---@return string?, string? why
function reeve.command(line) end

---Tell an event of your own to `on(name, …)`.
---@param name string
---@param event? table
function reeve.emit(name, event) end

---A line of reeve's log; the format is string.format's.
---@param level "err"|"warning"|"notice"|"info"|"debug"
---@param format string
---@param ... any
function reeve.log(level, format, ...) end

---A line to the system's log, which is not waited for.
---@param priority "emerg"|"alert"|"crit"|"err"|"warning"|"notice"|"info"|"debug"
---@param text string
---@return true?, string? why
function reeve.syslog(priority, text) end

---Seconds since 1970.
---@return number
function reeve.now() end

---@param url string
---@param options? reeve.RequestOptions
---@return reeve.Response?, string? why, integer? status
function reeve.http.get(url, options) end

---@param url string
---@param body string
---@param options? reeve.RequestOptions
---@return reeve.Response?, string? why, integer? status
function reeve.http.post(url, body, options) end

---@param request reeve.Request
---@return reeve.Response?, string? why, integer? status
function reeve.http.request(request) end

---An answer that may go on for ever, read by lines.
---@class reeve.HttpStream
local http_stream = {}

---A line without its end; nil and why at the end.
---@return string?, string? why
function http_stream:read_line() end

function http_stream:close() end

---The timeout is for each silence. It does not wait: the first `read_line` does.
---@param request reeve.Request
---@return reeve.HttpStream?, string? why
function reeve.http.stream(request) end

---@param mail reeve.Mail
---@return true?, string? why
function reeve.mail.send(mail) end

---@param value any
---@return string
function reeve.json.encode(value) end

---null is reeve.json.null.
---@param text string
---@return any?, string? why
function reeve.json.decode(text) end

---Mark a table as an array, also when it is empty.
---@generic T: table
---@param t T
---@return T
function reeve.json.array(t) end
