-- Gearman workers: one executable for each function, one process for each job.

local worker = require "reeve.gearman.worker"
local from_mysql = require "reeve.gearman.mysql"

local gearman = {}

--- Do the jobs of these functions, from the moment this file is in force. Says what, and contacts nobody yet.
gearman.supervise = worker.supervise

--- The functions that stand in a table: for `functions`, asked at each reload. Contacts nobody yet.
gearman.from_mysql = from_mysql

return gearman
