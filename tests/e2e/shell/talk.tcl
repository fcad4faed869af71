# What the tests of the shell say to expect: read by `source`. The environment has REEVE, REEVE_SOCKET and E2E_DIR.
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
