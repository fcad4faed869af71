-- Where output may go. Without a word it is kept in memory, 16 KB of it, for `reeve tail`.

local talk = { "/bin/sh", "-c", "while :; do echo one line; echo another >&2; sleep 1; done" }

-- The program writes to the file itself: it costs reeve nothing, and a log rotator of the system may see to it.
program "plain" { cmd = talk, stdout = "/tmp/reeve-example-plain.log", stderr = "stdout" }

-- reeve writes, and rotates: no line is lost or split.
program "rotated" {
    cmd = talk,
    stdout = { path = "/tmp/reeve-example-rotated.log", max_size = "1MB", backups = 3, timestamp = true },
    stderr = { path = "/tmp/reeve-example-rotated.err", compress = true },
}

-- As a container wants it: everything on reeve's own output, each line with its origin.
program "prefixed" {
    cmd = talk,
    stdout = { to = "inherit", prefix = true },
    stderr = { to = "inherit", prefix = true },
}

program "silent" { cmd = talk, stdout = "discard", stderr = "syslog" }
