# Completion of reeve for fish. What may come next is known to `reeve complete`.

function __reeve_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l reeve $words[1]
    set -e words[1]
    $reeve complete $words "$typed" 2>/dev/null
    if test $status -eq 3
        __fish_complete_path "$typed"
    end
end

complete -c reeve -f -a '(__reeve_complete)'
