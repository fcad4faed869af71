---@meta
-- What a supervisor.lua may say: for editors. Nothing in here runs.

---A time: seconds, or a text such as "500ms", "10s", "5m", "2h".
---@alias reeve.Time number|string

---A size: bytes, or a text such as "64KB", "10MB", "1GB".
---@alias reeve.Size integer|string

---A signal: "TERM", "SIGTERM" or 15.
---@alias reeve.Signal string|integer

---One step of a stop: a signal, and how long to wait.
---@alias reeve.StopStep (reeve.Signal|reeve.Time)[]

---@class reeve.Backoff
---@field first? reeve.Time before the first retry
---@field factor? number each delay is so many times the one before
---@field max? reeve.Time no delay is longer
---@field jitter? number give or take this share

---@class reeve.Capture
---@field path? string the file, written by reeve and rotated
---@field to? "file"|"inherit"|"syslog"|"none" "file" (the default with a path), "inherit", "syslog" or "none" (only the ring)
---@field max_size? reeve.Size the file is rotated when it reaches this size; 0: never
---@field backups? integer rotated files that are kept: PATH.1 …
---@field mode? string|integer permissions of the file when it is made
---@field owner? string "USER" or "USER:GROUP" of the file when it is made
---@field compress? boolean rotated files are compressed to PATH.1.gz …
---@field timestamp? boolean each line begins with the time, UTC with milliseconds
---@field prefix? boolean each line begins with NAME |
---@field json? boolean each line becomes {"time","process","stream","line"}
---@field ring? reeve.Size how much of the end is kept in memory, for tail and alerts
---@field on_full? "wait"|"drop" when the sink is slow: "wait" holds the program up, "drop" drops lines

---@class reeve.Ready
---@field fd? integer the descriptor on which the program writes a newline when it is ready
---@field tcp? string HOST:PORT that takes connections
---@field unix? string the path of a socket that takes connections
---@field http? string a URL that answers with the right status
---@field status? integer the status that http wants; without it any 2xx
---@field file? string a file that is there
---@field line? string a Lua pattern that a line of its output matches
---@field exec? string|string[] a command that exits with 0

---@class reeve.Health
---@field http? string a URL that answers with the right status
---@field status? integer the status that http wants; without it any 2xx
---@field tcp? string HOST:PORT that takes connections
---@field unix? string the path of a socket that takes connections
---@field exec? string|string[] a command that exits with 0
---@field check? fun(process: reeve.Process): boolean, string? function(process): returns ok, why
---@field every? reeve.Time from one check to the next
---@field timeout? reeve.Time a check that takes longer has failed
---@field failures? integer failed checks in a row before something is done
---@field start_delay? reeve.Time no check before it has been RUNNING so long
---@field action? "restart"|"stop"|"none"|fun(process: reeve.Process, why: string) what is done then; a function gets (process, why)
---@field max_memory? reeve.Size more resident memory than this is like a failed check; 0: no limit

