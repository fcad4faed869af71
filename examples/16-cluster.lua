-- Three boxes, one of which runs the importer: see `man 7 reeve-magistrate`.
--
--     etcd &
--     for box in one two three; do BOX=$box build/reeve run -c examples/16-cluster.lua -s unix:/tmp/$box.sock & done
--     build/reeve status -s unix:/tmp/one.sock
--     kill -KILL …                     -- the one that runs it: ten seconds later another one does
--
-- The keys say what else each box runs: etcdctl put /reeve/targets/one/web running

supervisor { name = os.getenv("BOX") }

program "importer" {
  cmd = "sleep 1000",
  scope = "cluster",
  stoptime = 5,                         -- and a second: what of the lease is left for its stop
}

program "web" { cmd = "sleep 1000", autostart = false }

require("reeve.magistrate").follow { etcd = "http://127.0.0.1:2379", prefix = "/reeve", lease = 10 }
