# For tests that talk to a program on a terminal: read by `source` in expect. The environment has E2E_DIR, and for `shell`
# REEVE and REEVE_SOCKET. (Of an expect with its braces on one line, expect takes all of it for a pattern.)
set timeout 20
set env(TERM) xterm
set env(NO_COLOR) 1
set env(XDG_STATE_HOME) $env(E2E_DIR)/state
set up "\033\[A"

# The next thing to be seen, a regular expression; else the test has failed.
proc must {what} {
    expect {
        -re $what {}
        timeout { puts "\nnot seen: $what"; exit 1 }
        eof { puts "\nended before: $what"; exit 1 }
    }
}

# reeve's own shell.
proc shell {args} {
    global env spawn_id
    spawn $env(REEVE) shell {*}$args
    must {reeve> }
}

# Type a line and see its answer, then the prompt.
proc say {line answer} {
    send "$line\r"
    must $answer
    must {reeve> }
}

# It ends by itself with this status.
proc ends {status} {
    expect {
        eof {}
        timeout { puts "\nit does not end"; exit 1 }
    }
    set got [lindex [wait] 3]
    if {$got != $status} {
        puts "\nit ended with $got, not $status"
        exit 1
    }
}
