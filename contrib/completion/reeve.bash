# Completion of reeve for bash. What may come next is known to `reeve complete`.

_reeve()
{
    local line=${COMP_LINE:0:COMP_POINT} reeve=${1/#\~\//$HOME/} current status
    local -a words

    # bash takes web:1 for three words, reeve for one.
    read -ra words <<<"$line"
    if [[ $line == *[[:blank:]] ]]; then
        words+=("")
    fi
    current=${words[-1]}
    mapfile -t COMPREPLY < <("$reeve" complete "${words[@]:1}" 2>/dev/null; echo $?)
    status=${COMPREPLY[-1]}
    unset 'COMPREPLY[-1]'
    if [[ $status == 3 ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
    fi
    # What stands before the last colon is there already.
    if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
    fi
}

complete -F _reeve reeve