---@class reeve.ProgramSettings
---@field shell? boolean run cmd by /bin/sh -c
---@field cmd? string|string[]|fun(process: reeve.Process): string|string[] the command: text is split by the shell's quoting rules, a list is taken as it is
---@field run? fun(worker: reeve.Worker): integer|boolean|nil function(worker): the body of a worker, a forked copy of reeve, instead of cmd
---@field numprocs? integer how many processes are kept
---@field first_index? integer the index of the first process
---@field autostart? boolean start it together with reeve
---@field autorestart? boolean|"always"|"unexpected"|"never"|fun(process: reeve.Process, exit: reeve.Exit): boolean|number|"fatal"|nil after an exit from RUNNING: always, only after unexpected ones, never, or ask a function
---@field exitcodes? integer|integer[] the exit codes that are expected
---@field starttime? reeve.Time up this long is RUNNING; an exit before is a failed start; 0: at once
---@field startretries? integer retries after the first failed start, then FATAL
---@field backoff? reeve.Time|reeve.Backoff delays before retries: { first=, factor=, max=, jitter= }, or always the same; 0: none
---@field stable? reeve.Time a run this long resets the backoff
---@field respawn_limit? integer more restarts than this within respawn_interval: give up; 0: no restart at all
---@field respawn_interval? reeve.Time the time of respawn_limit
---@field on_giveup? "fatal"|"shutdown" "fatal": leave it FATAL; "shutdown": stop everything and exit 1
---@field oneshot? boolean runs to its end: exit 0 is success, at any time
---@field essential? boolean when it ends for good, reeve stops everything and exits with its code
---@field stopsignal? reeve.Signal|reeve.StopStep[] the signal that asks it to end, QUIT for workers, or steps as { { "TERM", 5 }, { "INT", 5 } }
---@field stoptime? reeve.Time how long it may take to end, then KILL to the whole process group
---@field stop_to? "group"|"process" who gets the stop signal: the "group" or the main "process"
---@field stop_cmd? string|string[]|fun(process: reeve.Process): string|string[] a command that is run instead of sending the stop signal
---@field kill_group? boolean KILL what is left of the process group after its end
---@field reload_signal? reeve.Signal what the verb refresh sends
---@field reload_cmd? string|string[]|fun(process: reeve.Process): string|string[] what the verb refresh runs
---@field max_age? reeve.Time|false restarted when older, give or take 10 %, one process at a time
---@field user? string|integer run as this user, a name or a number
---@field group? string run as this group; without it as the user's own
---@field groups? string|string[] supplementary groups; without it what the system says of the user
---@field workingdir? string|fun(process: reeve.Process): string the directory it starts in; without it reeve's own
---@field umask? string|integer octal digits such as "022"; without it reeve's own
---@field env? table<string, string|number|boolean>|fun(process: reeve.Process): table<string, string> environment: it wins over supervisor.env, env_file and what is inherited
---@field env_file? string a file of KEY=value lines, read at every start
---@field clear_env? boolean inherit nothing of reeve's own environment
---@field stdin? string|fun(process: reeve.Process): string the file that is its standard input
---@field stdout? string|reeve.Capture|fun(process: reeve.Process): string a path, "discard", "inherit", "syslog" or a table; without it only the end is kept
---@field stderr? string|reeve.Capture|fun(process: reeve.Process): string as stdout; "stdout" merges it into that
---@field limits? table<string, integer|string|(integer|string)[]> resource limits: { nofile = 1024, core = "unlimited", as = { "1GB", "2GB" } }
---@field nice? integer scheduling priority, from -20 (first) to 19 (last)
---@field oom_score_adj? integer how soon the kernel kills it when memory is short, from -1000 (never) to 1000
---@field no_new_privs? boolean neither it nor its children gain privileges, by set-user-ID files or otherwise
---@field sockets? string|string[] names of sockets: it gets them as descriptors 3, 4 … in this order, see LISTEN_FDS
---@field deathsig? reeve.Signal|false what the kernel sends it when reeve dies; false: nothing
---@field detached? boolean outlives reeve, and is found again by its pid file; no deathsig, exempt from the shutdown
---@field pidfile? string the file with its pid: reeve writes that of a detached one, who forks writes it itself
---@field scope? "machine"|"cluster" "cluster": one box at a time runs it, who has its lock in etcd; deathsig KILL
---@field forks? boolean puts itself into the background: cmd ends with 0, then pidfile says who it is
---@field ready? "starttime"|"notify"|reeve.Ready|fun(process: reeve.Process): boolean, string? when it is RUNNING: "starttime", "notify", a table such as { tcp = "…" }, a function
---@field ready_timeout? reeve.Time a start that is not ready within this time has failed
---@field watchdog? reeve.Time|false no heartbeat for this long: KILL, then as after any unexpected end
---@field health? reeve.Health what is asked again and again while it is RUNNING, and what is done about the answer
---@field requires? string|string[] as after; and it stops and restarts with them
---@field after? string|string[] programs that must be ready before it is started
---@field on_dependency? "restart"|"ignore" when one that it requires restarts: "restart" too, or "ignore" it
---@field priority? integer orders what nothing else orders: lower starts first and stops last
---@field min_procs? integer the fewest processes that scaling leaves
---@field max_procs? integer the most processes that scaling makes; 0: no bound
---@field spare_procs? integer[] of workers so many are kept idle, { fewest, most }, within min_procs and max_procs
---@field on_start? fun(process: reeve.Process) function(process): a child runs
---@field on_ready? fun(process: reeve.Process) function(process): STARTING became RUNNING
---@field on_exit? fun(process: reeve.Process, exit: reeve.Exit) function(process, exit): it has ended
---@field on_restart? fun(process: reeve.Process, exit: reeve.Exit) function(process): an automatic restart begins
---@field on_stop? fun(process: reeve.Process, exit?: reeve.Exit) function(process, exit): it is STOPPED, because somebody wished so
---@field on_fatal? fun(process: reeve.Process, exit: reeve.Exit) function(process, exit): it is given up
---@field on_line? fun(process: reeve.Process, line: string, stream: "stdout"|"stderr") function(process, line, stream): it has written a line
---@field on_health? fun(process: reeve.Process, ok: boolean, why?: string) function(process, ok, why): the result of a health check
---@field before_start? fun(process: reeve.Process): any, string? function(process): the start waits for it; an error is a failed start
---@field before_stop? fun(process: reeve.Process) function(process): the stop waits for it

