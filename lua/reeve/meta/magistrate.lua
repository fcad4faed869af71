---@meta reeve.magistrate
-- Target states from a server: for editors. Nothing in here runs.

local magistrate = {}

---@class reeve.magistrate.Server
---@field url string the server's address
---@field name? string by which the server knows this box; the supervisor's
---@field interval? reeve.Time 60
---@field timeout? reeve.Time 30, for each request
---@field username? string
---@field password? string
---@field send_env? boolean report reeve's environment, and the secrets in it
---@field cache? string magistrate.json in state_dir
---@field ca_file? string authorities in PEM, in place of the system's
---@field cert_file? string our own certificate in PEM, for servers that want one
---@field key_file? string its key; cert_file has it too
---@field insecure? boolean take any certificate
---@field proxy? string

---@class reeve.magistrate.Etcd
---@field etcd string|string[] addresses of its members
---@field prefix? string /reeve
---@field lease? reeve.Time 10
---@field name? string by which the keys know this box; the supervisor's
---@field interval? reeve.Time 600: changes come by a watch
---@field timeout? reeve.Time 30, for each request
---@field username? string where etcd has accounts
---@field password? string
---@field cache? string magistrate.json in state_dir
---@field ca_file? string authorities in PEM, in place of the system's
---@field cert_file? string our own certificate in PEM, where etcd wants one
---@field key_file? string its key; cert_file has it too
---@field insecure? boolean take any certificate
---@field proxy? string

---Run what a server says, and report. It only registers.
---@param server reeve.magistrate.Server|reeve.magistrate.Etcd
function magistrate.follow(server) end

return magistrate
