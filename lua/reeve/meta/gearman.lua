---@meta reeve.gearman
-- Gearman workers: for editors. Nothing in here runs.

local gearman = {}

---A function that is done here: `name`, or `ns` and `method`.
---@class reeve.gearman.Function
---@field name? string as clients call it
---@field ns? string with `method`: NS::METHOD
---@field method? string
---@field executor? string absolute path of the program that is run for each job
---@field concurrency? integer so many jobs at once: 1; 0: none
---@field timeout? reeve.Time|false of a job, in place of the general one

---A list of functions, or nil and why there is none. It may wait.
---@alias reeve.gearman.Provider fun(): reeve.gearman.Function[]?, string?

---@class reeve.gearman.Crew
---@field servers? string[] HOST:PORT each: "127.0.0.1:4730"
---@field functions? reeve.gearman.Function[]|reeve.gearman.Provider
---@field reload_interval? reeve.Time|false asks for the list and the executors again: 60
---@field env? table<string, string|number|boolean> the whole environment of executors
---@field workdir? string folder in which each job gets a folder of its own: $TMPDIR or /tmp
---@field timeout? reeve.Time|false of a job: TERM then, KILL 5 s later
---@field max_output? reeve.Size of each stream of an executor: "128MB"
---@field user? string|integer whom executors run as
---@field group? string|integer
---@field failure? "warning"|"exception" what a client hears of a failed job
---@field stoptime? reeve.Time how long running jobs may take to report when reeve ends: 30
---@field jobs_per_connection? integer 0: any number

---Do the jobs of these functions, from the moment this file is in force. It only registers.
---@param crew reeve.gearman.Crew
function gearman.supervise(crew) end

---@class reeve.gearman.Table: reeve.mysql.Options
---@field table? string "gearman_functions"

---The functions that stand in a table, asked for at each reload. It only registers.
---@param options reeve.gearman.Table
---@return reeve.gearman.Provider
function gearman.from_mysql(options) end

return gearman