---@class reeve.SupervisorSettings
---@field name? string how this supervisor is called; without it the host name
---@field control? string|string[]|false addresses of the control port: unix:PATH, tcp:HOST:PORT; false: none
---@field control_mode? string|integer permissions of the control port's Unix socket
---@field control_owner? string "USER" or "USER:GROUP" of that socket
---@field password? string what the verb auth asks for on a TCP address
---@field password_file? string the file whose first line is the password
---@field open? boolean a TCP address on the loopback goes without password
---@field log? string|string[] where reeve's own log goes: "stderr", "syslog", paths
---@field log_level? "err"|"warning"|"notice"|"info"|"debug" the least urgent lines that are logged: err, warning, notice, info or debug
---@field syslog_facility? string the facility of what goes to syslog
---@field pidfile? string a file for reeve's own pid
---@field state_dir? string where reeve keeps what it must know after its end
---@field env? table<string, string|number|boolean> environment of all programs, under their own env
---@field umask? string|integer reeve's own umask, octal digits
---@field workingdir? string the directory that reeve changes to
---@field user? string|integer reeve itself becomes this user, once its sockets are open
---@field pool? string the program that TTIN, TTOU and WINCH scale; default: the only one
---@field respawn_limit? integer more restarts than this within respawn_interval, of all programs together: give up
---@field respawn_interval? reeve.Time the time of respawn_limit
---@field on_giveup? "fatal"|"shutdown" "fatal": leave that process FATAL; "shutdown": stop everything and exit 1
---@field stop_timeout? reeve.Time how long the whole shutdown may take
---@field hook_time? reeve.Time how long Lua may compute between two waits
---@field hook_timeout? reeve.Time how long before_start and before_stop may take
---@field hang_limit? reeve.Time reeve resumes when it hangs for this long
---@field load_time? reeve.Time how long the evaluation of the configuration may take
---@field max_lives? integer resumptions within a minute, after which the hooks stay off
---@field hook_memory? reeve.Size how much memory the configuration's Lua may use
---@field defaults? reeve.ProgramSettings defaults for the settings of all programs

---Settings of reeve itself. Several calls merge, the later one wins key by key.
---@param settings reeve.SupervisorSettings
function supervisor(settings) end

---Declare a program: `program "web" { cmd = … }`.
---@param name string letters, digits, `_ . -`, up to 64
---@param settings? reeve.ProgramSettings
---@return fun(settings: reeve.ProgramSettings)
function program(name, settings) end

---Name several programs: `group "backend" { "db", "api" }` makes the target `@backend`.
---@param name string
---@param programs? string[]
---@return fun(programs: string[])
function group(name, programs) end

---@class reeve.SocketSettings
---@field listen? string its address: tcp:HOST:PORT, udp:HOST:PORT, unix:PATH; must be said
---@field backlog? integer how many connections may wait; without it as many as the system lets
---@field mode? string|integer permissions of a Unix socket's file; without it as the umask says
---@field owner? string "USER" or "USER:GROUP" of that file
---@field reuseport? boolean others of the same user may listen at the same port

---A socket that reeve opens for its programs, and holds open while they restart.
---@param name string
---@param settings? reeve.SocketSettings
---@return fun(settings: reeve.SocketSettings)
function socket(name, settings) end

---Evaluate another file, or all that match a pattern, beside this one.
---@param path string
function include(path) end

---What `on` hands to its function.
---@class reeve.Event
---@field event string
---@field at number seconds since 1970
---@field program? string
---@field process? reeve.Process
---@field exit? reeve.Exit
---@field text? string
---@field line? string of "line"
---@field stream? "stdout"|"stderr" of "line"
---@field ok? boolean of "health"
---@field why? string of "health"
---@field name? string of "job_done" and "job_failed": the function, as clients call it
---@field job? string likewise: its handle
---@field unique? string likewise
---@field runtime? number likewise: seconds
---@field reason? string of "job_failed"
---@field wanted? boolean of "wish": up or down

---@alias reeve.EventName
---| "start"
---| "ready"
---| "exit"
---| "restart"
---| "backoff"
---| "fatal"
---| "stop"
---| "line"
---| "health"
---| "reload"
---| "reload_failed"
---| "scale"
---| "shutdown"
---| "wish"
---| "refresh"
---| "job_done"
---| "job_failed"
---| string

---Hear of events: `on("exit", "web*", function(event) … end)`; the pattern matches names of programs and processes.
---Events of your own are those that `reeve.emit` names.
---@param event reeve.EventName
---@param pattern string
---@param hook fun(event: reeve.Event)
---@overload fun(event: reeve.EventName, hook: fun(event: reeve.Event))
function on(event, pattern, hook) end
