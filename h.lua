program "p" { cmd="sleep 1000", numprocs=2000, starttime=0, stdout="discard", stderr="discard", health={tcp="127.0.0.1:38471", every=10} }
