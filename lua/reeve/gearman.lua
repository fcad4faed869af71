-- Gearman workers: one executable for each function, one process for each job.

local worker = require "reeve.gearman.worker"

local gearman = {}

--- Do the jobs of these functions, from the moment this file is in force. Says what, and contacts nobody yet.
gearman.supervise = worker.supervise

return gearman
