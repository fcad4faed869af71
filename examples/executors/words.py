#!/usr/bin/env python3
"""The most frequent words of a job's data, told in parts: EXECUTOR FUNCTION UNIQUE BYTES, the data on stdin."""
import collections
import json
import sys


def say(kind, **members):
    print(json.dumps({"type": kind, **members}), flush=True)


def main():
    if sys.argv[1:] == ["--caps"]:
        say("caps", caps=["single"])
        return
    words = collections.Counter()
    size = int(sys.argv[3])
    done = 0
    for line in sys.stdin:
        words.update(line.lower().split())
        done += len(line.encode())
        say("progress", numerator=done, denominator=size)
    for word, count in words.most_common(5):
        say("update", data={"word": word, "count": count})
    say("complete", different=len(words))


main()
